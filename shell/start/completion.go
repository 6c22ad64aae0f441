package start

import (
	"fmt"
	"strings"
)

// completion returns the script that completes the options of pulsh in a shell.
func completion(shell string) string {
	switch shell {
	case "zsh":
		return zshCompletion()
	case "fish":
		return fishCompletion()
	}
	return bashCompletion()
}

// bashCompletion returns a script for bash 3.2, the version of macOS, and later.
func bashCompletion() string {
	var all, files, other, cases []string
	for _, o := range optionList() {
		all = append(all, o.flag())
		switch {
		case o.value == "":
		case len(o.words) > 0:
			cases = append(cases, fmt.Sprintf("    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", o.flag(), strings.Join(o.words, " ")))
		case o.value == fileValue:
			files = append(files, o.flag())
		case o.value == profileValue:
			cases = append(cases, fmt.Sprintf("    %s) COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" --list-profiles 2>/dev/null | cut -f1)\" -- \"$cur\")); return ;;\n", o.flag()))
		default:
			other = append(other, o.flag())
		}
	}
	return `# Completions of pulsh for bash, made by: pulsh --completion bash
_pulsh() {
  local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
` + strings.Join(cases, "") + fmt.Sprintf(`    %s)
      IFS=$'\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$cur"))
      return ;;
    %s) return ;;
  esac
  COMPREPLY=($(compgen -W '%s' -- "$cur"))
}
complete -F _pulsh pulsh
`, strings.Join(files, "|"), strings.Join(other, "|"), strings.Join(all, " "))
}

func zshCompletion() string {
	var rows []string
	for _, o := range optionList() {
		row := fmt.Sprintf("%s[%s]", o.flag(), zshEscaped(o.doc))
		if o.repeats {
			row = "*" + row
		}
		if o.value != "" {
			row += ":" + o.value + ":"
		}
		switch {
		case o.value == "":
		case len(o.words) > 0:
			row += "(" + strings.Join(o.words, " ") + ")"
		case o.value == fileValue:
			row += "_files"
		case o.value == profileValue:
			row += "_pulsh_profiles"
		default:
			row += " "
		}
		rows = append(rows, "    "+quoted(row))
	}
	return `#compdef pulsh
# Completions of pulsh for zsh, made by: pulsh --completion zsh
_pulsh_profiles() {
  local -a names
  names=(${(f)"$(pulsh --list-profiles 2>/dev/null)"})
  names=(${names//:/\\:})
  names=(${names/$'\t'/:})
  _describe profile names
}
_pulsh() {
  _arguments \
` + strings.Join(rows, " \\\n") + `
}
if [ "$funcstack[1]" = _pulsh ]; then
  _pulsh "$@"
else
  compdef _pulsh pulsh
fi
`
}

// zshEscaped escapes a text for the description of an option.
func zshEscaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}

func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# Completions of pulsh for fish, made by: pulsh --completion fish\ncomplete -c pulsh -f\n")
	for _, o := range optionList() {
		name := "-l " + o.name
		if len(o.name) == 1 {
			name = "-s " + o.name
		}
		fmt.Fprintf(&b, "complete -c pulsh %s -d %s", name, fishQuoted(o.doc))
		switch {
		case o.value == "":
		case len(o.words) > 0:
			fmt.Fprintf(&b, " -x -a %s", fishQuoted(strings.Join(o.words, " ")))
		case o.value == fileValue:
			b.WriteString(" -r -F")
		case o.value == profileValue:
			b.WriteString(" -x -a '(pulsh --list-profiles 2>/dev/null)'")
		default:
			b.WriteString(" -x")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// quoted quotes a word for bash and zsh.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// fishQuoted quotes a word for fish.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

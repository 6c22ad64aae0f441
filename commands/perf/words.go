package perf

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"pulsh/commands/lang"
)

// programName is how the tool is called.
const programName = "pulsar-perf"

// fault is what is wrong with a command line.
type fault struct {
	message string
	part    string // of the line, as it was typed; "" for the whole
	better  string // what may stand in its place, "" to leave it out
}

func (f *fault) Error() string { return f.message }

// refuse makes a fault without a better word.
func refuse(part, format string, args ...any) error {
	return &fault{message: fmt.Sprintf(format, args...), part: part}
}

// arguments are the words of a command line, sorted.
type arguments struct {
	program *program
	values  map[*flag]string
	topics  []string
	rest    string // what begins with a sign of the shell: > | &
}

// isProgram reports whether a word calls pulsar-perf.
func isProgram(word string) bool { return path.Base(word) == programName }

// readArguments sorts the words of a command line of pulsar-perf. The words before its
// name, as of docker exec, are left out.
func readArguments(words []string) (*arguments, error) {
	at := slices.IndexFunc(words, isProgram)
	if at < 0 {
		return nil, refuse(words[0], "%q is neither a group nor a command line of %s", words[0], programName)
	}
	words = words[at+1:]
	var names []string
	for _, c := range programs() {
		names = append(names, c.name)
	}
	if len(words) == 0 {
		return nil, refuse("", "%s needs a command: %s", programName, strings.Join(names, ", "))
	}
	name := strings.TrimSuffix(strings.TrimSuffix(words[0], "-v4"), "-v5")
	i := slices.Index(names, name)
	if i < 0 {
		if why, known := others()[words[0]]; known {
			return nil, refuse("", "pulsh has nothing like %s %s: %s", programName, words[0], why)
		}
		better, _ := lang.Nearest(name, names)
		return nil, &fault{fmt.Sprintf("%s has no command %q (%s)", programName, words[0], strings.Join(names, ", ")), words[0], better}
	}
	a := &arguments{program: programs()[i], values: map[*flag]string{}}
	for words = words[1:]; len(words) > 0; {
		taken, err := a.take(words)
		if err != nil {
			return nil, err
		}
		words = words[taken:]
	}
	return a, nil
}

// take sorts the first of some words in, and returns how many of them it took.
func (a *arguments) take(words []string) (int, error) {
	word := words[0]
	switch {
	case strings.HasPrefix(word, ">") || strings.HasPrefix(word, "2>") || word == "|" || word == "&" || word == "&&" || word == "||":
		a.rest = strings.Join(words, " ")
		return len(words), nil
	case strings.HasPrefix(word, "@") && len(word) > 1:
		return 0, refuse(word, "%s is a file of arguments, which pulsh does not read; write them here", word)
	case !strings.HasPrefix(word, "-") || word == "-":
		if !a.program.topics {
			return 0, refuse(word, "%s %s takes no topic %q; its topics are --topics-c and --topics-p", programName, a.program.name, word)
		}
		a.topics = append(a.topics, word)
		return 1, nil
	}
	name, value, joined := strings.Cut(word, "=")
	f := a.program.find(name)
	if f == nil {
		return 0, a.unknown(word, name)
	}
	if _, twice := a.values[f]; twice {
		return 0, refuse(word, "%s is given twice", name)
	}
	switch {
	case f.value == "" && joined:
		if value != switchOn && value != "false" {
			return 0, &fault{fmt.Sprintf("%s is a switch and takes no value %q", name, value), word, name}
		}
		if value == switchOn {
			a.values[f] = value
		}
		return 1, nil
	case f.value == "":
		a.values[f] = switchOn
		if len(words) > 1 && (words[1] == switchOn || words[1] == "false") { // as older versions have it
			if words[1] == "false" {
				delete(a.values, f)
			}
			return 2, nil
		}
		return 1, nil
	case !joined && len(words) == 1:
		return 0, &fault{fmt.Sprintf("%s needs a value, %s", name, f.value), word, name + " " + f.sample}
	case !joined:
		if a.program.find(words[1]) != nil {
			return 0, &fault{fmt.Sprintf("%s needs a value, %s; %s is another flag", name, f.value, words[1]), word, name + " " + f.sample}
		}
		a.values[f] = words[1]
		return 2, nil
	}
	a.values[f] = value
	return 1, nil
}

// unknown is the error of a flag that the command does not have.
func (a *arguments) unknown(word, name string) error {
	var names, elsewhere []string
	for _, f := range a.program.flags {
		names = append(names, f.names...)
	}
	for _, c := range programs() {
		if c.find(name) != nil {
			elsewhere = append(elsewhere, c.name)
		}
	}
	message := fmt.Sprintf("%s %s has no flag %s", programName, a.program.name, name)
	if len(elsewhere) > 0 {
		return &fault{message + "; that is one of " + strings.Join(elsewhere, ", "), word, ""}
	}
	better, _ := lang.Nearest(name, names)
	return &fault{message, name, better}
}

package start

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"pulsh/commands"
	"pulsh/commands/report"
	"pulsh/graphs"
	"pulsh/session/profile"
)

// About prints the answer to an option about pulsh itself, such as --help. asked
// reports whether there was one; the program then ends.
func About(o Options, version string, builtin []byte, out io.Writer) (asked bool, err error) {
	switch {
	case o.Help:
		_, err = io.WriteString(out, Usage())
	case o.Version:
		_, err = fmt.Fprintf(out, "pulsh %s · %s · pulsar-client-go %s\n", version, runtime.Version(), report.ClientVersion())
	case o.Man:
		_, err = io.WriteString(out, manual(version))
	case o.Completion != "":
		_, err = io.WriteString(out, completion(o.Completion))
	case o.ListProfiles:
		err = listProfiles(builtin, out)
	default:
		return false, nil
	}
	return true, err
}

// listProfiles prints a line for each profile, in the form that shell completions
// read: a name, a tab, a description.
func listProfiles(builtin []byte, out io.Writer) error {
	profiles, err := profile.ParseProfiles(builtin, "profiles.toml")
	if err != nil {
		return err
	}
	library := profile.Library{Builtin: profiles, Dir: userDir(os.UserConfigDir, "profiles")}
	for _, p := range profiles {
		fmt.Fprintf(out, "%s\t%s\n", p.Name, p.Description)
	}
	for _, name := range library.Saved() {
		p, err := library.Load(name)
		if err != nil {
			p.Description = "invalid file"
		}
		fmt.Fprintf(out, "%s\t%s\n", name, strings.ReplaceAll(graphs.Clean(p.Description), "\t", " "))
	}
	return nil
}

// manual returns the manual page in the man macros of roff.
func manual(version string) string {
	var m roff
	m.request(".TH", "PULSH", "1", "", "pulsh "+version, "User Commands")
	m.request(".nh") // names are not hyphenated
	m.section("name")
	m.text(`pulsh - an interactive load shell for Apache Pulsar`)
	m.section("synopsis")
	for _, s := range synopsis() {
		m.tagged(s[0], s[1])
	}
	m.section("options")
	for _, o := range optionList() {
		call := o.flag()
		if o.value != "" {
			call += " " + o.value
		}
		text := o.doc + "."
		if o.variable != "" {
			text += " Environment variable: " + o.variable + "."
		}
		m.tagged(call, strings.TrimSpace(strings.ToUpper(text[:1])+text[1:]+" "+o.more))
	}
	m.section("precedence")
	m.text("Flags, environment, profile, client.conf, defaults. " +
		"The command `show session` shows where each value was set.")
	m.section("commands")
	m.text("A line is words and setting=value pairs; quotes keep words together, # starts a comment, and ; separates commands. Tab completes all of it.")
	for _, s := range commands.Manual() {
		m.subsection(s.Name)
		for _, e := range s.Entries {
			m.tagged(e.Call, e.Says)
		}
	}
	m.section("exit status")
	for _, c := range exitCodes() {
		m.tagged(c[0], c[1])
	}
	m.section("files")
	m.tagged("$XDG_CONFIG_HOME/pulsh/profiles/NAME.toml", "Saved profiles, readable by their user only. Without the variable, ~/.config.")
	m.tagged("$XDG_STATE_HOME/pulsh/history", "The command history. Without the variable, ~/.local/state.")
	return m.String()
}

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

// About prints what options ask to be told of pulsh itself, and says whether
// that was asked: the program is done then.
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

// listProfiles prints the profiles as completions read them: a name, a tab, a
// description.
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
			p.Description = "its file is wrong"
		}
		fmt.Fprintf(out, "%s\t%s\n", name, strings.ReplaceAll(graphs.Clean(p.Description), "\t", " "))
	}
	return nil
}

// manual is the manual page in the man macros of roff, from the list of options
// and the table of commands.
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
		said := o.doc + "."
		if o.variable != "" {
			said += " The variable " + o.variable + " stands for it."
		}
		m.tagged(call, strings.TrimSpace(strings.ToUpper(said[:1])+said[1:]+" "+o.more))
	}
	m.section("precedence")
	m.text("A flag goes before the environment, which goes before the profile, then client.conf, then the defaults. " +
		"The command `show session` says where each value came from.")
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
	m.tagged("$XDG_CONFIG_HOME/pulsh/profiles/NAME.toml", "Profiles that save has written, for their user only. Without the variable, ~/.config.")
	m.tagged("$XDG_STATE_HOME/pulsh/history", "The lines typed before. Without the variable, ~/.local/state.")
	return m.String()
}

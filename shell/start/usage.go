package start

import (
	"fmt"
	"strings"

	"pulsh/graphs"
)

// synopsis returns command lines of pulsh, each with its effect.
func synopsis() [][2]string {
	return [][2]string{
		{"pulsh", "connect to " + defaultURL + " and open the shell"},
		{"pulsh --local", "run a real Pulsar on this machine first"},
		{"pulsh --url pulsar://host:6650 --admin-url http://host:8080", "connect elsewhere"},
		{"pulsh --local -f smoke.pulsh", "run a script (\"-\" reads standard input)"},
		{"pulsh --local -e 'produce start fast rate=50k; wait 10s; show fast'", "run a line"},
	}
}

// exitCodes returns the exit codes with their meanings.
func exitCodes() [][2]string {
	return [][2]string{
		{"0", "done"}, {"1", "a command or an expectation failed"}, {"2", "usage"}, {"3", "no connection"}, {"130", "interrupted"},
	}
}

// Usage returns the text of --help.
func Usage() string {
	var b strings.Builder
	b.WriteString("pulsh is an interactive load shell for Apache Pulsar.\n\n")
	for _, s := range synopsis() {
		fmt.Fprintf(&b, "  %s   %s\n", graphs.Left(s[0], max(usageWidth, graphs.Width(s[0]))), s[1])
	}
	b.WriteString("\n")
	for _, o := range optionList() {
		call := o.flag()
		if o.value != "" {
			call += " " + o.value
		}
		doc := o.doc
		if o.variable != "" {
			doc += " (" + o.variable + ")"
		}
		fmt.Fprintf(&b, "  %s   %s\n", graphs.Left(call, usageWidth), doc)
	}
	b.WriteString("\nPrecedence: flags, environment, profile, client.conf, defaults; `show session` shows where each value was set.\n")
	var codes []string
	for _, c := range exitCodes() {
		codes = append(codes, c[0]+" "+c[1])
	}
	fmt.Fprintf(&b, "Exit codes: %s.\n", strings.Join(codes, ", "))
	return b.String()
}

// usageWidth is the widest option with its value.
const usageWidth = len("--connection-timeout DURATION")

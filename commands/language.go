package commands

// Language is a set of commands with the kinds of values that they take. It
// never changes once it is made.
type Language struct {
	Commands []command
	Kinds    []kind
	Sections []section
	Keys     []string // the lines of help keys
}

// CommandOf is the command of a line, nil if it is none.
func (l *Language) CommandOf(line string) *command {
	calls, errs := parseAll(&text{body: line, rows: l.Commands, quiet: true})
	if len(errs) > 0 || len(calls) == 0 {
		return nil
	}
	return calls[0].command
}

package commands

// Language is a set of commands with the kinds of values that they take. It
// never changes once it is made.
type Language struct {
	Commands []command
	Kinds    []kind
	Sections []section
	Keys     []string // the lines of help keys
}

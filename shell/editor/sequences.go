package editor

import prompt "github.com/c-bata/go-prompt"

// aliases are sequences that terminals send and go-prompt does not have, or
// takes for something else, with the one it knows.
var aliases = [...][2]string{
	{"\x1bOH", "\x1b[H"}, {"\x1bOF", "\x1b[F"}, // Home and End in application mode
	{"\x1b[[A", "\x1bOP"}, {"\x1b[[B", "\x1bOQ"}, {"\x1b[[C", "\x1bOR"},
	{"\x1b[[D", "\x1bOS"}, {"\x1b[[E", "\x1b[15~"}, // F1..F5 of the Linux console
	{"\x1b[11~", "\x1bOP"}, {"\x1b[12~", "\x1bOQ"}, {"\x1b[13~", "\x1bOR"},
	{"\x1b[14~", "\x1bOS"},                         // F1..F4 of old terminals
	{"\x1b[1;3C", "\x1bf"}, {"\x1b[1;3D", "\x1bb"}, // Alt and an arrow
	{"\x1b[3;5~", "\x1bd"}, {"\x1b\x08", "\x1b\x7f"}, // Ctrl-Delete, Alt-Ctrl-H
}

// knownSequences returns the escape sequences to let through, each with the
// spelling that go-prompt gets: its own table, what we bind, and the aliases.
func knownSequences() map[string]string {
	known := make(map[string]string)
	for _, s := range prompt.ASCIISequences {
		if len(s.ASCIICode) > 1 && s.Key != prompt.Ignore {
			known[string(s.ASCIICode)] = string(s.ASCIICode)
		}
	}
	delete(known, restartKey)
	for _, b := range wordBindings() {
		known[string(b.ASCIICode)] = string(b.ASCIICode)
	}
	for _, a := range aliases {
		known[a[0]] = a[1]
	}
	known[escape] = escape // ends a search; go-prompt never gets it
	return known
}

// functionKeys are go-prompt's names of F1..F10.
var functionKeys = [...]prompt.Key{
	prompt.F1, prompt.F2, prompt.F3, prompt.F4, prompt.F5,
	prompt.F6, prompt.F7, prompt.F8, prompt.F9, prompt.F10,
}

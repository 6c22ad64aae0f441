package editor

import "strconv"

// bindings says what each key does to the line. Escape sequences stand here in
// the spelling of xterm; aliases has the others.
func bindings() map[string]func(*typing) {
	return map[string]func(*typing){
		"\x1b[D": (*typing).charLeft, "\x02": (*typing).charLeft,
		"\x1b[C": (*typing).charRight, "\x06": (*typing).charRight,
		"\x1b[H": (*typing).lineStart, "\x01": (*typing).lineStart,
		"\x1b[F": (*typing).lineEnd, "\x05": (*typing).lineEnd,
		"\x1b[1;5D": (*typing).wordBack, "\x1bb": (*typing).wordBack,
		"\x1b[1;5C": (*typing).wordForward, "\x1bf": (*typing).wordForward,
		backspace: (*typing).deleteLeft, ctrlH: (*typing).deleteLeft,
		"\x1b[3~":  (*typing).deleteRight,
		"\x17":     (*typing).killSpelledLeft,
		"\x1b\x7f": (*typing).killWordLeft,
		"\x1bd":    (*typing).killWordRight,
		"\x15":     (*typing).killToStart,
		"\x0b":     (*typing).killToEnd,
		"\x19":     (*typing).yank,
		"\x14":     (*typing).swap,
		"\x1f":     (*typing).takeBack,
		"\x1b.":    (*typing).lastArgument,
		"\x1b[A":   (*typing).up, "\x10": (*typing).older,
		"\x1b[B": (*typing).down, "\x0e": (*typing).newer,
		tab: (*typing).tab, "\x1b[Z": (*typing).backTab,
		"\x1b[5~": (*typing).pageUp, "\x1b[6~": (*typing).pageDown,
		escape: (*typing).escape, ctrlG: (*typing).escape,
	}
}

// aliases are the sequences of other terminals, and other keys for the same.
var aliases = [...][2]string{
	{"\x1bOA", "\x1b[A"}, {"\x1bOB", "\x1b[B"}, {"\x1bOC", "\x1b[C"}, {"\x1bOD", "\x1b[D"}, // application mode
	{"\x1bOH", "\x1b[H"}, {"\x1bOF", "\x1b[F"},
	{"\x1b[1~", "\x1b[H"}, {"\x1b[4~", "\x1b[F"}, // Linux console, tmux
	{"\x1b[7~", "\x1b[H"}, {"\x1b[8~", "\x1b[F"}, // rxvt
	{"\x1b[5C", "\x1b[1;5C"}, {"\x1b[5D", "\x1b[1;5D"}, // old xterm
	{"\x1bOc", "\x1b[1;5C"}, {"\x1bOd", "\x1b[1;5D"}, // rxvt
	{"\x1b[1;3C", "\x1bf"}, {"\x1b[1;3D", "\x1bb"}, // Alt and an arrow
	{"\x1b[3;5~", "\x1bd"}, {"\x1b[3;3~", "\x1bd"}, {"\x1b\x08", "\x1b\x7f"},
	{"\x1bF", "\x1bf"}, {"\x1bB", "\x1bb"}, {"\x1bD", "\x1bd"}, {"\x1b_", "\x1b."},
}

// functionKeys are the sequences of F1 to F10, in this order: xterm, tmux and
// screen; the Linux console; rxvt and old xterm; kitty without application mode.
var functionKeys = [...][]string{
	{"\x1bOP", "\x1b[[A", "\x1b[11~", "\x1b[P"},
	{"\x1bOQ", "\x1b[[B", "\x1b[12~", "\x1b[Q"},
	{"\x1bOR", "\x1b[[C", "\x1b[13~"},
	{"\x1bOS", "\x1b[[D", "\x1b[14~", "\x1b[S"},
	{"\x1b[15~", "\x1b[[E"},
	{"\x1b[17~"},
	{"\x1b[18~"},
	{"\x1b[19~"},
	{"\x1b[20~"},
	{"\x1b[21~"},
}

// knownSequences are the escape sequences that mean something, with the token
// that each makes.
func knownSequences() map[string]token {
	known := make(map[string]token)
	for seq := range bindings() {
		if seq[0] == escape[0] {
			known[seq] = key(seq)
		}
	}
	for _, a := range aliases {
		known[a[0]] = key(a[1])
	}
	for i, all := range functionKeys {
		for _, seq := range all {
			known[seq] = token{functionToken, strconv.Itoa(i + 1)}
		}
	}
	return known
}

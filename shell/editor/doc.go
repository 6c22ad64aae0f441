// Package editor reads lines from a terminal: keys in, lines out, with history,
// suggestions and a search.
//
//	bytes ─► splitter ─► tokens ─► queue ─► go-prompt ─► typing ─► view ─► Display
//
// go-prompt is reduced to the loop that waits for keys and holds the line. It
// never sees the terminal: it gets one key that says that tokens wait, and what it
// draws is not shown. Its own motions count bytes, its popup panics when a list
// becomes shorter, and it knows no undo; so what keys do is in typing, which knows
// no terminal and is tested without one. Its Run is never called: it deadlocks on
// a resize and swallows signals. Pastes, Ctrl-R, Ctrl-C and Ctrl-Z are done in the
// key reader.
package editor

// Package editor reads lines from a terminal with go-prompt reduced to what it
// does well: editing a line, history on the arrow keys, a popup of suggestions.
//
// go-prompt never sees the terminal. What it draws goes into a grid that becomes
// a screen.View; what it reads are whole keys, cut from the stream of bytes here.
// Its Run is never called: it deadlocks on a resize and swallows signals.
// Pastes, the search through history (Ctrl-R), word motions, function keys,
// Ctrl-C and Ctrl-Z are done here.
package editor

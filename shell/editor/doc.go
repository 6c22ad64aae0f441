// Package editor reads lines from a terminal, with history, suggestions and a
// search.
//
//	bytes ─► splitter ─► tokens ─► queue ─► typing ─► view ─► Display
//
// go-prompt decodes the keys (keys.go), holds the text with its cursor (line.go)
// and names the suggestions. Its loop, its reader and its renderer are not used:
// the loop deadlocks on a resize and swallows signals, the reader leaves the
// terminal in raw mode, and the renderer needs the terminal for itself. The popup,
// the drawing and the motions by characters are the editor's own.
//
// The key reader handles pastes, Ctrl-R, Ctrl-C and Ctrl-Z, because they also work
// while a command runs. All other keys wait in the queue for ReadLine.
package editor

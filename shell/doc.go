// Package shell is what the user sits in front of. It joins the line editor, the
// screen and whoever executes lines in one loop that owns the terminal:
//
//	keys ─► editor ─► line ─► Executor ─► output ─┐
//	                    Frames, every 100 ms ─────┼─► screen ─► terminal
//	                    notes ────────────────────┘
//
// A command runs in a goroutine of its own while painting goes on; Ctrl-C
// cancels it. On every way out the terminal is given back as it was. Where there
// is no terminal the plain face takes over: lines from stdin, results on stdout,
// a status line a second on stderr, and no escape sequence at all.
package shell

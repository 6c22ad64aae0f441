// Package shell runs an interactive shell on a terminal. It joins the line editor,
// the screen and an Executor of lines in one loop that owns the terminal:
//
//	keys ─► editor ─► line ─► Executor ─► output ─┐
//	                    Frames, every 100 ms ─────┼─► screen ─► terminal
//	                    notes ────────────────────┘
//
// A command runs in a goroutine of its own while the loop goes on painting; Ctrl-C
// cancels it. Every exit restores the terminal. Without a terminal the shell is
// plain: it reads lines from stdin, writes results to stdout and a status line a
// second to stderr, and writes no escape sequences.
package shell

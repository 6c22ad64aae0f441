// Package commands is the language of pulsh: one table of commands, from which
// parsing, running, help, completion, errors and the manual all come. What is
// not in the table cannot be typed.
//
// A line is words and settings:
//
//	produce start fast rate=50000 size=1KiB
//
// Blanks separate words. '…' and "…" quote; within "…", \" and \\ stand for a
// quote and a backslash. A # at the beginning of a word starts a comment, a \ at
// the end of a line continues it, and ; separates commands. A setting is
// name=value, in any order; what is no setting is a word in its place. Names of
// groups are a letter, then letters, digits, - and _, at most 32.
//
// Execute runs a typed line, RunScript a file that ParseScript has read whole,
// Complete says how a line can go on, and Paint writes what is wrong with one,
// with carets under the place and a line that works.
package commands

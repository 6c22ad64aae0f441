// Package lang implements the command language of the prompt and of scripts: parsing,
// variables, nested scripts, completion, help, recordings, and errors with a place and a
// next step. A Language is a table of commands; the package knows nothing of Pulsar or
// of sessions.
//
// A line has words and settings:
//
//	produce start fast rate=50000 size=1KiB
//
// Blanks separate words. '…' and "…" quote; inside "…", \" and \\ are a quote and a
// backslash. $name and ${name} are the value of a variable, except inside '…', and $$ is
// a dollar sign. A # at the beginning of a word starts a comment, a \ at the end of a
// line continues it, and ; separates commands. Settings name=value may be in any order;
// the other words are the positional arguments.
//
// A Runner runs typed lines (Execute) and parsed scripts (RunScript), and completes lines
// (Complete). Language.Paint formats an error with carets under its place and a line that
// works.
package lang

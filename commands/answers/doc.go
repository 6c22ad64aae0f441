// Package answers formats the answers of commands: snapshots and statistics of the
// broker in, lines of text out. Its functions are pure.
package answers

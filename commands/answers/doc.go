// Package answers writes what commands print: snapshots and answers of the broker
// in, lines of text out. It is pure: it asks nobody and changes nothing.
package answers

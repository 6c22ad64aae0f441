// Package report holds the commands that write a session where others can read
// it: exports, streams, metrics over HTTP and comparisons.
package report

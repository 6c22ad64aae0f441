// Package report has the commands that write a session for other programs: exports,
// streams, metrics over HTTP and comparisons.
package report

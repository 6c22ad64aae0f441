// Package kinds holds the kinds of values that commands take. Each reads itself,
// completes itself and explains itself.
package kinds

// Package kinds holds the kinds of values that commands take: how they are parsed,
// completed and explained.
package kinds

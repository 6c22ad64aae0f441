// Package groups holds the commands that start, change, move and stop groups.
package groups

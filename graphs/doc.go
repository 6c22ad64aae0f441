// Package graphs turns numbers into text: figures with units, line charts and heat
// maps of an exact size, bars, tables and rows of cells.
//
// The package is pure: sizes, times and colours are arguments, and equal arguments
// give equal text. It reads no clock, no environment and no terminal. Widths are
// terminal columns; escape sequences for colours (SGR) take none.
package graphs

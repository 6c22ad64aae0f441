// Package graphs turns numbers into text: figures with units, line charts of
// an exact size, bars, sparklines, tables and rows of cells.
//
// The package is pure. It reads no clock, no environment and no terminal;
// sizes, times and colours are arguments, and equal arguments give equal text.
// A width is always counted in terminal cells, and escape sequences for
// colours (SGR) count as nothing.
package graphs

// Package screen draws on the terminal: output, which scrolls into the scrollback
// of the terminal, below it the input line with its popup, and at the bottom the
// graph and the status rows.
//
// All bytes go through one Screen, which writes once per frame. A frame contains
// only the cells that differ from those that the terminal shows, at absolute
// positions, between the marks of a synchronized update. Lines leave the screen
// through a scroll region that begins in row 1 and exists only within that write:
// terminals keep only such lines in their scrollback.
package screen

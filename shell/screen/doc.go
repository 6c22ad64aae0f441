// Package screen owns what the terminal shows: output that scrolls into the
// terminal's own scrollback, the input line below it, a popup over the graph,
// and the graph and status rows at the bottom.
//
// There is one writer, one mutex and one write per frame. A frame holds only
// the cells that differ from what the terminal already shows, between the marks
// of a synchronized update, with absolute positions. Lines leave the screen
// through a scroll region whose top margin is row 1 and which exists only
// inside that one write, because only such lines reach the scrollback.
package screen

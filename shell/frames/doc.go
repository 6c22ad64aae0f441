// Package frames draws what stands below the input line: graphs and status
// rows, from a snapshot and the past of its figures. It also writes the other
// texts that show a session as a whole: the status line of a shell without a
// terminal, the greeting, and the summary at the end.
//
// A frame decides its own heights and drops what does not fit as a whole:
// figures cell by cell, groups into one row that adds them up, graphs from the
// lowest useful height on. Every figure has a fixed width, so that nothing
// moves from frame to frame but the digits.
package frames

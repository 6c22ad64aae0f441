// Package frames draws the graphs and the status rows below the input line, from a
// snapshot of the session and the past of its figures. It also writes the greeting,
// the advice after a failed connection, and the summary at the end.
//
// A frame adapts to the size of the terminal by leaving out whole parts: cells of a
// row by their priority, groups, which are then added up in one row, and graphs that
// would be lower than graphMin. Every figure has a fixed width, so that from frame to
// frame only digits change.
package frames

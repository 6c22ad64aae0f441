// Package pacing says when messages are due.
//
// A Rate is a number of messages per second, a Shape is a rate that changes
// with time, and a Change is what a user types to replace or adjust a rate. A
// Schedule turns a shape into slots. Slot n is due when the integral of the
// target rate reaches n + ½. So r messages per second for d seconds give
// round(r·d) slots, and the count never differs from the integral by more than
// one, however often the shape changes. Only poisson(SHAPE) has slots at random
// times, which its seed determines. The due time of a slot depends on the
// schedule alone, neither on the worker that takes it nor on how late that
// worker is.
//
// The package is pure: it reads the time through a Clock that its caller
// supplies, and it starts no goroutine.
package pacing

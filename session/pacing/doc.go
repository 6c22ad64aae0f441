// Package pacing says when messages are due.
//
// A Rate is a number of messages per second, a Shape is a rate that changes
// with time, and a Change is what a user types to replace or to adjust a rate.
// A Schedule turns a shape into slots: slot n is due at the moment at which the
// integral of the wanted rate reaches n + ½, so a hold of r messages a second
// for d seconds has round(r·d) slots, and the count never strays from the
// integral by more than one, whatever is changed while it runs. The due time
// of a slot depends on the schedule alone, never on the worker that takes it
// or on how late that worker is.
//
// The package is pure: it reads time through a Clock that its caller supplies,
// and it starts no goroutine.
package pacing

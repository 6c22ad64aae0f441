// Package cursor moves the cursor of a subscription by a number of messages. Pulsar
// moves cursors by entries and to times, so the distance is exact in entries and
// an estimate in messages.
package cursor

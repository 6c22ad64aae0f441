// Package cursor moves a subscription's cursor by a number of messages. Pulsar
// moves cursors by entries and times, so the distance is an estimate in messages
// and exact in entries.
package cursor

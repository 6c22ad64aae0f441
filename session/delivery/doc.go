// Package delivery keeps the account of every message: which were received,
// which are lost, duplicated, redelivered or out of order. It works from the
// stamps of the messages and from what producers of the same session report.
//
// The package is pure: it reads no clock and starts no goroutine.
package delivery

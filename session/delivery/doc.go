// Package delivery accounts for every message that a consumer group receives:
// which messages arrived, which are lost, and which were duplicated,
// redelivered or out of order. It works from the stamps that messages carry and
// from what the producers of the same session report.
//
// The package is pure: it reads no clock and starts no goroutine.
package delivery

// Package snapshot holds the state of a session at one instant: its groups,
// their figures, and the metrics and conditions that read them. A published
// Snapshot is immutable, so readers need no lock.
package snapshot

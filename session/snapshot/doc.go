// Package snapshot holds the state of a session at one instant: its groups,
// their figures, and the metrics and conditions that read them. A Snapshot is
// immutable once it is published, so readers need no lock.
package snapshot

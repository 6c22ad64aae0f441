// Package clusters holds the clusters of a session by name: the session's own one,
// and those that were added beside it. Each has its engines, its admin API, a watch
// that asks whether it answers, and a poll of its topics' statistics, so that one that
// is away holds up no other.
package clusters

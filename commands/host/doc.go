// Package host is the world that commands act on: the session, the local Pulsar,
// the profiles, what the graph shows, and a call with its arguments.
package host

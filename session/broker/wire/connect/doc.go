// Package connect holds the connections of the wire engine: it finds the broker
// of a topic, dials and authenticates, keeps connections alive, and turns refusals
// into sentences. What a connection says is driven by package conn, which does no
// I/O; here are the sockets and the timers.
package connect

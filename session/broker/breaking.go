package broker

// Breaker is a producer or a consumer whose engine can break its connections.
type Breaker interface {
	// Break closes the sockets under the producer or consumer, as a fault of the
	// network does, and returns their number. All that shares a socket with it
	// connects again too.
	Break() int
}

package broker

// Breaker is a producer or a consumer whose engine can break its connections.
type Breaker interface {
	// Break closes the sockets under the producer or consumer, as a fault of the
	// network does, and returns their number. All that shares a socket with it
	// connects again too.
	Break() int
}

// Explainer is a producer that is told why it was closed. The Go client ends a producer
// by itself and then knows no more than that; opening another one names the reason.
type Explainer interface {
	// Explain gives the failures to come the category and the text of cause.
	Explain(cause *Error)
}

package broker

// Sharing says which producers or consumers share connections. Producers never share
// them with consumers. It is comparable.
type Sharing struct {
	Group       string // only those of one group share; "" stands for all that have no group
	Connections int    // of the group to each broker; 0 is 1
	Isolated    bool   // the producer or consumer has a connection of its own
}

// ConnectionCounter is a Broker that knows its connections.
type ConnectionCounter interface {
	// SendingConnections returns how many connections the producers of a group have open.
	SendingConnections(group string) int
	// ReceivingConnections returns how many connections its consumers have open.
	ReceivingConnections(group string) int
}

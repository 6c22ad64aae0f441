package client

import (
	"context"
	"sync"

	"pulsh/session/broker"
)

// set names the producers or consumers that share connections: they share one of the
// client library's clients.
type set struct {
	broker.Sharing
	receiving bool
	alone     uint64 // of an isolated producer or consumer
}

// sets are the clients of sets, of which each has an end.
type sets struct {
	mu       sync.Mutex // guards the fields below
	shared   map[set]*sharedClient
	isolated uint64 // sets of one producer or consumer so far
}

// sharedClient is the client of a set.
type sharedClient struct {
	linked
	users int
}

// setOf returns the set of one more producer or consumer.
func (c *Client) setOf(of broker.Sharing, receiving bool) set {
	of.Connections = max(of.Connections, 1)
	s := set{Sharing: of, receiving: receiving}
	if of.Isolated {
		c.sets.mu.Lock()
		defer c.sets.mu.Unlock()
		c.sets.isolated++
		s.alone = c.sets.isolated
	}
	return s
}

// join returns the client of a set for one more user.
func (c *Client) join(s set) (linked, error) {
	switch {
	case s.Group == "" && s.receiving:
		return c.taking, nil
	case s.Group == "":
		return c.sending, nil
	}
	c.sets.mu.Lock()
	defer c.sets.mu.Unlock()
	shared := c.sets.shared[s]
	if shared == nil {
		made, err := connect(c.options, s.Connections)
		if err != nil {
			return linked{}, err
		}
		shared = &sharedClient{linked: made}
		c.sets.shared[s] = shared
	}
	shared.users++
	return shared.linked, nil
}

// leave must be called once for each join. After the last user it closes the client.
func (c *Client) leave(ctx context.Context, s set) error {
	if s.Group == "" {
		return nil
	}
	c.sets.mu.Lock()
	shared := c.sets.shared[s]
	if shared == nil {
		c.sets.mu.Unlock()
		return nil // Close was first
	}
	if shared.users--; shared.users > 0 {
		c.sets.mu.Unlock()
		return nil
	}
	delete(c.sets.shared, s)
	c.sets.mu.Unlock()
	_, err := within(ctx, func() (struct{}, error) { shared.Close(); return struct{}{}, nil }, nil)
	return err
}

// closeAll closes the clients of all sets.
func (s *sets) closeAll() {
	s.mu.Lock()
	all := s.shared
	s.shared = map[set]*sharedClient{}
	s.mu.Unlock()
	var closing sync.WaitGroup
	for _, one := range all {
		closing.Go(one.Close)
	}
	closing.Wait()
}

// SendingConnections counts the connections of a group's producers.
func (c *Client) SendingConnections(group string) int { return c.sets.connections(group, false) }

// ReceivingConnections counts the connections of a group's consumers.
func (c *Client) ReceivingConnections(group string) int { return c.sets.connections(group, true) }

func (s *sets) connections(group string, receiving bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for of, one := range s.shared {
		if of.Group == group && of.receiving == receiving {
			n += one.open()
		}
	}
	return n
}

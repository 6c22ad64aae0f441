package pipes

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// end is one end of a connection in memory. What one end writes, the other reads
// after the latency of the network, in order.
type end struct {
	network *Network
	name    address
	peer    *end
	in      stream
}

// stream is what is on the way to an end.
type stream struct {
	wake chan struct{} // of capacity one: something below has changed

	mu       sync.Mutex
	parts    []part
	closed   bool // nothing more comes
	deadline time.Time
}

// part is bytes with the time of their arrival.
type part struct {
	data []byte
	due  time.Time
}

// address is the name of an end.
type address string

func (address) Network() string  { return "memory" }
func (a address) String() string { return string(a) }

// connect returns the two ends of a connection.
func (n *Network) connect(client, server string) (*end, *end) {
	a := &end{network: n, name: address(client), in: stream{wake: make(chan struct{}, 1)}}
	b := &end{network: n, name: address(server), in: stream{wake: make(chan struct{}, 1)}}
	a.peer, b.peer = b, a
	return a, b
}

func (s *stream) changed() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Write hands bytes to the network, which never refuses any.
func (e *end) Write(data []byte) (int, error) {
	if e.in.ended() {
		return 0, net.ErrClosed
	}
	due := e.network.arrival()
	s := &e.peer.in
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0, io.ErrClosedPipe
	}
	s.parts = append(s.parts, part{append([]byte(nil), data...), due})
	s.mu.Unlock()
	s.changed()
	return len(data), nil
}

// ended reports whether this end is closed.
func (s *stream) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Read waits for bytes to arrive.
func (e *end) Read(into []byte) (int, error) {
	s := &e.in
	for {
		s.mu.Lock()
		n, next, err := s.take(into, e.network.stalled())
		s.mu.Unlock()
		if n > 0 || err != nil {
			return n, err
		}
		wait := time.NewTimer(time.Until(next))
		select {
		case <-wait.C:
		case <-s.wake:
			wait.Stop()
		}
	}
}

// take copies what has arrived, or tells when to look again. Nothing arrives before
// the network is not stalled any more. It needs mu.
func (s *stream) take(into []byte, stalled time.Time) (n int, next time.Time, err error) {
	now := time.Now()
	next = now.Add(time.Hour)
	if !s.deadline.IsZero() {
		if !now.Before(s.deadline) {
			return 0, next, os.ErrDeadlineExceeded
		}
		next = s.deadline
	}
	for n < len(into) && len(s.parts) > 0 {
		first := &s.parts[0]
		due := first.due
		if due.Before(stalled) {
			due = stalled
		}
		if now.Before(due) {
			if due.Before(next) {
				next = due
			}
			break
		}
		took := copy(into[n:], first.data)
		n += took
		if first.data = first.data[took:]; len(first.data) == 0 {
			*first = part{}
			s.parts = s.parts[1:]
		}
	}
	if n == 0 && s.closed {
		err = io.EOF
	}
	return n, next, err
}

// Close ends both directions at once. What is on the way is lost.
func (e *end) Close() error {
	for _, s := range []*stream{&e.in, &e.peer.in} {
		s.mu.Lock()
		s.closed, s.parts = true, nil
		s.mu.Unlock()
		s.changed()
	}
	return nil
}

func (e *end) LocalAddr() net.Addr  { return e.name }
func (e *end) RemoteAddr() net.Addr { return e.peer.name }

// SetDeadline sets the deadline of reads; writes never wait.
func (e *end) SetDeadline(t time.Time) error { return e.SetReadDeadline(t) }

// SetWriteDeadline does nothing: writes never wait.
func (e *end) SetWriteDeadline(time.Time) error { return nil }

// SetReadDeadline sets the deadline of reads.
func (e *end) SetReadDeadline(t time.Time) error {
	e.in.mu.Lock()
	e.in.deadline = t
	e.in.mu.Unlock()
	e.in.changed()
	return nil
}

package connect

import (
	"net"
	"slices"
)

const (
	// turnBytes is how much is written at a time.
	turnBytes = 256 << 10
	// directBytes is the most that a caller writes itself: waking the writer for it
	// costs more than the copy into the socket. More would hold the caller's locks.
	directBytes = 8 << 10
)

// output is what writes to a connection's socket: the writer's goroutine, or at times
// one of a caller, but never two at once. Its fields are under the connection's mu.
type output struct {
	direct *directWriter // nil if the socket cannot be written to without waiting
	busy   bool          // somebody writes; he looks for more when he has written
	rest   [][]byte      // what the socket did not take at once, before all that waits
}

// next returns what is to be written, and marks the connection busy if there is
// anything. It needs mu.
func (c *Connection) next(into [][]byte) [][]byte {
	if c.output.busy {
		return into
	}
	into = append(into, c.output.rest...)
	clear(c.output.rest)
	c.output.rest = c.output.rest[:0]
	if len(into) == 0 {
		into = c.state.Take(into, turnBytes)
	}
	c.output.busy = len(into) > 0
	return into
}

// write is the writer: it waits for the socket as long as it takes.
func (c *Connection) write() {
	var chunks [][]byte
	for {
		c.mu.Lock()
		chunks = c.next(chunks[:0])
		c.mu.Unlock()
		if len(chunks) == 0 {
			select {
			case <-c.wake:
				continue
			case <-c.done:
				c.settle()
				return
			}
		}
		buffers := net.Buffers(chunks)
		_, err := buffers.WriteTo(c.socket)
		c.mu.Lock()
		c.output.busy = false
		c.mu.Unlock()
		if err != nil {
			c.Fail(err)
			c.settle()
			return
		}
	}
}

// settle waits for a caller that writes: until then frames must not change.
func (c *Connection) settle() {
	for {
		c.mu.Lock()
		busy := c.output.busy
		c.mu.Unlock()
		if !busy {
			return
		}
		<-c.wake
	}
}

func (c *Connection) wakeWriter() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Push has all that waits written, if it is little by the caller.
func (c *Connection) Push() {
	c.mu.Lock()
	waiting := c.state.Waiting()
	idle := !c.output.busy && c.state.Err() == nil
	if !idle || waiting == 0 || waiting > directBytes || c.output.direct == nil || len(c.output.rest) > 0 {
		c.mu.Unlock()
		if idle && waiting > 0 {
			c.wakeWriter()
		}
		return
	}
	w := c.output.direct
	w.chunks = c.next(w.chunks[:0])
	c.mu.Unlock()
	n, err := w.write()
	c.mu.Lock()
	c.output.busy = false
	c.output.rest = append(c.output.rest, after(w.chunks, n)...)
	clear(w.chunks)
	if err != nil {
		c.ended(err)
	}
	more := len(c.output.rest) > 0 || c.state.Waiting() > 0 || c.state.Err() != nil
	c.mu.Unlock()
	if more {
		c.wakeWriter()
	}
}

// after returns what is left of chunks without the first n bytes.
func after(chunks [][]byte, n int) [][]byte {
	for len(chunks) > 0 && n >= len(chunks[0]) {
		n -= len(chunks[0])
		chunks = chunks[1:]
	}
	if n > 0 {
		chunks = slices.Clone(chunks)
		chunks[0] = chunks[0][n:]
	}
	return chunks
}

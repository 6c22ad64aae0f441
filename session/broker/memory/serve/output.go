package serve

import (
	"encoding/binary"
	"net"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/protocol"
)

// The bounds of a connection's queue in bytes. Above queueHigh no messages are
// added until it is below queueLow; above queueMost the client is not read from.
// While all queues together take more than queuesMost, each may have only
// queueScarce.
const (
	queueHigh   = 2 << 20
	queueLow    = 1 << 20
	queueScarce = 64 << 10
	queuesMost  = 128 << 20
	queueMost   = 8 << 20
)

// copied is the largest entry in bytes that is copied into the queue: for a smaller
// one, another buffer in a system call costs more than the copy.
const copied = 4 << 10

// turnBytes is how much is written at a time.
const turnBytes = 512 << 10

// output is the queue of what is to be sent to a client.
type output struct {
	owner *connection

	mu      sync.Mutex // guards the fields below
	small   []byte     // commands and small entries, behind chunks
	spare   []byte
	chunks  [][]byte
	bytes   int
	writing bool
	ended   bool
	drained *sync.Cond
	late    late

	crowded atomic.Bool // a consumer waits until the queue is shorter
}

func (o *output) init(c *connection) {
	o.owner = c
	o.drained = sync.NewCond(&o.mu)
}

// Tell sends a command.
func (o *output) Tell(m protocol.Body) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	if d := o.delay(m.Type()); d >= 0 {
		o.postpone(protocol.Append(nil, m), m.Type(), d)
		return
	}
	small := o.chunk()
	o.small = protocol.Append(small, m)
	o.added(len(o.small) - len(small))
}

// Push sends a message.
func (o *output) Push(d *memory.Delivery) {
	topic := d.Consumer.Topic()
	m := protocol.Message{
		ConsumerID: d.Consumer.ID, RedeliveryCount: d.Redelivery, AckSet: d.AckSet, Epoch: d.Epoch,
		ID: protocol.MessageID{Ledger: d.Position.Ledger, Entry: uint64(d.Position.Entry), Partition: int32(topic.Name().Partition), BatchIndex: -1},
	}
	data := d.Data
	if o.owner.server.options.Faults.Active() {
		var drop bool
		if data, drop = o.spoil(data); drop {
			return
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	if d := o.delay(protocol.TypeMessage); d >= 0 {
		o.postpone(protocol.AppendMessage(nil, &m, nil, data), protocol.TypeMessage, d)
		return
	}
	small := o.chunk()
	at := len(small)
	small = protocol.AppendCommand(append(small, 0, 0, 0, 0), &m)
	binary.BigEndian.PutUint32(small[at:], uint32(len(small)-at-4+len(data)))
	if len(data) <= copied {
		o.small = append(small, data...)
		o.added(len(o.small) - at)
		return
	}
	o.small = small
	head := len(small) - at
	o.seal()
	o.chunks = append(o.chunks, data)
	o.added(head + len(data))
}

// chunk returns the chunk that commands are copied into.
func (o *output) chunk() []byte {
	if o.small == nil {
		o.small, o.spare = o.spare, nil
	}
	if len(o.small) > turnBytes {
		o.seal()
	}
	return o.small
}

// seal ends the chunk of commands.
func (o *output) seal() {
	if len(o.small) > 0 {
		o.chunks = append(o.chunks, o.small)
		o.small = nil
	}
}

// added notes n more bytes and makes sure that somebody writes. The lock is held.
func (o *output) added(n int) {
	o.bytes += n
	o.owner.server.queued.Add(int64(n))
	if !o.writing {
		o.writing = true
		go o.write() // owned by the connection, whose end waits for it
	}
}

// Writable reports whether the queue takes more messages.
func (o *output) Writable() bool {
	high := queueHigh
	if o.owner.server.queued.Load() > queuesMost {
		high = queueScarce
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bytes < high || o.ended {
		return true
	}
	o.crowded.Store(true)
	return false
}

// write writes until nothing is left.
func (o *output) write() {
	if labels := o.owner.server.options.Labels; labels != nil { // a timer may have started it
		pprof.SetGoroutineLabels(labels)
	}
	var turn [][]byte
	for {
		o.mu.Lock()
		turn = o.takeTurn(turn[:0])
		if len(turn) == 0 {
			o.writing = false
			left := o.bytes
			o.bytes = 0
			o.drained.Broadcast()
			o.mu.Unlock()
			o.owner.server.queued.Add(-int64(left)) // 0 unless the connection has ended
			return
		}
		o.mu.Unlock()
		if o.owner.server.options.Faults.Active() {
			o.throttle(turn)
		}
		size := 0
		for _, chunk := range turn {
			size += len(chunk)
		}
		small := turn[0]
		var err error
		if len(turn) == 1 {
			_, err = o.owner.socket.Write(small)
		} else {
			buffers := net.Buffers(turn)
			_, err = buffers.WriteTo(o.owner.socket)
		}
		if err != nil {
			o.owner.close()
		}
		o.written(size, small, len(turn) == 1)
	}
}

// takeTurn takes some chunks off the queue. The lock is held.
func (o *output) takeTurn(into [][]byte) [][]byte {
	if o.ended {
		return into
	}
	if len(o.chunks) == 0 {
		o.seal()
	}
	size, n := 0, 0
	for n < len(o.chunks) && (n == 0 || size+len(o.chunks[n]) <= turnBytes) {
		size += len(o.chunks[n])
		into = append(into, o.chunks[n])
		n++
	}
	left := copy(o.chunks, o.chunks[n:])
	clear(o.chunks[left:])
	o.chunks = o.chunks[:left]
	return into
}

// written notes that bytes are gone. A chunk of commands that was written alone is
// used again.
func (o *output) written(size int, chunk []byte, alone bool) {
	o.mu.Lock()
	o.bytes -= size
	if alone && o.spare == nil && cap(chunk) <= bufferMost && size <= copied {
		o.spare = chunk[:0]
	}
	wake := o.bytes < queueLow && !o.ended
	if o.bytes < queueMost {
		o.drained.Broadcast()
	}
	o.mu.Unlock()
	o.owner.server.queued.Add(-int64(size))
	if wake && o.crowded.CompareAndSwap(true, false) {
		o.owner.resume()
	}
}

// mayRead waits until the client has read enough of what it was sent. It reports
// whether the connection goes on.
func (o *output) mayRead() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.bytes >= queueMost && !o.ended {
		o.owner.paused.Store(true)
		o.drained.Wait()
	}
	o.owner.paused.Store(false)
	return !o.ended
}

// pause holds the reader back for a while, or until the connection ends.
func (o *output) pause(d time.Duration) {
	over := false
	timer := time.AfterFunc(d, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		over = true
		o.drained.Broadcast()
	})
	defer timer.Stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.owner.paused.Store(true)
	for !over && !o.ended {
		o.drained.Wait()
	}
	o.owner.paused.Store(false)
}

// stop drops the queue.
func (o *output) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	o.ended = true
	o.small, o.chunks = nil, nil
	if !o.writing {
		o.owner.server.queued.Add(-int64(o.bytes))
		o.bytes = 0
	}
	o.late.stop()
	o.drained.Broadcast()
}

func (o *output) stopped() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ended
}

// flush waits until everything is written, but not for ever.
func (o *output) flush(most time.Duration) {
	timer := time.AfterFunc(most, o.owner.close)
	defer timer.Stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.writing && !o.ended {
		o.drained.Wait()
	}
}

// wait waits for the writer to end.
func (o *output) wait() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.writing {
		o.drained.Wait()
	}
}

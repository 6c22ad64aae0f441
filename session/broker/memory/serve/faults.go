package serve

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
)

// errFault closes a connection on purpose.
var errFault = errors.New("a fault closes the connection")

// fail applies the faults to what a client says, and reports whether the command is
// dealt with.
func (c *connection) fail(f protocol.Frame) (done bool, err error) {
	faults := c.server.options.Faults
	if !faults.Active() {
		return false, nil
	}
	point := fault.PointOf(f.Type)
	rule, ok := faults.Find(point, func(r *fault.Rule) bool {
		return r.Rate == 0 && !r.OfEntries() && r.Counts(f.Type) && (r.At != fault.All || point.FromClient())
	})
	switch {
	case !ok:
		return false, nil
	case rule.Close:
		return true, errFault
	case rule.Drop:
		return true, nil
	case rule.Refuse:
		return c.failWith(f, rule)
	case rule.Corrupt && len(f.Rest) > 0:
		f.Rest[len(f.Rest)-1] ^= 1 // the checksum tells
		return false, nil
	}
	c.output.pause(rule.Delay) // the reader waits, as a busy broker does
	return false, nil
}

// failWith answers a command with the error of a rule.
func (c *connection) failWith(f protocol.Frame, rule fault.Rule) (bool, error) {
	refusal := &memory.Refusal{Code: rule.Code, Message: cmp.Or(rule.Message, "a fault on purpose")}
	if f.Type == protocol.TypeSend {
		m := &c.command.send
		if err := protocol.Decode(f.Body, m); err != nil {
			return true, err
		}
		c.refuseSend(m, refusal)
		return true, nil
	}
	if f.Type == protocol.TypeAck {
		return true, refuseAck(c, f, refusal)
	}
	m, ok := protocol.New(f.Type).(protocol.Question)
	if !ok {
		return false, nil
	}
	if err := protocol.Decode(f.Body, m); err != nil {
		return true, err
	}
	c.refuse(m, refusal)
	return true, nil
}

// refuseAck answers an acknowledgement with an error, if its client wants an answer.
func refuseAck(c *connection, f protocol.Frame, refusal *memory.Refusal) error {
	m := &c.command.ack
	if err := protocol.Decode(f.Body, m); err != nil || !m.Asks {
		return err
	}
	c.Tell(&protocol.AckResponse{ConsumerID: m.ConsumerID, Error: refusal.Code, Message: refusal.Message, Numbered: protocol.Numbered{RequestID: m.RequestID}})
	return nil
}

// spoil applies the faults to a message, and reports whether it is dropped.
func (o *output) spoil(data []byte) (spoilt []byte, drop bool) {
	rule, ok := o.owner.server.options.Faults.Find(fault.Messages, func(r *fault.Rule) bool { return r.Drop || r.Corrupt || r.Close })
	switch {
	case !ok:
		return data, false
	case rule.Close:
		go o.owner.close() // the caller holds the lock of a topic
		return data, true
	case rule.Drop:
		return data, true
	}
	data = slices.Clone(data)
	if len(data) > 0 {
		data[len(data)-1] ^= 1
	}
	return data, false
}

// late is what is sent later, on purpose.
type late struct {
	frames []lateFrame
	timer  *time.Timer
}

type lateFrame struct {
	frame []byte
	point fault.Point
	due   time.Time
}

func (l *late) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.frames = nil
}

// delay is for how long a command of the broker waits, below 0 if it does not.
// dropped commands wait for ever. The lock is held.
func (o *output) delay(t protocol.Type) time.Duration {
	faults := o.owner.server.options.Faults
	if !faults.Active() && len(o.late.frames) == 0 {
		return -1
	}
	point := fault.PointOf(t)
	if point.FromClient() && point != fault.Pings {
		return -1
	}
	rule, ok := faults.Find(point, func(r *fault.Rule) bool {
		return r.At == point && (r.Delay > 0 || point != fault.Messages && (r.Drop || r.Close))
	})
	switch {
	case ok && rule.Close:
		go o.owner.close() // its lock is held
		return never
	case ok && rule.Drop:
		return never
	case ok:
		return rule.Delay
	}
	for _, f := range o.late.frames { // none overtakes one of its kind
		if f.point == point {
			return 0
		}
	}
	return -1
}

// never is the delay of what is dropped.
const never = 1<<63 - 1

// lateMost bounds the frames that wait. What comes when they are that many is sent at
// once with the oldest.
const lateMost = 100_000

// postpone sends a frame later, behind those of its kind. The lock is held.
func (o *output) postpone(frame []byte, t protocol.Type, d time.Duration) {
	if d == never {
		return
	}
	point, due := fault.PointOf(t), time.Now().Add(d)
	for i := len(o.late.frames) - 1; i >= 0; i-- {
		if o.late.frames[i].point == point {
			if o.late.frames[i].due.After(due) {
				due = o.late.frames[i].due
			}
			break
		}
	}
	o.late.frames = append(o.late.frames, lateFrame{frame, point, due})
	o.bytes += len(frame)
	o.owner.server.queued.Add(int64(len(frame)))
	if len(o.late.frames) == 1 || len(o.late.frames) > lateMost {
		o.catchUp()
	}
}

// catchUp sends what is due and waits for the next. The lock is held.
func (o *output) catchUp() {
	if o.late.timer != nil {
		o.late.timer.Stop()
	}
	now := time.Now()
	kept := o.late.frames[:0]
	next := now.Add(time.Hour)
	for i, f := range o.late.frames {
		if f.due.After(now) && len(o.late.frames)-i <= lateMost {
			kept = append(kept, f)
			if f.due.Before(next) {
				next = f.due
			}
			continue
		}
		o.small = append(o.chunk(), f.frame...)
		o.bytes -= len(f.frame)
		o.owner.server.queued.Add(-int64(len(f.frame)))
		o.added(len(f.frame))
	}
	clear(o.late.frames[len(kept):])
	o.late.frames = kept
	if len(kept) > 0 {
		o.late.timer = time.AfterFunc(next.Sub(now), func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			if !o.ended {
				o.catchUp()
			}
		})
	}
}

// throttle waits so that the connection does not send faster than a rule allows.
func (o *output) throttle(turn [][]byte) {
	rule, ok := o.owner.server.options.Faults.Find(fault.Messages, func(r *fault.Rule) bool { return r.Rate > 0 })
	if !ok {
		return
	}
	size := 0
	for _, chunk := range turn {
		size += len(chunk)
	}
	time.Sleep(time.Duration(float64(size) / rule.Rate * float64(time.Second)))
}

package conn

import (
	"fmt"
	"math"

	"pulsh/session/broker/protocol"
)

// Kind is the kind of an event.
type Kind uint8

// The events of a connection. The last two come to servers.
const (
	Up             Kind = iota + 1 // the broker has greeted: Conn.Peer
	Challenged                     // the broker asks for authentication: Body; answer with Tell
	Answered                       // a request was answered: Owner, Body; Body is a *protocol.Error for a refusal
	Overdue                        // a request was not answered in time: Owner
	Receipt                        // an entry is stored: Owner is the producer, Receipt
	SendRefused                    // an entry is not stored: Owner is the producer, Body
	Delivered                      // an entry came: Owner is the consumer, Message, Rest
	ProducerClosed                 // the broker has closed a producer, which is removed: Owner, Body
	ConsumerClosed                 // the broker has closed a consumer, which is removed: Owner, Body
	Pushed                         // anything else for a producer or a consumer: Owner, Body
	Greeted                        // a client greets: Body; answer with Accept
	Commanded                      // a client commands: Body, Rest
)

// Event is one event of a connection. It and its pointers are valid until the next
// call of Next. Its bytes are valid until the next call of Room, or for as long as
// they are referenced if Hold is called before.
type Event struct {
	Kind    Kind
	Owner   any
	Body    protocol.Body
	Receipt *protocol.SendReceipt
	Message *protocol.Message
	Rest    []byte // the bytes after the command
}

// Unsolicited is the request id of commands that a broker sends by itself.
const Unsolicited = math.MaxUint64

// Next returns the next event. It returns nil until more bytes are received, and
// always once the connection has ended; see Err.
func (c *Conn) Next(now int64) *Event {
	for c.state != ended {
		if n := len(c.overdue); n > 0 {
			c.event = Event{Kind: Overdue, Owner: c.overdue[n-1]}
			c.overdue = c.overdue[:n-1]
			return &c.event
		}
		frame, n, err := protocol.NextFrame(c.unread(), c.maxMessage)
		if err != nil {
			c.Fail(err)
			return nil
		}
		if n == 0 {
			return nil
		}
		c.consume(n)
		c.quiet, c.pinged = now, false
		c.event = Event{Rest: frame.Rest}
		if err := c.take(frame); err != nil {
			c.Fail(err)
			return nil
		}
		if c.event.Kind != 0 {
			return &c.event
		}
	}
	return nil
}

// take makes an event of a frame, or deals with it.
func (c *Conn) take(f protocol.Frame) error {
	switch {
	case c.state == greeting:
		return c.greet(f)
	case f.Type == protocol.TypePing:
		c.first(&protocol.Pong{})
		return nil
	case f.Type == protocol.TypePong:
		return nil
	case c.server:
		return c.commanded(f)
	case f.Type == protocol.TypeSendReceipt:
		if err := protocol.Decode(f.Body, &c.receipt); err != nil {
			return err
		}
		c.event.Receipt = &c.receipt
		c.route(Receipt, c.producers, c.receipt.ProducerID)
		return nil
	case f.Type == protocol.TypeMessage:
		if err := protocol.Decode(f.Body, &c.message); err != nil {
			return err
		}
		c.event.Message = &c.message
		c.route(Delivered, c.consumers, c.message.ConsumerID)
		return nil
	}
	return c.rare(f)
}

// route makes the event, if its owner is known.
func (c *Conn) route(kind Kind, owners map[uint64]any, id uint64) {
	if owner, ok := owners[id]; ok {
		c.event.Kind, c.event.Owner = kind, owner
	}
}

func (c *Conn) body(f protocol.Frame) error {
	if c.event.Body = protocol.New(f.Type); c.event.Body == nil {
		return fmt.Errorf("%w: the %v is unknown", protocol.ErrMalformed, f.Type)
	}
	return protocol.Decode(f.Body, c.event.Body)
}

// greet takes the first commands of a connection.
func (c *Conn) greet(f protocol.Frame) error {
	if err := c.body(f); err != nil {
		return err
	}
	switch m := c.event.Body.(type) {
	case *protocol.Connect:
		if c.server {
			c.event.Kind = Greeted
			return nil
		}
	case *protocol.Connected:
		if !c.server {
			c.peer, c.state, c.event.Kind = *m, ready, Up
			if m.MaxMessageSize > 0 {
				c.maxMessage = int(m.MaxMessageSize)
			}
			return nil
		}
	case *protocol.AuthChallenge:
		if !c.server {
			c.event.Kind = Challenged
			return nil
		}
	case *protocol.AuthResponse:
		if c.server {
			c.event.Kind = Commanded
			return nil
		}
	case *protocol.Error:
		if !c.server {
			return &Refusal{m.Error, m.Message}
		}
	}
	return fmt.Errorf("%w: a %v stands before the greeting", protocol.ErrMalformed, f.Type)
}

// commanded handles a client's command.
func (c *Conn) commanded(f protocol.Frame) error {
	c.event.Kind = Commanded
	return c.body(f)
}

// rare handles the broker's less frequent commands.
func (c *Conn) rare(f protocol.Frame) error {
	if err := c.body(f); err != nil {
		return err
	}
	switch m := c.event.Body.(type) {
	case *protocol.SendError:
		c.route(SendRefused, c.producers, m.ProducerID)
	case *protocol.CloseProducer:
		c.route(ProducerClosed, c.producers, m.ProducerID)
		delete(c.producers, m.ProducerID)
	case *protocol.CloseConsumer:
		c.route(ConsumerClosed, c.consumers, m.ConsumerID)
		delete(c.consumers, m.ConsumerID)
	case *protocol.ActiveConsumerChange:
		c.route(Pushed, c.consumers, m.ConsumerID)
	case *protocol.ReachedEndOfTopic:
		c.route(Pushed, c.consumers, m.ConsumerID)
	case *protocol.TopicMigrated:
		owners := c.producers
		if m.Consumer {
			owners = c.consumers
		}
		c.route(Pushed, owners, m.Resource)
	case *protocol.AuthChallenge:
		c.event.Kind = Challenged
	case *protocol.WatchTopicUpdate, *protocol.Connected: // nobody watches; an AUTH_RESPONSE may be answered so
	case protocol.Question:
		c.answered(m)
	default:
		return fmt.Errorf("%w: a broker has no %v to say", protocol.ErrMalformed, f.Type)
	}
	return c.err
}

// answered matches an answer with its request.
func (c *Conn) answered(m protocol.Question) {
	id := *m.Request()
	if refused, ok := m.(*protocol.Error); ok && id == Unsolicited {
		c.Fail(&Refusal{refused.Error, refused.Message})
		return
	}
	r, ok := c.requests[id]
	if !ok {
		return // it came too late
	}
	if success, ok := m.(*protocol.ProducerSuccess); ok && success.Queued {
		c.requests[id] = request{r.owner, never} // a second answer follows
	} else {
		delete(c.requests, id)
	}
	c.event.Kind, c.event.Owner = Answered, r.owner
}

// Late takes the owners of all requests that are overdue, for a driver that does
// not wait for Next.
func (c *Conn) Late() []any {
	late := c.overdue
	c.overdue = nil
	return late
}

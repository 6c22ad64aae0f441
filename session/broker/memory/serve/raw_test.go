package serve

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds every wait.
const soon = 10 * time.Second

// bed is a server, and what tests need of it.
type bed struct {
	*Server
	t      *testing.T
	model  *memory.Broker
	faults *fault.Set
}

func newBed(t *testing.T, cfg memory.Config, o Options) *bed {
	b := &bed{t: t, model: memory.New(cfg), faults: fault.New(time.Now)}
	o.Faults = b.faults
	var err error
	b.Server, err = New(b.model, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		b.Server.Close()
		b.model.Close()
	})
	return b
}

// raw is a client that says exactly what a test wants.
type raw struct {
	*bed
	socket  net.Conn
	buf     []byte
	used    int // bytes of buf that were read
	request uint64
}

// got is what the broker says.
type got struct {
	body  protocol.Body
	entry []byte
}

func (b *bed) dial() *raw {
	b.t.Helper()
	socket, err := net.Dial("tcp", b.listener.Addr().String())
	require.NoError(b.t, err)
	b.t.Cleanup(func() { socket.Close() })
	return &raw{bed: b, socket: socket}
}

// connect is a client that was greeted.
func (b *bed) connect() *raw {
	r := b.dial()
	r.say(&protocol.Connect{ClientVersion: "raw", ProtocolVersion: protocol.Version, AuthMethod: "none"})
	expect[*protocol.Connected](r)
	return r
}

func (r *raw) say(all ...protocol.Body) {
	r.t.Helper()
	var frames []byte
	for _, m := range all {
		frames = protocol.Append(frames, m)
	}
	_, err := r.socket.Write(frames)
	require.NoError(r.t, err)
}

// next is the next command of the broker, nil if it has closed the connection or
// says nothing in time.
func (r *raw) next(within time.Duration) *got {
	r.t.Helper()
	require.NoError(r.t, r.socket.SetReadDeadline(time.Now().Add(within)))
	for {
		f, n, err := protocol.NextFrame(r.buf[r.used:], protocol.MaxMessageSize)
		require.NoError(r.t, err)
		if n > 0 {
			r.used += n
			if f.Type == protocol.TypePing {
				r.say(&protocol.Pong{})
				continue
			}
			m := protocol.New(f.Type)
			require.NoError(r.t, protocol.Decode(f.Body, m))
			return &got{m, f.Rest}
		}
		var more [64 << 10]byte
		k, err := r.socket.Read(more[:])
		r.buf = append(append([]byte(nil), r.buf[r.used:]...), more[:k]...)
		r.used = 0
		if err != nil {
			return nil
		}
	}
}

// expect is the next command of a type; others before it are passed over.
func expect[T protocol.Body](r *raw) T {
	r.t.Helper()
	for {
		g := r.next(soon)
		require.NotNil(r.t, g, "waiting for %T", *new(T))
		if m, ok := g.body.(T); ok {
			return m
		}
	}
}

// closed asserts that the broker closes the connection.
func (r *raw) closed() {
	r.t.Helper()
	require.NoError(r.t, r.socket.SetReadDeadline(time.Now().Add(soon)))
	var buf [1 << 10]byte
	for {
		if _, err := r.socket.Read(buf[:]); err != nil {
			var timeout net.Error
			require.False(r.t, asTimeout(err, &timeout), "the connection stays open")
			return
		}
	}
}

func asTimeout(err error, into *net.Error) bool {
	n, ok := err.(net.Error)
	*into = n
	return ok && n.Timeout()
}

// ask asks and returns the answer.
func (r *raw) ask(q protocol.Question) protocol.Body {
	r.t.Helper()
	r.request++
	*q.Request() = r.request
	r.say(q)
	return r.answer(r.request)
}

func (r *raw) answer(id uint64) protocol.Body {
	r.t.Helper()
	for {
		g := r.next(soon)
		require.NotNil(r.t, g, "no answer")
		if a, ok := g.body.(protocol.Question); ok && *a.Request() == id {
			return g.body
		}
	}
}

// accepted asserts that a request succeeds.
func (r *raw) accepted(q protocol.Question) protocol.Body {
	r.t.Helper()
	answer := r.ask(q)
	refused, _ := answer.(*protocol.Error)
	require.Nil(r.t, refused, "%+v", refused)
	return answer
}

// refused asserts that a request is refused.
func (r *raw) refused(code protocol.ServerError, q protocol.Question) *protocol.Error {
	r.t.Helper()
	answer := r.ask(q)
	refused, ok := answer.(*protocol.Error)
	require.True(r.t, ok, "%+v", answer)
	require.Equal(r.t, code, refused.Error, refused.Message)
	require.NotEmpty(r.t, refused.Message)
	return refused
}

const topic = "persistent://public/default/t"

func newProducer(id uint64, name string) *protocol.Producer {
	return &protocol.Producer{Topic: topic, ProducerID: id, Name: name, TopicEpoch: protocol.NoEpoch}
}

func newSubscribe(id uint64, kind protocol.SubType) *protocol.Subscribe {
	return &protocol.Subscribe{Topic: topic, Subscription: "s", SubType: kind, ConsumerID: id, Name: string(rune('a' + id)), Initial: protocol.Earliest, Epoch: protocol.NoEpoch}
}

// send sends a batch of n messages, or one alone if n is 0.
func (r *raw) send(id, sequence uint64, n int, change func(*protocol.Metadata)) {
	r.t.Helper()
	var b protocol.Builder
	meta := protocol.Metadata{ProducerName: []byte("p"), Sequence: sequence, PublishTime: uint64(time.Now().UnixMilli())}
	b.Begin(nil, 1000)
	if n == 0 {
		copy(b.ClaimAlone(5), "alone")
	} else {
		meta.Batch, meta.BatchSize = true, int32(n)
		for range n {
			copy(b.ClaimPlain("", 3), "one")
		}
	}
	if change != nil {
		change(&meta)
	}
	frame, _ := b.Finish(&protocol.Send{ProducerID: id, Sequence: sequence, Messages: int32(n)}, &meta)
	_, err := r.socket.Write(frame)
	require.NoError(r.t, err)
}

// sent sends and waits for the receipt.
func (r *raw) sent(id, sequence uint64, n int, change func(*protocol.Metadata)) protocol.MessageID {
	r.t.Helper()
	r.send(id, sequence, n, change)
	receipt := expect[*protocol.SendReceipt](r)
	for receipt.Sequence < sequence { // of an earlier one
		receipt = expect[*protocol.SendReceipt](r)
	}
	require.Equal(r.t, sequence, receipt.Sequence)
	return receipt.ID
}

// messages takes n messages.
func (r *raw) messages(n int) (all []protocol.Message) {
	r.t.Helper()
	for range n {
		all = append(all, *expect[*protocol.Message](r))
	}
	return all
}

// silence asserts that no message comes for a moment.
func (r *raw) silence() {
	r.t.Helper()
	for {
		g := r.next(150 * time.Millisecond)
		if g == nil {
			return
		}
		m, isMessage := g.body.(*protocol.Message)
		require.False(r.t, isMessage, "%+v", m)
	}
}

func (r *raw) ack(consumer uint64, kind protocol.AckType, ids ...protocol.MessageID) {
	r.t.Helper()
	r.request++
	m := &protocol.Ack{ConsumerID: consumer, Ack: kind, IDs: ids, Validation: protocol.NoValidationError, Asks: true, RequestID: r.request}
	r.say(m)
	answer, ok := r.answer(r.request).(*protocol.AckResponse)
	require.True(r.t, ok)
	require.Equal(r.t, protocol.NoError, answer.Error, answer.Message)
}

// backlog is the entries that a subscription has not acknowledged.
func (b *bed) backlog(full, sub string) int64 {
	b.t.Helper()
	t := b.model.Topic(full)
	require.NotNil(b.t, t)
	return t.Stats().Subscriptions[sub].Backlog
}

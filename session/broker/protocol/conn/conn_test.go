package conn

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

// world is two sides of one connection and the time.
type world struct {
	t              *testing.T
	now            int64
	client, server *Conn
	cut            func(b []byte) int // how many of the bytes arrive at once
	deaf           bool               // nothing arrives at the server
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: int64(time.Hour), cut: func(b []byte) int { return len(b) }}
	w.client = NewClient(Config{Version: "client", Flags: protocol.FeatureFlags{AuthRefresh: true}}, w.now, "none", nil)
	w.server = NewServer(Config{Version: "server"}, w.now)
	return w
}

// greeted is a world whose two sides have greeted each other.
func greeted(t *testing.T) *world {
	w := newWorld(t)
	w.carry(w.client, w.server)
	e := w.server.Next(w.now)
	require.Equal(t, Greeted, e.Kind)
	w.server.Accept(1<<20, e.Body.(*protocol.Connect).ProtocolVersion)
	w.carry(w.server, w.client)
	require.Equal(t, Up, w.client.Next(w.now).Kind)
	return w
}

// carry moves everything that one side has to say to the other.
func (w *world) carry(from, to *Conn) {
	for from.Waiting() > 0 {
		for _, chunk := range from.Take(nil, 1000) {
			if w.deaf && to == w.server {
				continue
			}
			for len(chunk) > 0 && to.Err() == nil {
				n := copy(to.Room(), chunk[:w.cut(chunk)])
				to.Filled(n)
				chunk = chunk[n:]
			}
		}
	}
}

// event is the next event of one side, after everything was carried.
func (w *world) event(of *Conn) *Event {
	w.carry(w.client, w.server)
	w.carry(w.server, w.client)
	return of.Next(w.now)
}

// pass lets time pass, from deadline to deadline, and hands on what is said.
func (w *world) pass(d time.Duration) {
	for end := w.now + int64(d); ; {
		at := min(w.client.Deadline(), w.server.Deadline())
		if at > end {
			w.now = end
			return
		}
		w.now = max(at, w.now)
		w.client.Tick(w.now)
		w.server.Tick(w.now)
		for w.client.Waiting() > 0 || w.server.Waiting() > 0 {
			w.carry(w.client, w.server)
			require.Nil(w.t, w.server.Next(w.now))
			w.carry(w.server, w.client)
			require.Nil(w.t, w.client.Next(w.now))
		}
		if w.client.Err() != nil || w.server.Err() != nil {
			return
		}
	}
}

func TestTwoSidesGreetEachOther(t *testing.T) {
	w := newWorld(t)
	w.carry(w.client, w.server)
	e := w.server.Next(w.now)
	connect := e.Body.(*protocol.Connect)
	require.Equal(t, "client", connect.ClientVersion)
	require.Equal(t, "none", connect.AuthMethod)
	require.True(t, connect.Flags.AuthRefresh)
	require.EqualValues(t, protocol.Version, connect.ProtocolVersion)
	require.False(t, w.client.Ready())
	w.server.Accept(1234567, 15)
	w.carry(w.server, w.client)
	require.Equal(t, Up, w.client.Next(w.now).Kind)
	require.True(t, w.client.Ready())
	require.Equal(t, "server", w.client.Peer().ServerVersion)
	require.EqualValues(t, 15, w.client.Peer().ProtocolVersion)
	require.Equal(t, 1234567, w.client.MaxMessage())
}

func TestAGreetingFails(t *testing.T) {
	frame := func(m protocol.Body) []byte { return protocol.Append(nil, m) }
	for what, answer := range map[string][]byte{
		"HTTP":                []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"another command":     frame(&protocol.Success{}),
		"a greeting back":     frame(&protocol.Connect{ClientVersion: "x"}),
		"an unknown command":  {0, 0, 0, 10, 0, 0, 0, 6, 8, 99, 0x9a, 6, 0, 0},
		"a command cut short": {0, 0, 0, 9, 0, 0, 0, 5, 8, 3, 26, 1, 10},
	} {
		w := newWorld(t)
		w.client.Filled(copy(w.client.Room(), answer))
		require.Nil(t, w.client.Next(w.now), what)
		require.ErrorIs(t, w.client.Err(), protocol.ErrMalformed, what)
		require.Equal(t, int64(never), w.client.Deadline(), what)
	}
	w := newWorld(t)
	w.client.Filled(copy(w.client.Room(), frame(&protocol.Error{
		Numbered: protocol.Numbered{RequestID: Unsolicited}, Error: protocol.AuthenticationError, Message: "who are you"})))
	require.Nil(t, w.client.Next(w.now))
	var refusal *Refusal
	require.ErrorAs(t, w.client.Err(), &refusal)
	require.Equal(t, &Refusal{protocol.AuthenticationError, "who are you"}, refusal)

	w = newWorld(t)
	require.Equal(t, w.now+int64(DefaultHandshake), w.client.Deadline())
	w.client.Tick(w.client.Deadline() - 1)
	require.NoError(t, w.client.Err())
	w.client.Tick(w.client.Deadline())
	require.ErrorIs(t, w.client.Err(), ErrSlow)
}

func TestAChallengeIsAnsweredBeforeAndAfterTheGreeting(t *testing.T) {
	w := newWorld(t)
	w.carry(w.client, w.server)
	w.server.Next(w.now)
	for _, live := range []bool{false, true} {
		w.server.Tell(&protocol.AuthChallenge{Challenge: &protocol.AuthData{Method: "token", Data: []byte("refresh")}})
		w.carry(w.server, w.client)
		e := w.client.Next(w.now)
		require.Equal(t, Challenged, e.Kind)
		asked := e.Body.(*protocol.AuthChallenge).Challenge
		require.Equal(t, "refresh", string(asked.Data))
		w.client.Tell(&protocol.AuthResponse{Response: &protocol.AuthData{Method: "token", Data: []byte("secret")}})
		w.carry(w.client, w.server)
		require.Equal(t, "secret", string(w.server.Next(w.now).Body.(*protocol.AuthResponse).Response.Data))
		if !live {
			w.server.Accept(1<<20, 21)
			w.carry(w.server, w.client)
			require.Equal(t, Up, w.client.Next(w.now).Kind)
		}
	}
}

func TestIdleConnectionsAreKeptAlive(t *testing.T) {
	w := greeted(t)
	w.pass(24 * time.Hour)
	require.NoError(t, w.client.Err())
	require.NoError(t, w.server.Err())
	w.deaf = true
	before := w.now
	w.pass(time.Hour)
	require.ErrorIs(t, errors.Join(w.server.Err(), w.client.Err()), ErrSilent)
	require.LessOrEqual(t, w.now-before, int64(2*DefaultKeepAlive), "two intervals of silence are the end")
	require.Greater(t, w.now-before, int64(DefaultKeepAlive))
}

func TestAnyCommandCountsAsLife(t *testing.T) {
	w := greeted(t)
	for range 20 {
		w.now += int64(DefaultKeepAlive) - 1
		w.server.Tell(&protocol.ActiveConsumerChange{ConsumerID: 9})
		require.Nil(t, w.event(w.client))
		w.client.Tick(w.now)
		require.Zero(t, w.client.Waiting(), "nothing to ask")
	}
}

func TestAPongGoesBeforeWhatWaits(t *testing.T) {
	w := greeted(t)
	for range 100 {
		w.client.Send(make([]byte, 1000))
	}
	w.server.Tell(&protocol.Ping{})
	w.carry(w.server, w.client)
	require.Nil(t, w.client.Next(w.now))
	require.Equal(t, protocol.Append(nil, &protocol.Pong{}), w.client.Take(nil, 5000)[0])
}

func TestOutputKeepsItsOrder(t *testing.T) {
	c := greeted(t).client
	var want, got []byte
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 5000 {
		if i%3 == 0 {
			m := &protocol.Flow{ConsumerID: uint64(i), Permits: 1}
			c.Tell(m)
			want = protocol.Append(want, m)
		} else {
			frame := make([]byte, r.IntN(100)+i%2*copied)
			frame = append(frame, byte(i))
			c.Send(frame)
			want = append(want, frame...)
		}
		if i%4 == 0 {
			for _, chunk := range c.Take(nil, 60) {
				got = append(got, chunk...)
			}
		}
	}
	require.Equal(t, len(want)-len(got), c.Waiting())
	require.Less(t, len(c.chunks), 10_000)
	for c.Waiting() > 0 {
		for _, chunk := range c.Take(nil, 60) {
			got = append(got, chunk...)
		}
	}
	require.Equal(t, want, got)
}

func TestAnswersAreMatchedWhateverTheirOrder(t *testing.T) {
	w := greeted(t)
	ids := map[uint64]string{}
	for _, topic := range []string{"a", "b", "c"} {
		ids[w.client.Ask(w.now, &protocol.Lookup{Topic: topic}, time.Second, topic)] = topic
	}
	w.carry(w.client, w.server)
	var asked []protocol.Lookup
	for e := w.server.Next(w.now); e != nil; e = w.server.Next(w.now) {
		asked = append(asked, *e.Body.(*protocol.Lookup))
	}
	for i := range asked {
		q := asked[len(asked)-1-i]
		require.Equal(t, ids[q.RequestID], q.Topic)
		w.server.Tell(&protocol.LookupAnswer{Numbered: q.Numbered, URL: "pulsar://" + q.Topic, Response: protocol.LookupConnect})
	}
	w.server.Tell(&protocol.Success{Numbered: asked[0].Numbered}) // a second answer is dropped
	for i := range asked {
		e := w.event(w.client)
		require.Equal(t, Answered, e.Kind)
		require.Equal(t, asked[len(asked)-1-i].Topic, e.Owner)
		require.Equal(t, "pulsar://"+e.Owner.(string), e.Body.(*protocol.LookupAnswer).URL)
	}
	require.Nil(t, w.event(w.client))
	require.NoError(t, w.client.Err())
}

func TestRequestsWaitUntilTheirDeadline(t *testing.T) {
	w := greeted(t)
	w.client.Ask(w.now, &protocol.Lookup{Topic: "late"}, 3*time.Second, "late")
	w.client.Ask(w.now, &protocol.Lookup{Topic: "soon"}, time.Second, "soon")
	gone := w.client.Ask(w.now, &protocol.Lookup{Topic: "gone"}, time.Second/2, "gone")
	w.client.Forget(gone)
	w.carry(w.client, w.server)
	id := w.server.Next(w.now).Body.(*protocol.Lookup).Numbered
	for range 2 {
		w.now = w.client.Deadline()
		w.client.Tick(w.now)
	}
	e := w.client.Next(w.now)
	require.Equal(t, Overdue, e.Kind)
	require.Equal(t, "soon", e.Owner)
	require.Nil(t, w.client.Next(w.now))
	w.now = w.client.Deadline()
	w.client.Tick(w.now)
	require.Equal(t, "late", w.client.Next(w.now).Owner)
	w.server.Tell(&protocol.LookupAnswer{Numbered: id})
	require.Nil(t, w.event(w.client), "the answer is late")
	w.client.Ask(w.now, &protocol.Lookup{Topic: "x"}, time.Second, "x")
	w.client.Fail(ErrClosed)
	require.Empty(t, w.client.Owners())
	require.Equal(t, []any{"x"}, w.client.Orphans())
	require.Empty(t, w.client.Orphans())
}

func TestAQueuedProducerIsAnsweredTwice(t *testing.T) {
	w := greeted(t)
	w.client.Ask(w.now, &protocol.Producer{Topic: "t", AccessMode: protocol.AccessWaitForExclusive}, time.Second, "p")
	w.carry(w.client, w.server)
	id := w.server.Next(w.now).Body.(*protocol.Producer).Numbered
	w.server.Tell(&protocol.ProducerSuccess{Numbered: id, Name: "p", Queued: true})
	require.True(t, w.event(w.client).Body.(*protocol.ProducerSuccess).Queued)
	w.pass(time.Hour)
	w.server.Tell(&protocol.ProducerSuccess{Numbered: id, Name: "p"})
	require.False(t, w.event(w.client).Body.(*protocol.ProducerSuccess).Queued)
}

func TestAClosedProducerHearsNothingMore(t *testing.T) {
	w := greeted(t)
	w.client.AddProducer(1, "one")
	w.client.AddProducer(2, "two")
	w.client.AddConsumer(1, "consumer")
	require.ElementsMatch(t, []any{"one", "two", "consumer"}, w.client.Owners())
	w.server.Tell(&protocol.SendReceipt{ProducerID: 1, Sequence: 5})
	w.server.Tell(&protocol.CloseProducer{ProducerID: 1, Numbered: protocol.Numbered{RequestID: Unsolicited}, URL: "pulsar://other:6650"})
	w.server.Tell(&protocol.SendReceipt{ProducerID: 1, Sequence: 6})
	w.server.Tell(&protocol.SendError{ProducerID: 2, Error: protocol.PersistenceError, Message: "m"})
	w.server.Tell(&protocol.ReachedEndOfTopic{ConsumerID: 1})
	w.server.Tell(&protocol.CloseConsumer{ConsumerID: 1, Numbered: protocol.Numbered{RequestID: Unsolicited}})
	w.server.Tell(&protocol.ActiveConsumerChange{ConsumerID: 1, Active: true})
	e := w.event(w.client)
	require.Equal(t, Receipt, e.Kind)
	require.Equal(t, "one", e.Owner)
	require.EqualValues(t, 5, e.Receipt.Sequence)
	e = w.event(w.client)
	require.Equal(t, ProducerClosed, e.Kind)
	require.Equal(t, "pulsar://other:6650", e.Body.(*protocol.CloseProducer).URL)
	e = w.event(w.client)
	require.Equal(t, SendRefused, e.Kind)
	require.Equal(t, "two", e.Owner)
	require.Equal(t, Pushed, w.event(w.client).Kind)
	require.Equal(t, ConsumerClosed, w.event(w.client).Kind)
	require.Nil(t, w.event(w.client))
	require.NoError(t, w.client.Err())
}

func TestABrokerMayEndAConnectionWithWords(t *testing.T) {
	w := greeted(t)
	w.server.Tell(&protocol.Error{Numbered: protocol.Numbered{RequestID: Unsolicited}, Error: protocol.ServiceNotReady, Message: "going"})
	require.Nil(t, w.event(w.client))
	require.Equal(t, &Refusal{protocol.ServiceNotReady, "going"}, w.client.Err())
	w.client.Fail(ErrClosed)
	require.Equal(t, &Refusal{protocol.ServiceNotReady, "going"}, w.client.Err(), "the first cause counts")
}

func TestWhatIsHeldIsNeverWrittenOver(t *testing.T) {
	w := greeted(t)
	w.client.AddConsumer(1, "c")
	r := rand.New(rand.NewPCG(2, 2))
	w.cut = func(b []byte) int { return 1 + r.IntN(len(b)) }
	var bodies [][]byte
	for i := range 2000 {
		var b protocol.Builder
		b.Begin(nil, 0)
		body := b.ClaimAlone(1 + r.IntN(3000))
		for j := range body {
			body[j] = byte(i)
		}
		sent, _ := b.Finish(&protocol.Send{}, &protocol.Metadata{ProducerName: []byte("p")})
		f, _, err := protocol.NextFrame(sent, 1<<20)
		require.NoError(t, err)
		w.server.Send(protocol.AppendMessage(nil, &protocol.Message{ConsumerID: 1, Epoch: protocol.NoEpoch}, nil, f.Rest))
		if i%7 == 0 {
			w.carry(w.server, w.client)
		}
		for e := w.client.Next(w.now); e != nil; e = w.client.Next(w.now) {
			entry, err := protocol.ParseEntry(e.Rest)
			require.NoError(t, err)
			require.True(t, entry.Verify())
			w.client.Hold()
			bodies = append(bodies, entry.Payload)
		}
	}
	w.carry(w.server, w.client)
	require.Greater(t, len(bodies), 1900)
	for i, body := range bodies {
		require.Equal(t, strings.Repeat(string([]byte{byte(i)}), len(body)), string(body))
	}
}

func TestBackoffDoubles(t *testing.T) {
	b := Backoff{First: 100 * time.Millisecond, Most: time.Second}
	for _, want := range []time.Duration{100, 200, 400, 800, 1000, 1000} {
		require.Equal(t, want*time.Millisecond, b.Next(0))
	}
	require.Equal(t, 1200*time.Millisecond, b.Next(1))
	b.Reset()
	require.Equal(t, 100*time.Millisecond, b.Next(0))
}

// FuzzConn feeds both sides with any bytes, in any pieces.
func FuzzConn(f *testing.F) {
	text, _ := hex.DecodeString("0000000900000005081292010000000009000000050813")
	f.Add(uint64(1), text)
	f.Add(uint64(2), protocol.Append(nil, &protocol.CloseProducer{ProducerID: 1}))
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		w := greeted(t)
		for _, side := range []*Conn{w.client, w.server, newWorld(t).client} {
			side.AddProducer(1, "p")
			side.AddConsumer(1, "c")
			for rest := data; len(rest) > 0 && side.Err() == nil; {
				n := copy(side.Room(), rest[:1+r.IntN(len(rest))])
				side.Filled(n)
				rest = rest[n:]
				for side.Next(w.now) != nil {
				}
				side.Tick(w.now)
				side.Take(nil, 100)
			}
		}
	})
}

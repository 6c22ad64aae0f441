package conn

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

// A reading is what one side makes of a stream: its events, and the entries that it
// holds.
type reading struct {
	c      *Conn
	events []string
	held   [][]byte
	copies []string // of held, at the time of their events
}

// feed gives the connection a part of the stream, and takes the events that are due.
// Rooms are as the connection makes them, so a part may need several.
func (r *reading) feed(part []byte) {
	for len(part) > 0 && r.c.Err() == nil {
		n := copy(r.c.Room(), part)
		r.c.Filled(n)
		part = part[n:]
		for e := r.c.Next(0); e != nil; e = r.c.Next(0) {
			r.note(e)
		}
	}
}

func (r *reading) note(e *Event) {
	text, err := json.Marshal(struct {
		Body    protocol.Body
		Receipt *protocol.SendReceipt
		Message *protocol.Message
	}{e.Body, e.Receipt, e.Message})
	if err != nil {
		panic(err) // plain values always marshal
	}
	r.events = append(r.events, fmt.Sprintf("%d %v %s %T %d", e.Kind, e.Owner, text, e.Body, len(e.Rest)))
	switch e.Kind {
	case Delivered, Commanded:
		r.c.Hold()
		r.held, r.copies = append(r.held, e.Rest), append(r.copies, string(e.Rest))
	case Greeted:
		r.c.Accept(1<<20, 21)
	}
}

// fromBroker returns a client that waits for much, and all that a broker may say.
func fromBroker() (*Conn, [][]byte) {
	c := NewClient(Config{}, 0, "none", nil)
	for id := range uint64(2) {
		c.AddProducer(id, fmt.Sprint("producer", id))
		c.AddConsumer(id, fmt.Sprint("consumer", id))
	}
	answers := []protocol.Body{
		&protocol.LookupAnswer{URL: "pulsar://b:1", Response: protocol.LookupConnect}, &protocol.Success{}, &protocol.Error{Error: protocol.TopicNotFound, Message: "no"},
		&protocol.PartitionedMetadataAnswer{Partitions: 9}, &protocol.ProducerSuccess{Name: "p", LastSequence: -1}, &protocol.AckResponse{ConsumerID: 1},
	}
	for i, a := range answers {
		*a.(protocol.Question).Request() = c.Ask(0, &protocol.Lookup{Topic: "t"}, time.Hour, fmt.Sprint("asker", i))
	}
	others := []protocol.Body{
		&protocol.Ping{}, &protocol.SendReceipt{ProducerID: 1, Sequence: 1 << 40, ID: protocol.MessageID{Ledger: 7, Entry: 300, Partition: -1, BatchIndex: -1}}, &protocol.Pong{},
		&protocol.SendError{ProducerID: 1, Sequence: 3, Error: protocol.PersistenceError, Message: "full"}, &protocol.ActiveConsumerChange{ConsumerID: 1, Active: true},
		&protocol.AuthChallenge{Challenge: &protocol.AuthData{Method: "token", Data: []byte("again")}}, &protocol.ReachedEndOfTopic{ConsumerID: 1},
		&protocol.TopicMigrated{Resource: 1, Consumer: true, URL: "pulsar://c:1"},
	}
	closing := []protocol.Body{
		&protocol.CloseProducer{ProducerID: 0, Numbered: protocol.Numbered{RequestID: Unsolicited}, URL: "pulsar://d:1"},
		&protocol.CloseConsumer{ConsumerID: 0, Numbered: protocol.Numbered{RequestID: Unsolicited}},
	}
	frames := [][]byte{protocol.Append(nil, &protocol.Connected{ServerVersion: "s", ProtocolVersion: 21, MaxMessageSize: 1 << 20})}
	for _, list := range [][]protocol.Body{others, answers, closing} {
		for i, m := range list {
			frames = append(frames, protocol.Append(nil, m), entryFrame(uint64(i%2), 10+100*i))
		}
	}
	return c, frames
}

// entryFrame is a MESSAGE with an entry of random bytes behind it.
func entryFrame(consumer uint64, size int) []byte {
	frame := protocol.Append(nil, &protocol.Message{ConsumerID: consumer, ID: protocol.MessageID{Ledger: 1, Entry: uint64(size), Partition: -1, BatchIndex: -1}})
	r := rand.New(rand.NewPCG(uint64(size), 0))
	for range size {
		frame = append(frame, byte(r.Uint32()))
	}
	total := len(frame) - 4
	frame[0], frame[1], frame[2], frame[3] = byte(total>>24), byte(total>>16), byte(total>>8), byte(total)
	return frame
}

// fromClient returns a server and what clients say to it.
func fromClient() (*Conn, [][]byte) {
	bodies := []protocol.Body{
		&protocol.Connect{ClientVersion: "c", ProtocolVersion: 21, AuthMethod: "token", AuthData: []byte("secret"), Flags: &protocol.FeatureFlags{AuthRefresh: true}},
		&protocol.Lookup{Topic: "t"}, &protocol.Producer{Topic: "t", ProducerID: 1, Name: "n"}, &protocol.Ping{},
		&protocol.Subscribe{Topic: "t", Subscription: "s", SubType: protocol.KeyShared, ConsumerID: 2, Name: "c"}, &protocol.Flow{ConsumerID: 2, Permits: 1000},
		&protocol.Ack{ConsumerID: 2, IDs: []protocol.MessageID{{Ledger: 5, Entry: 6, AckSet: protocol.AckSet{3, 4}, BatchSize: 70}}, Validation: protocol.NoValidationError},
		&protocol.Redeliver{ConsumerID: 2, IDs: []protocol.MessageID{{Ledger: 5, Entry: 6}}}, &protocol.CloseProducer{ProducerID: 1}, &protocol.CloseConsumer{ConsumerID: 2},
	}
	var frames [][]byte
	for _, m := range bodies {
		frames = append(frames, protocol.Append(nil, m))
	}
	var b protocol.Builder
	b.Begin(nil, 10)
	for i := range 5 {
		copy(b.ClaimPlain("", 40), strings.Repeat(fmt.Sprint(i), 40))
	}
	frame, _ := b.Finish(&protocol.Send{ProducerID: 1, Sequence: 9, Messages: 5}, &protocol.Metadata{ProducerName: []byte("n"), Batch: true, BatchSize: 5})
	return NewServer(Config{}, 0), append(frames, frame)
}

// TestAStreamSplitAtEveryByteGivesTheSameEvents sends all kinds of frames through the
// state machines of both sides: in one piece, in two with the cut at every byte, byte by
// byte, and in pieces of random lengths.
func TestAStreamSplitAtEveryByteGivesTheSameEvents(t *testing.T) {
	for name, side := range map[string]func() (*Conn, [][]byte){"client": fromBroker, "server": fromClient} {
		t.Run(name, func(t *testing.T) {
			_, frames := side()
			var stream []byte
			for _, f := range frames {
				stream = append(stream, f...)
			}
			read := func(parts ...[]byte) *reading {
				c, _ := side()
				r := &reading{c: c}
				for _, part := range parts {
					r.feed(part)
				}
				require.NoError(t, c.Err())
				for i := range r.held {
					require.Equal(t, r.copies[i], string(r.held[i]), "what is held stays")
				}
				return r
			}
			want := read(stream)
			require.Greater(t, len(want.events), 9)
			for cut := range stream {
				got := read(stream[:cut:cut], stream[cut:])
				require.Equal(t, want.events, got.events, "cut at %d", cut)
				require.Equal(t, want.copies, got.copies, "cut at %d", cut)
			}
			bytes := make([][]byte, len(stream))
			for i := range stream {
				bytes[i] = stream[i : i+1]
			}
			require.Equal(t, want.copies, read(bytes...).copies)
			require.Equal(t, want.events, read(bytes...).events)
			r := rand.New(rand.NewPCG(1, 2))
			for range 200 {
				var parts [][]byte
				for rest := stream; len(rest) > 0; {
					n := 1 + r.IntN(min(len(rest), 300))
					parts, rest = append(parts, rest[:n]), rest[n:]
				}
				got := read(parts...)
				require.Equal(t, want.events, got.events)
				require.Equal(t, want.copies, got.copies)
			}
		})
	}
}

// TestLongEntriesMayBeSplitAnywhere does the same with entries longer than the memory
// that is read into at a time.
func TestLongEntriesMayBeSplitAnywhere(t *testing.T) {
	start, _ := fromBroker()
	r := &reading{c: start}
	hello := protocol.Append(nil, &protocol.Connected{MaxMessageSize: 1 << 20})
	stream := append([]byte{}, hello...)
	for _, size := range []int{inputLeast, 5, inputMost, 2*inputMost + 1, 40, inputLeast - 30} {
		stream = append(stream, entryFrame(1, size)...)
	}
	r.feed(stream)
	require.Len(t, r.copies, 6)
	random := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		c, _ := fromBroker()
		got := &reading{c: c}
		for rest := stream; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(1<<(1+random.IntN(17))))
			got.feed(rest[:n])
			rest = rest[n:]
		}
		require.NoError(t, c.Err())
		require.Equal(t, r.events, got.events)
		for i := range r.copies {
			require.True(t, r.copies[i] == got.copies[i] && got.copies[i] == string(got.held[i]), "entry %d", i)
		}
	}
}

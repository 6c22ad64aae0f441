package spec

import (
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// Ack is when and how a consumer group acknowledges. It is comparable. The zero
// Ack means no strategy.
type Ack struct {
	Way   ackWay
	group broker.Grouping // of batched
	after time.Duration   // of delayed
}

type ackWay string

const (
	ackBatched    ackWay = "batched"
	ackImmediate  ackWay = "immediate"
	ackDelayed    ackWay = "delayed"
	ackManual     ackWay = "manual"
	AckCumulative ackWay = "cumulative"
)

// Limits of acknowledgement strategies, each with its reason.
const (
	AckGroupMin      = 2                // a single message would be immediate
	AckGroupMax      = 100_000          // ids of one frame: about 20 bytes each, which any broker accepts
	AckGroupDelayMax = time.Minute      // longer than any broker waits for an acknowledgement
	AckAfterMin      = time.Millisecond // finer than timers are
	AckAfterMax      = time.Hour
	ackAfterDefault  = time.Second // for delayed alone
)

// BatchedAck groups acknowledgements as the Go client does by default.
func BatchedAck() Ack { return Ack{Way: ackBatched, group: broker.StandardGrouping()} }

// ParseAck reads a strategy: batched, batched(1000,100ms), immediate,
// delayed(500ms), manual or cumulative. The error is a sentence that quotes the
// text.
func ParseAck(text string) (Ack, error) {
	word, inner, call := strings.Cut(strings.TrimSpace(text), "(")
	if call {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, ")"); !closed {
			return Ack{}, fmt.Errorf("%q has no )", text)
		}
	}
	switch way := ackWay(word); {
	case way == ackBatched && call:
		return parseBatched(text, inner)
	case way == ackBatched:
		return BatchedAck(), nil
	case way == ackDelayed && call:
		a := Ack{Way: ackDelayed}
		if err := readDuration(&a.after, strings.TrimSpace(inner), AckAfterMin, AckAfterMax); err != nil {
			return Ack{}, err
		}
		return a, nil
	case way == ackDelayed:
		return Ack{Way: ackDelayed, after: ackAfterDefault}, nil
	case (way == ackImmediate || way == ackManual || way == AckCumulative) && !call:
		return Ack{Way: way}, nil
	}
	return Ack{}, fmt.Errorf("%q is not an ack strategy", text)
}

func parseBatched(text, inner string) (Ack, error) {
	count, delay, both := strings.Cut(inner, ",")
	if !both {
		return Ack{}, fmt.Errorf("%q is not batched(COUNT,DURATION) as in batched(1000,100ms)", text)
	}
	a := Ack{Way: ackBatched}
	if err := readCount(&a.group.Messages, strings.TrimSpace(count), "messages per ack group", AckGroupMin, AckGroupMax); err != nil {
		return Ack{}, err
	}
	if err := readDuration(&a.group.Delay, strings.TrimSpace(delay), time.Millisecond, AckGroupDelayMax); err != nil {
		return Ack{}, err
	}
	return a, nil
}

// String writes the strategy as ParseAck reads it.
func (a Ack) String() string {
	switch {
	case a == BatchedAck():
		return string(ackBatched)
	case a.Way == ackBatched:
		return fmt.Sprintf("batched(%d,%s)", a.group.Messages, pacing.FormatDuration(a.group.Delay))
	case a.Way == ackDelayed:
		return "delayed(" + pacing.FormatDuration(a.after) + ")"
	}
	return string(a.Way)
}

// Grouping returns how the client groups acknowledgements. The client takes it
// when a consumer is made. Strategies that need no grouping of their own share
// the standard one, so they can replace each other while a load runs.
func (a Ack) Grouping() broker.Grouping {
	switch a.Way {
	case ackImmediate:
		return broker.Grouping{}
	case ackBatched:
		return a.group
	}
	return broker.StandardGrouping()
}

// Keeps reports whether messages are kept for some time after they were
// processed.
func (a Ack) Keeps() bool { return a.Way == ackDelayed || a.Way == ackManual }

// Wait returns how long after its receipt a kept message is acknowledged. never
// is set if the strategy waits for the user.
func (a Ack) Wait() (d time.Duration, never bool) { return a.after, a.Way == ackManual }

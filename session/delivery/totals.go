package delivery

// A Class tells what kind of delivery a message was.
type Class uint8

// The classes of deliveries. Each delivery is in exactly one.
const (
	// New is the first delivery of a number above all numbers that came before.
	New Class = iota
	// OutOfOrder is the first delivery of a number below the highest one of its
	// producer. It is not an error: subscriptions with several consumers and
	// topics with several partitions do not keep the order.
	OutOfOrder
	// Redelivered is a further delivery of the same stored entry, or of a
	// number that the broker itself counts as redelivered.
	Redelivered
	// Duplicated is a further delivery of a number from another stored entry:
	// the topic holds the message twice.
	Duplicated
	// OutsideWindow is a number that left the window or belongs to a previous
	// period. Nothing tells whether it was delivered before.
	OutsideWindow
)

// Totals are the sums of an Audit over its producers. Received counts all
// deliveries. Deliveries that are neither Duplicated, Redelivered nor
// OutsideWindow were the first of their number.
type Totals struct {
	Received        uint64 // deliveries of stamped messages
	Lost            uint64 // numbers that left the window without being received
	Gaps            uint64 // numbers in the window that were not received yet
	NotYetReceived  uint64 // acknowledged numbers above the highest one received, see Audit.Expect
	Replicating     uint64 // of NotYetReceived, how many were sent on another cluster
	Unknown         uint64 // numbers not received whose send failed, in none of the above
	Aborted         uint64 // numbers of aborted transactions, not received as they must be, in none of the above
	CompactedAway   uint64 // numbers not received from a compacted topic, in none of the above, see Audit.SetCompacted
	Dropped         uint64 // numbers not received from a topic that stores nothing, in none of the above, see Registry.Settle
	Duplicated      uint64
	Redelivered     uint64
	OutOfOrder      uint64
	OutsideWindow   uint64
	Period          uint64 // the number of the period, from 1; of Audit.Previous, how many periods
	AbortedReceived uint64 // deliveries of numbers whose transaction was aborted, which must not arrive
	Producers       uint64 // producers of messages that arrived or were expected

	RedeliveredByBroker uint64 // of Redelivered, how many the broker counted as such
	Announced           uint64 // of Producers, how many belong to this session
	Keyed               uint64 // first deliveries with a key
	OutOfOrderKey       uint64 // of Keyed, how many came after a higher number of their producer and key
	KeyUnknown          uint64 // of Keyed, how many may have: their key was forgotten
	KeyBatched          uint64 // deliveries from producers that keep the order within a key only, see payload.ProducerID
}

// Unique returns how many different messages were received.
func (t Totals) Unique() uint64 {
	return t.Received - t.Duplicated - t.Redelivered - t.OutsideWindow
}

// Missing returns how many acknowledged messages were not received: the lost
// ones and those that may still arrive. Once the backlog of the subscription is
// empty, all of them are lost.
func (t Totals) Missing() uint64 { return t.Lost + t.Gaps + t.NotYetReceived }

// compactAway counts the missing numbers between others as removed by
// compaction.
func (t *Totals) compactAway() {
	t.CompactedAway = t.Lost + t.Gaps
	t.Lost, t.Gaps = 0, 0
}

// add adds the counts of u. The period stays that of t.
func (t *Totals) add(u Totals) {
	t.Received += u.Received
	t.Lost += u.Lost
	t.Gaps += u.Gaps
	t.NotYetReceived += u.NotYetReceived
	t.Replicating += u.Replicating
	t.Unknown += u.Unknown
	t.CompactedAway += u.CompactedAway
	t.Dropped += u.Dropped
	t.Aborted += u.Aborted
	t.AbortedReceived += u.AbortedReceived
	t.Duplicated += u.Duplicated
	t.Redelivered += u.Redelivered
	t.OutOfOrder += u.OutOfOrder
	t.OutsideWindow += u.OutsideWindow
	t.Producers += u.Producers
	t.RedeliveredByBroker += u.RedeliveredByBroker
	t.Announced += u.Announced
	t.Keyed += u.Keyed
	t.OutOfOrderKey += u.OutOfOrderKey
	t.KeyUnknown += u.KeyUnknown
	t.KeyBatched += u.KeyBatched
}

// With returns t plus the counts of u that never go down: deliveries, losses,
// and their classes. Numbers that may still arrive, failed sends, producers and
// the period stay those of t.
func (t Totals) With(u Totals) Totals {
	sum := t
	sum.add(u)
	sum.Gaps, sum.NotYetReceived, sum.Producers, sum.Announced = t.Gaps, t.NotYetReceived, t.Producers, t.Announced
	sum.Unknown, sum.CompactedAway, sum.Aborted, sum.Replicating = t.Unknown, t.CompactedAway, t.Aborted, t.Replicating
	return sum
}

// Plus returns the counts of two audits that judge the same messages, each for its own
// subscription. The producers and the period are the larger ones.
func (t Totals) Plus(u Totals) Totals {
	sum := t
	sum.add(u)
	sum.Producers, sum.Announced, sum.Period = max(t.Producers, u.Producers), max(t.Announced, u.Announced), max(t.Period, u.Period)
	return sum
}

// Since returns t without the counts of base, an earlier reading. Numbers that
// may still arrive, producers and the period stay those of t. A count that went
// down since base, as when a loss turned out to be a failed send, is 0.
func (t Totals) Since(base Totals) Totals {
	for _, c := range [...]struct {
		now  *uint64
		then uint64
	}{
		{&t.Received, base.Received}, {&t.Lost, base.Lost}, {&t.Duplicated, base.Duplicated},
		{&t.Redelivered, base.Redelivered}, {&t.OutOfOrder, base.OutOfOrder}, {&t.OutsideWindow, base.OutsideWindow},
		{&t.RedeliveredByBroker, base.RedeliveredByBroker}, {&t.Keyed, base.Keyed},
		{&t.OutOfOrderKey, base.OutOfOrderKey}, {&t.KeyUnknown, base.KeyUnknown},
		{&t.KeyBatched, base.KeyBatched}, {&t.AbortedReceived, base.AbortedReceived}, {&t.Dropped, base.Dropped},
	} {
		*c.now -= min(*c.now, c.then)
	}
	return t
}

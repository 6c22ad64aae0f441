package delivery

// A Class says what one delivery was.
type Class uint8

// The classes of deliveries. Each delivery is in exactly one.
const (
	// New is the first delivery of a number, above all that came before.
	New Class = iota
	// OutOfOrder is the first delivery of a number below the highest seen of
	// its stream: a fact about order, not a fault. Subscriptions with several
	// consumers and topics with several partitions disorder by nature.
	OutOfOrder
	// Redelivered is a number seen before that came again as the same stored
	// entry, or that the broker itself counts as delivered before.
	Redelivered
	// Duplicated is a number seen before that came again as another stored
	// entry: the topic holds the message twice.
	Duplicated
	// OutsideWindow is a number that left the window or that belongs to an earlier
	// epoch, so that it cannot be told what it is.
	OutsideWindow
)

// Totals are the sums of a Ledger over its streams. Received counts all
// deliveries; those that are neither Duplicated, Redelivered nor TooOld were
// the first of their number.
type Totals struct {
	Received       uint64 // deliveries of stamped messages
	Lost           uint64 // numbers that left the window unseen
	Gaps           uint64 // numbers in the window that have not been seen yet
	NotYetReceived uint64 // numbers above the highest seen that Expect announced
	Unknown        uint64 // numbers not seen whose sending failed, in none of the above
	CompactedAway  uint64 // numbers not seen of a compacted topic, in none of the above, see Ledger.Compacted
	Duplicated     uint64
	Redelivered    uint64
	OutOfOrder     uint64
	OutsideWindow  uint64
	Period         uint64 // the number of the epoch, from 1; of Earlier, how many
	Producers      uint64 // streams that messages came from or were expected from

	RedeliveredByBroker uint64 // of those redelivered, how many the broker counted as such
	Announced           uint64 // of the streams, how many a producer of this session sends
	Keyed               uint64 // first deliveries with a key
	OutOfOrderKey       uint64 // of those keyed, how many came after a later number of their stream and key
	KeyUnknown          uint64 // of those keyed, how many may have, as their key had been forgotten
	KeyBatched          uint64 // deliveries of streams that keep the order within a key only, see StreamID
}

// Unique returns how many different messages were received.
func (t Totals) Unique() uint64 {
	return t.Received - t.Duplicated - t.Redelivered - t.OutsideWindow
}

// Missing returns how many messages that were promised have not been received:
// those that are lost, and those that still may come. Once the subscription
// has been drained all of them are lost.
func (t Totals) Missing() uint64 { return t.Lost + t.Gaps + t.NotYetReceived }

// compactAway takes what is not seen for what was left out.
func (t *Totals) compactAway() {
	t.CompactedAway = t.Lost + t.Gaps
	t.Lost, t.Gaps = 0, 0
}

// add adds u to the counts of t.
func (t *Totals) add(u Totals) {
	t.Received += u.Received
	t.Lost += u.Lost
	t.Gaps += u.Gaps
	t.NotYetReceived += u.NotYetReceived
	t.Unknown += u.Unknown
	t.CompactedAway += u.CompactedAway
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

// With returns t with all of u that only grows: deliveries, losses, and what
// they were. What is open (holes, tail, doubts), the streams and the epoch
// stay those of t.
func (t Totals) With(u Totals) Totals {
	sum := t
	sum.add(u)
	sum.Gaps, sum.NotYetReceived, sum.Producers, sum.Announced = t.Gaps, t.NotYetReceived, t.Producers, t.Announced
	sum.Unknown, sum.CompactedAway = t.Unknown, t.CompactedAway
	return sum
}

// Since returns t without what base, an earlier reading of it, had counted.
// What is open, the streams and the epoch stay those of t. A count that was
// taken back since (a loss that turned out to be in doubt) is 0.
func (t Totals) Since(base Totals) Totals {
	for _, c := range [...]struct {
		now  *uint64
		then uint64
	}{
		{&t.Received, base.Received}, {&t.Lost, base.Lost}, {&t.Duplicated, base.Duplicated},
		{&t.Redelivered, base.Redelivered}, {&t.OutOfOrder, base.OutOfOrder}, {&t.OutsideWindow, base.OutsideWindow},
		{&t.RedeliveredByBroker, base.RedeliveredByBroker}, {&t.Keyed, base.Keyed},
		{&t.OutOfOrderKey, base.OutOfOrderKey}, {&t.KeyUnknown, base.KeyUnknown},
		{&t.KeyBatched, base.KeyBatched},
	} {
		*c.now -= min(*c.now, c.then)
	}
	return t
}

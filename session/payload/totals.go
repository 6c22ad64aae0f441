package payload

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
	// TooOld is a number that left the window or that belongs to an earlier
	// epoch, so that it cannot be told what it is.
	TooOld
)

// String returns the name of the class.
func (c Class) String() string {
	switch c {
	case New:
		return "new"
	case OutOfOrder:
		return "out of order"
	case Redelivered:
		return "redelivered"
	case Duplicated:
		return "duplicated"
	}
	return "too old"
}

// Totals are the sums of a Ledger over its streams. Received counts all
// deliveries; those that are neither Duplicated, Redelivered nor TooOld were
// the first of their number.
type Totals struct {
	Received    uint64 // deliveries of stamped messages
	Lost        uint64 // numbers that left the window unseen
	Holes       uint64 // numbers in the window that have not been seen yet
	Tail        uint64 // numbers above the highest seen that Expect announced
	Doubtful    uint64 // numbers not seen whose sending failed, in none of the above
	Duplicated  uint64
	Redelivered uint64
	OutOfOrder  uint64
	TooOld      uint64
	Epoch       uint64 // the number of the epoch, from 1; of Earlier, how many
	Streams     uint64 // streams that messages came from or were expected from
}

// Unique returns how many different messages were received.
func (t Totals) Unique() uint64 {
	return t.Received - t.Duplicated - t.Redelivered - t.TooOld
}

// Missing returns how many messages that were promised have not been received:
// those that are lost, and those that still may come. Once the subscription
// has been drained all of them are lost.
func (t Totals) Missing() uint64 { return t.Lost + t.Holes + t.Tail }

// add adds u to the counts of t.
func (t *Totals) add(u Totals) {
	t.Received += u.Received
	t.Lost += u.Lost
	t.Holes += u.Holes
	t.Tail += u.Tail
	t.Doubtful += u.Doubtful
	t.Duplicated += u.Duplicated
	t.Redelivered += u.Redelivered
	t.OutOfOrder += u.OutOfOrder
	t.TooOld += u.TooOld
	t.Streams += u.Streams
}

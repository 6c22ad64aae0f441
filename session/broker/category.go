package broker

// Category is the reason why a send, a receive or an acknowledgement failed.
type Category uint8

// The categories of failures, as they are counted and shown. Other is the zero
// value, so that a failure without a category is still counted.
const (
	Other Category = iota
	Timeout
	QueueFull
	Disconnected
	TooLarge
	Throttled
	BacklogFull // the backlog quota of the topic is full
	NotAuthorised
	TopicTerminated
	Busy   // another consumer or producer has exclusive access
	Gone   // the topic or the subscription does not exist, or was deleted
	Moved  // the broker unloaded the topic, and clients reconnected
	Silent // no delivery in spite of a backlog, or no answer to a send
	Unread // a message that the engine cannot read
	CategoryCount
)

// String returns the category as users read it.
func (c Category) String() string {
	if c >= CategoryCount {
		c = Other
	}
	return [CategoryCount]string{
		"other", "timeout", "queue full", "disconnected", "too large",
		"throttled", "backlog full", "not authorised", "topic terminated",
		"busy", "gone", "topic unloaded", "no response", "unreadable",
	}[c]
}

// Categories lists all categories, Other last.
func Categories() []Category {
	return []Category{
		Timeout, QueueFull, Disconnected, TooLarge,
		Throttled, BacklogFull, NotAuthorised, TopicTerminated, Busy, Gone, Moved, Silent, Unread, Other,
	}
}

package broker

// Category is why a send, a receive or an acknowledgement failed.
type Category uint8

// The categories of failure, as they are counted and shown. Other is the zero
// value: a failure that nobody has named is still counted.
const (
	Other Category = iota
	Timeout
	QueueFull
	Disconnected
	TooLarge
	Throttled
	BacklogFull // as much waits on the topic as the broker lets wait
	NotAuthorised
	TopicTerminated
	Busy   // another consumer or producer holds what only one may hold
	Gone   // the topic or the subscription was deleted, or there is none
	Moved  // the broker has given the topic up, and everybody connected anew
	Silent // nothing was delivered although something waited
	CategoryCount
)

// String is the category as users read it.
func (c Category) String() string {
	if c >= CategoryCount {
		c = Other
	}
	return [CategoryCount]string{
		"other", "timeout", "queue full", "disconnected", "too large",
		"throttled", "backlog full", "not authorised", "topic terminated",
		"busy", "gone", "topic unloaded", "no response",
	}[c]
}

// Categories lists all categories, Other last.
func Categories() []Category {
	return []Category{
		Timeout, QueueFull, Disconnected, TooLarge,
		Throttled, BacklogFull, NotAuthorised, TopicTerminated, Busy, Gone, Moved, Silent, Other,
	}
}

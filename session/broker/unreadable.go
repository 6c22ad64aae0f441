package broker

// Unreadable is why an engine hands on a message as it is stored, without having read
// it. Such a message counts as received and as unstamped.
type Unreadable uint8

// The reasons. The zero value is a message that was read.
const (
	Readable Unreadable = iota
	EncryptedMessage
	ChunkOfMessage
	UnreadableCount
)

// String returns the reason as a sentence without a full stop.
func (u Unreadable) String() string {
	switch u {
	case EncryptedMessage:
		return "messages are encrypted, and there is no key to read them: they are received and acknowledged unread"
	case ChunkOfMessage:
		return "messages are chunked: engine=wire receives each chunk as a message and does not read it; engine=client joins them"
	}
	return ""
}

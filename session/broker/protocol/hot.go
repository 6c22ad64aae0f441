package protocol

import (
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"
)

// The commands of this file come with every message or batch. They are encoded
// and decoded by hand: into structs that are used again, without allocating.

// MessageID names a stored entry, or a message in it.
type MessageID struct {
	Ledger, Entry uint64
	Partition     int32    // -1 if it is not said
	BatchIndex    int32    // -1 if the whole entry is meant
	AckSet        []uint64 // bits of the messages that are not acknowledged; nil if it is not said
	BatchSize     int32
	FirstChunk    *MessageID
}

// Send carries one entry: a message or a batch.
type Send struct {
	ProducerID      uint64
	Sequence        uint64 // of the first message
	Messages        int32  // in the entry; 0 counts as 1 and is not written
	HighestSequence uint64 // of the last message; 0 is not written
	Txn             Txn
	Transactional   bool // Txn is meant, even if it is zero
	Chunk           bool
	Marker          bool
	ID              *MessageID // on shadow topics
}

// SendReceipt says that an entry is stored.
type SendReceipt struct {
	ProducerID      uint64
	Sequence        uint64
	ID              MessageID // all ones in ledger and entry: dropped as a duplicate
	Stored          bool      // ID was said
	HighestSequence uint64
}

// Message announces an entry to a consumer.
type Message struct {
	ConsumerID      uint64
	ID              MessageID
	RedeliveryCount uint32
	AckSet          []uint64 // bits of the messages to deliver; empty means all
	Epoch           int64    // NoEpoch if there is none
}

// Ack acknowledges messages.
type Ack struct {
	ConsumerID    uint64
	Ack           AckType
	IDs           []MessageID
	Validation    int32 // NoValidationError if the messages could be read
	Properties    []KeyLong
	Txn           Txn
	Transactional bool // Txn is meant, even if it is zero
	RequestID     uint64
	Asks          bool // for an AckResponse with RequestID
}

// Flow permits the broker to push more messages.
type Flow struct {
	ConsumerID uint64
	Permits    uint32 // at least 1: a broker closes the connection on 0
}

// appendNumber writes a varint field.
func appendNumber(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendVarint(b, uint64(n)<<3|uint64(protowire.VarintType)), v)
}

// appendText writes a field of bytes or text.
func appendText[T string | []byte](b []byte, n protowire.Number, v T) []byte {
	b = protowire.AppendVarint(b, uint64(n)<<3|uint64(protowire.BytesType))
	return append(protowire.AppendVarint(b, uint64(len(v))), v...)
}

// signed is a 32-bit number as protobuf writes it: ten bytes if it is below 0.
func signed(v int32) uint64 { return uint64(int64(v)) }

// scanner steps through the fields of a message without allocating.
type scanner struct {
	reader
	rest  []byte
	texts uint64 // the numbers of fields that are text, bytes or parts, as bits
	lists uint64 // the numbers of lists of numbers, packed or not
}

// step takes the next field, and passes over those of an unexpected kind as
// protobuf does. It returns false at the end and where the bytes are no fields.
func (s *scanner) step() bool {
	for len(s.rest) > 0 {
		n := s.next(s.rest)
		if n < 0 {
			s.err = malformed("a field is cut short or has no valid tag")
			return false
		}
		s.rest = s.rest[n:]
		bit := uint64(1) << (s.number & 63)
		if s.number > 63 {
			continue
		}
		text := s.kind == protowire.BytesType
		if s.lists&bit == 0 && (text != (s.texts&bit != 0) || !text && s.kind != protowire.VarintType) {
			continue
		}
		s.seen |= bit
		return true
	}
	return false
}

// end is why the scanner stopped early, or which of the required fields, as
// bits, is missing.
func (s *scanner) end(need uint64) error {
	if s.err == nil && s.seen&need != need {
		s.err = malformed("field %d is missing", bits.TrailingZeros64(need&^s.seen))
	}
	return s.err
}

// words adds to a list of numbers what stands in the field at hand.
func (s *scanner) words(list []uint64) []uint64 {
	list, ok := appendWords(list, s.kind, s.value, s.bytes)
	if !ok {
		s.err, s.rest = malformed("field %d is no list of numbers", s.number), nil
	}
	return list
}

// part decodes an id that stands in the field at hand.
func (s *scanner) part(id *MessageID, depth int) {
	if err := id.decode(s.bytes, depth); err != nil {
		s.err, s.rest = err, nil
	}
}

// decode reads an id. The memory of the ack set is used again.
func (id *MessageID) decode(b []byte, depth int) error {
	*id = MessageID{Partition: -1, BatchIndex: -1, AckSet: id.AckSet[:0]}
	if depth > depthMax {
		return malformed("messages nest deeper than %d", depthMax)
	}
	s := scanner{rest: b, texts: 1 << idFirstChunk, lists: 1 << idAckSet}
	for s.step() {
		switch s.number {
		case idLedger:
			id.Ledger = s.value
		case idEntry:
			id.Entry = s.value
		case idPartition:
			id.Partition = int32(s.value)
		case idBatchIndex:
			id.BatchIndex = int32(s.value)
		case idAckSet:
			id.AckSet = s.words(id.AckSet)
		case idBatchSize:
			id.BatchSize = int32(s.value)
		case idFirstChunk:
			id.FirstChunk = new(MessageID)
			s.part(id.FirstChunk, depth+1)
		}
	}
	return s.end(1<<idLedger | 1<<idEntry)
}

// appendID writes an id as field n, without allocating. First chunks are left
// to the description in fields.go.
func appendID(b []byte, n protowire.Number, id *MessageID) []byte {
	size := 2 + protowire.SizeVarint(id.Ledger) + protowire.SizeVarint(id.Entry)
	if id.Partition >= 0 {
		size += 1 + protowire.SizeVarint(signed(id.Partition))
	}
	if id.BatchIndex >= 0 {
		size += 1 + protowire.SizeVarint(signed(id.BatchIndex))
	}
	for _, w := range id.AckSet {
		size += 1 + protowire.SizeVarint(w)
	}
	if id.BatchSize != 0 {
		size += 1 + protowire.SizeVarint(signed(id.BatchSize))
	}
	b = protowire.AppendVarint(b, uint64(n)<<3|uint64(protowire.BytesType))
	b = protowire.AppendVarint(b, uint64(size))
	b = appendNumber(appendNumber(b, idLedger, id.Ledger), idEntry, id.Entry)
	if id.Partition >= 0 {
		b = appendNumber(b, idPartition, signed(id.Partition))
	}
	if id.BatchIndex >= 0 {
		b = appendNumber(b, idBatchIndex, signed(id.BatchIndex))
	}
	for _, w := range id.AckSet {
		b = appendNumber(b, idAckSet, w)
	}
	if id.BatchSize != 0 {
		b = appendNumber(b, idBatchSize, signed(id.BatchSize))
	}
	return b
}

// decode reads a receipt without allocating.
func (r *SendReceipt) decode(b []byte) error {
	*r = SendReceipt{ID: MessageID{Partition: -1, BatchIndex: -1, AckSet: r.ID.AckSet[:0]}}
	s := scanner{rest: b, texts: 1 << receiptID}
	for s.step() {
		switch s.number {
		case receiptProducer:
			r.ProducerID = s.value
		case receiptSequence:
			r.Sequence = s.value
		case receiptID:
			r.Stored = true
			s.part(&r.ID, 1)
		case receiptHighest:
			r.HighestSequence = s.value
		}
	}
	return s.end(1<<receiptProducer | 1<<receiptSequence)
}

// append writes a receipt.
func (r *SendReceipt) append(b []byte) []byte {
	b = appendNumber(appendNumber(b, receiptProducer, r.ProducerID), receiptSequence, r.Sequence)
	if r.Stored {
		b = appendID(b, receiptID, &r.ID)
	}
	if r.HighestSequence != 0 {
		b = appendNumber(b, receiptHighest, r.HighestSequence)
	}
	return b
}

// decode reads a MESSAGE without allocating.
func (m *Message) decode(b []byte) error {
	m.ConsumerID, m.RedeliveryCount, m.AckSet, m.Epoch = 0, 0, m.AckSet[:0], NoEpoch
	s := scanner{rest: b, texts: 1 << messageID, lists: 1 << messageAckSet}
	for s.step() {
		switch s.number {
		case messageConsumer:
			m.ConsumerID = s.value
		case messageID:
			s.part(&m.ID, 1)
		case messageRedelivery:
			m.RedeliveryCount = uint32(s.value)
		case messageAckSet:
			m.AckSet = s.words(m.AckSet)
		case messageEpoch:
			m.Epoch = int64(s.value)
		}
	}
	return s.end(1<<messageConsumer | 1<<messageID)
}

// append writes a MESSAGE.
func (m *Message) append(b []byte) []byte {
	b = appendID(appendNumber(b, messageConsumer, m.ConsumerID), messageID, &m.ID)
	if m.RedeliveryCount != 0 {
		b = appendNumber(b, messageRedelivery, uint64(m.RedeliveryCount))
	}
	for _, w := range m.AckSet {
		b = appendNumber(b, messageAckSet, w)
	}
	if m.Epoch != NoEpoch {
		b = appendNumber(b, messageEpoch, uint64(m.Epoch))
	}
	return b
}

// append writes a SEND.
func (s *Send) append(b []byte) []byte {
	b = appendNumber(appendNumber(b, sendProducer, s.ProducerID), sendSequence, s.Sequence)
	if s.Messages > 1 {
		b = appendNumber(b, sendMessages, uint64(s.Messages))
	}
	if s.Transactional {
		b = appendNumber(appendNumber(b, sendTxnLeast, s.Txn.Least), sendTxnMost, s.Txn.Most)
	}
	if s.HighestSequence != 0 {
		b = appendNumber(b, sendHighest, s.HighestSequence)
	}
	if s.Chunk {
		b = appendNumber(b, sendChunk, 1)
	}
	if s.Marker {
		b = appendNumber(b, sendMarker, 1)
	}
	if s.ID != nil {
		b = appendID(b, sendID, s.ID)
	}
	return b
}

// decode reads a SEND without allocating.
func (s *Send) decode(b []byte) error {
	*s = Send{}
	f := scanner{rest: b, texts: 1 << sendID}
	for f.step() {
		switch f.number {
		case sendProducer:
			s.ProducerID = f.value
		case sendSequence:
			s.Sequence = f.value
		case sendMessages:
			s.Messages = int32(f.value)
		case sendTxnLeast:
			s.Txn.Least = f.value
		case sendTxnMost:
			s.Txn.Most = f.value
		case sendHighest:
			s.HighestSequence = f.value
		case sendChunk:
			s.Chunk = f.value != 0
		case sendMarker:
			s.Marker = f.value != 0
		case sendID:
			s.ID = new(MessageID)
			f.part(s.ID, 1)
		}
	}
	const txn = 1<<sendTxnLeast | 1<<sendTxnMost
	s.Transactional = f.seen&txn == txn
	return f.end(1<<sendProducer | 1<<sendSequence)
}

// decode reads an ACK. The memory of its ids is used again.
func (a *Ack) decode(b []byte) error {
	*a = Ack{IDs: a.IDs[:0], Properties: a.Properties[:0], Validation: NoValidationError}
	s := scanner{rest: b, texts: 1<<ackID | 1<<ackProperties}
	for s.step() {
		switch s.number {
		case ackConsumer:
			a.ConsumerID = s.value
		case ackKind:
			a.Ack = AckType(s.value)
		case ackID:
			if len(a.IDs) < cap(a.IDs) {
				a.IDs = a.IDs[:len(a.IDs)+1]
			} else {
				a.IDs = append(a.IDs, MessageID{})
			}
			s.part(&a.IDs[len(a.IDs)-1], 1)
		case ackValidation:
			a.Validation = int32(s.value)
		case ackProperties:
			a.Properties = append(a.Properties, KeyLong{})
			if err := decode(s.bytes, a.Properties[len(a.Properties)-1].fields, 1); err != nil {
				return err
			}
		case ackTxnLeast:
			a.Txn.Least = s.value
		case ackTxnMost:
			a.Txn.Most = s.value
		case ackRequest:
			a.RequestID, a.Asks = s.value, true
		}
	}
	const txn = 1<<ackTxnLeast | 1<<ackTxnMost
	a.Transactional = s.seen&txn == txn
	return s.end(1<<ackConsumer | 1<<ackKind)
}

// decode reads a FLOW.
func (f *Flow) decode(b []byte) error {
	*f = Flow{}
	s := scanner{rest: b}
	for s.step() {
		switch s.number {
		case flowConsumer:
			f.ConsumerID = s.value
		case flowPermits:
			f.Permits = uint32(s.value)
		}
	}
	return s.end(1<<flowConsumer | 1<<flowPermits)
}

// append writes a FLOW.
func (f *Flow) append(b []byte) []byte {
	return appendNumber(appendNumber(b, flowConsumer, f.ConsumerID), flowPermits, uint64(f.Permits))
}

// append writes an ACK.
func (a *Ack) append(b []byte) []byte {
	b = appendNumber(appendNumber(b, ackConsumer, a.ConsumerID), ackKind, uint64(a.Ack))
	for i := range a.IDs {
		b = appendID(b, ackID, &a.IDs[i])
	}
	if a.Validation != NoValidationError {
		b = appendNumber(b, ackValidation, signed(a.Validation))
	}
	for i := range a.Properties {
		c := coder{out: protowire.AppendTag(b, ackProperties, protowire.BytesType)}
		c.nested(&a.Properties[i])
		b = c.out
	}
	if a.Transactional {
		b = appendNumber(appendNumber(b, ackTxnLeast, a.Txn.Least), ackTxnMost, a.Txn.Most)
	}
	if a.Asks {
		b = appendNumber(b, ackRequest, a.RequestID)
	}
	return b
}

// Request is the request id, to be read or set: the ACK then asks for an answer.
func (a *Ack) Request() *uint64 {
	a.Asks = true
	return &a.RequestID
}

package protocol

import "google.golang.org/protobuf/encoding/protowire"

// Compression is the codec of a payload.
type Compression int32

// The codecs of Pulsar.
const (
	None   Compression = 0
	LZ4    Compression = 1
	ZLib   Compression = 2
	ZSTD   Compression = 3
	Snappy Compression = 4
)

// Property is one property of a message. What was decoded aliases the frame.
type Property struct{ Key, Value []byte }

// EncryptionKey is the key of an encrypted payload, itself encrypted.
type EncryptionKey struct {
	Name  []byte
	Value []byte
}

// Metadata stands in front of each payload. What was decoded aliases the frame,
// and slices are used again.
type Metadata struct {
	ProducerName     []byte
	Sequence         uint64 // of the first message
	PublishTime      uint64 // ms of Unix time by the sender's clock
	Properties       []Property
	ReplicatedFrom   []byte
	PartitionKey     []byte // empty if KeySet is false
	KeySet           bool
	ReplicateTo      [][]byte
	Compression      Compression
	UncompressedSize uint32 // bytes
	BatchSize        int32  // messages in the payload, if Batch
	Batch            bool   // the payload is a batch, even of one message
	EventTime        uint64 // ms of Unix time
	EncryptionKeys   []EncryptionKey
	EncryptionAlgo   []byte
	EncryptionParam  []byte
	SchemaVersion    []byte
	KeyEncoded       bool // PartitionKey is bytes in Base64
	OrderingKey      []byte
	DeliverAt        int64 // ms of Unix time; 0 for at once
	Marker           int32 // the broker's own message, if IsMarker
	IsMarker         bool
	Txn              Txn
	Transactional    bool
	HighestSequence  uint64 // of the last message of a batch; 0 if it is not said
	NullValue        bool
	UUID             []byte // of a chunked message
	Chunks           int32  // 0 if it is not chunked
	ChunkedSize      int32
	Chunk            int32
	NullKey          bool
}

// Encrypted tells whether the payload can only be read with a key.
func (m *Metadata) Encrypted() bool { return len(m.EncryptionKeys) > 0 }

const metaTexts = 1<<metaProducer | 1<<metaProperties | 1<<metaReplicated | 1<<metaKey | 1<<metaReplicateTo |
	1<<metaEncryption | 1<<metaEncryptAlgo | 1<<metaEncryptParam | 1<<metaSchemaVersion | 1<<metaOrderingKey | 1<<metaUUID

// Decode reads metadata without allocating, once its slices have grown.
func (m *Metadata) Decode(b []byte) error {
	*m = Metadata{Properties: m.Properties[:0], ReplicateTo: m.ReplicateTo[:0], EncryptionKeys: m.EncryptionKeys[:0]}
	s := scanner{rest: b, texts: metaTexts}
	for s.step() {
		if s.kind == protowire.BytesType {
			m.text(&s)
		} else {
			m.number(s.number, s.value)
		}
	}
	m.Transactional = s.seen&(1<<metaTxnLeast) != 0 && s.seen&(1<<metaTxnMost) != 0
	return s.end(1<<metaProducer | 1<<metaSequence | 1<<metaPublished)
}

func (m *Metadata) text(s *scanner) {
	switch s.number {
	case metaProducer:
		m.ProducerName = s.bytes
	case metaProperties:
		m.Properties = s.property(m.Properties)
	case metaReplicated:
		m.ReplicatedFrom = s.bytes
	case metaKey:
		m.PartitionKey, m.KeySet = s.bytes, true
	case metaReplicateTo:
		m.ReplicateTo = append(m.ReplicateTo, s.bytes)
	case metaEncryption:
		inner := scanner{rest: s.bytes, texts: 1<<1 | 1<<2 | 1<<3}
		var key EncryptionKey
		for inner.step() {
			switch inner.number {
			case 1:
				key.Name = inner.bytes
			case 2:
				key.Value = inner.bytes
			}
		}
		if err := inner.end(1<<1 | 1<<2); err != nil {
			s.err, s.rest = err, nil
		}
		m.EncryptionKeys = append(m.EncryptionKeys, key)
	case metaEncryptAlgo:
		m.EncryptionAlgo = s.bytes
	case metaEncryptParam:
		m.EncryptionParam = s.bytes
	case metaSchemaVersion:
		m.SchemaVersion = s.bytes
	case metaOrderingKey:
		m.OrderingKey = s.bytes
	case metaUUID:
		m.UUID = s.bytes
	}
}

func (m *Metadata) number(n protowire.Number, v uint64) {
	switch n {
	case metaSequence:
		m.Sequence = v
	case metaPublished:
		m.PublishTime = v
	case metaCompression:
		m.Compression = Compression(v)
	case metaUncompressed:
		m.UncompressedSize = uint32(v)
	case metaBatch:
		m.BatchSize, m.Batch = int32(v), true
	case metaEventTime:
		m.EventTime = v
	case metaKeyEncoded:
		m.KeyEncoded = v != 0
	case metaDeliverAt:
		m.DeliverAt = int64(v)
	case metaMarker:
		m.Marker, m.IsMarker = int32(v), true
	case metaTxnLeast:
		m.Txn.Least = v
	case metaTxnMost:
		m.Txn.Most = v
	case metaHighest:
		m.HighestSequence = v
	case metaNullValue:
		m.NullValue = v != 0
	case metaChunks:
		m.Chunks = int32(v)
	case metaChunkedSize:
		m.ChunkedSize = int32(v)
	case metaChunk:
		m.Chunk = int32(v)
	case metaNullKey:
		m.NullKey = v != 0
	}
}

// property adds the property that stands in the field at hand.
func (s *scanner) property(list []Property) []Property {
	inner := scanner{rest: s.bytes, texts: 1<<pairKey | 1<<pairValue}
	var p Property
	for inner.step() {
		if inner.number == pairKey {
			p.Key = inner.bytes
		} else if inner.number == pairValue {
			p.Value = inner.bytes
		}
	}
	if err := inner.end(1<<pairKey | 1<<pairValue); err != nil {
		s.err, s.rest = err, nil
	}
	return append(list, p)
}

func appendProperty(b []byte, n protowire.Number, p Property) []byte {
	size := 2 + protowire.SizeBytes(len(p.Key)) + protowire.SizeBytes(len(p.Value))
	b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.BytesType), uint64(size))
	return appendText(appendText(b, pairKey, p.Key), pairValue, p.Value)
}

// Append writes metadata without allocating, if b has room.
func (m *Metadata) Append(b []byte) []byte {
	b = appendText(b, metaProducer, m.ProducerName)
	b = appendNumber(b, metaSequence, m.Sequence)
	b = appendNumber(b, metaPublished, m.PublishTime)
	for _, p := range m.Properties {
		b = appendProperty(b, metaProperties, p)
	}
	b = maybeText(b, metaReplicated, m.ReplicatedFrom)
	if m.KeySet {
		b = appendText(b, metaKey, m.PartitionKey)
	}
	for _, to := range m.ReplicateTo {
		b = appendText(b, metaReplicateTo, to)
	}
	b = maybeNumber(b, metaCompression, uint64(m.Compression))
	b = maybeNumber(b, metaUncompressed, uint64(m.UncompressedSize))
	if m.Batch {
		b = appendNumber(b, metaBatch, signed(m.BatchSize))
	}
	b = maybeNumber(b, metaEventTime, m.EventTime)
	return m.appendRare(b)
}

func (m *Metadata) appendRare(b []byte) []byte {
	for _, key := range m.EncryptionKeys {
		size := 2 + protowire.SizeBytes(len(key.Name)) + protowire.SizeBytes(len(key.Value))
		b = protowire.AppendVarint(protowire.AppendTag(b, metaEncryption, protowire.BytesType), uint64(size))
		b = appendText(appendText(b, 1, key.Name), 2, key.Value)
	}
	b = maybeText(b, metaEncryptAlgo, m.EncryptionAlgo)
	b = maybeText(b, metaEncryptParam, m.EncryptionParam)
	b = maybeText(b, metaSchemaVersion, m.SchemaVersion)
	b = maybeNumber(b, metaKeyEncoded, protowire.EncodeBool(m.KeyEncoded))
	b = maybeText(b, metaOrderingKey, m.OrderingKey)
	b = maybeNumber(b, metaDeliverAt, uint64(m.DeliverAt))
	if m.IsMarker {
		b = appendNumber(b, metaMarker, signed(m.Marker))
	}
	if m.Transactional {
		b = appendNumber(appendNumber(b, metaTxnLeast, m.Txn.Least), metaTxnMost, m.Txn.Most)
	}
	b = maybeNumber(b, metaHighest, m.HighestSequence)
	b = maybeNumber(b, metaNullValue, protowire.EncodeBool(m.NullValue))
	b = maybeText(b, metaUUID, m.UUID)
	if m.Chunks > 0 {
		b = appendNumber(b, metaChunks, signed(m.Chunks))
		b = appendNumber(b, metaChunkedSize, signed(m.ChunkedSize))
		b = appendNumber(b, metaChunk, signed(m.Chunk))
	}
	return maybeNumber(b, metaNullKey, protowire.EncodeBool(m.NullKey))
}

func maybeNumber(b []byte, n protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return appendNumber(b, n, v)
}

func maybeText(b []byte, n protowire.Number, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	return appendText(b, n, v)
}

// BrokerEntry is what a broker may add to an entry.
type BrokerEntry struct {
	Timestamp uint64 // ms of Unix time by the broker's clock; 0 if it is not said
	Index     uint64 // of the entry's last message in its topic, if Indexed
	Indexed   bool
}

// Decode reads a BrokerEntryMetadata.
func (e *BrokerEntry) Decode(b []byte) error {
	*e = BrokerEntry{}
	s := scanner{rest: b}
	for s.step() {
		switch s.number {
		case entryTimestamp:
			e.Timestamp = s.value
		case entryIndex:
			e.Index, e.Indexed = s.value, true
		}
	}
	return s.end(0)
}

// Append writes a BrokerEntryMetadata.
func (e *BrokerEntry) Append(b []byte) []byte {
	b = maybeNumber(b, entryTimestamp, e.Timestamp)
	if e.Indexed {
		b = appendNumber(b, entryIndex, e.Index)
	}
	return b
}

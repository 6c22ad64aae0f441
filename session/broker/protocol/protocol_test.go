package protocol

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return b
}

func TestFramesAreByteForByteThoseOfPulsar(t *testing.T) {
	for _, c := range []struct {
		body Body
		want string
	}{
		{&Ping{}, "00000009 00000005 0812 920100"},
		{&Pong{}, "00000009 00000005 0813 9a0100"},
		{&Connect{ClientVersion: "pulsh", ProtocolVersion: Version, Flags: &FeatureFlags{AuthRefresh: true, BrokerEntryMetadata: true}},
			"00000017 00000013 0802 120f 0a0570756c7368 2015 520408011001"},
	} {
		require.Equal(t, unhex(t, c.want), Append(nil, c.body), "%v", c.body.Type())
	}
	want := unhex(t, "00000024 00000008 0806 3204 0801 1000 0e01 5b4c69ac 0000000c 0a0170 1000 1880d095ffbc31 6869")
	var b Builder
	b.Begin(nil, 0)
	copy(b.ClaimAlone(2), "hi")
	frame, _ := b.Finish(&Send{ProducerID: 1}, &Metadata{ProducerName: []byte("p"), PublishTime: 1700000000000})
	require.Equal(t, want, frame)
	f, n, err := NextFrame(frame, MaxMessageSize)
	require.NoError(t, err)
	require.Equal(t, len(frame), n)
	e, err := ParseEntry(f.Rest)
	require.NoError(t, err)
	require.True(t, e.Verify())
	require.Equal(t, "hi", string(e.Payload))
	for i := range f.Rest[6:] {
		f.Rest[6+i] ^= 1
		require.False(t, e.Verify(), "byte %d is summed", i)
		f.Rest[6+i] ^= 1
	}
}

func TestHashes(t *testing.T) {
	require.EqualValues(t, 0xe3069283, Checksum([]byte("123456789")))
	require.Equal(t, "c7559e98", TopicsHash([]string{"persistent://public/default/a", "persistent://public/default/b"}))
	for _, c := range []struct {
		key                      string
		murmur, slot, ring, java int
		partition                int
	}{
		{"", 0, 1, 1, 0, 0},
		{"a", 1009084850, 27058, 42456, 97, 6},
		{"hello", 613153351, 64071, 7892, 99162322, 0},
		{"key-0", 1664612543, 63679, 23544, 101943362, 3},
		{"user:42", 1202103157, 41845, 60188, 2000313485, 2},
		{"polygenelubricants", 1101602400, 7776, 24586, 0, 0},
	} {
		require.EqualValues(t, c.murmur, Murmur3(c.key), c.key)
		require.Equal(t, c.slot, Slot([]byte(c.key)), c.key)
		require.Equal(t, c.ring, RingSlot([]byte(c.key)), c.key)
		require.EqualValues(t, c.java, JavaStringHash(c.key), c.key)
		require.Equal(t, c.partition, JavaString.Partition(c.key, 7), c.key)
		require.Equal(t, c.murmur%5, Murmur.Partition(c.key, 5), c.key)
	}
	require.Equal(t, 34662, RingSlot([]byte("c1\x000\x000")))
	require.EqualValues(t, 55357*31+56832, JavaStringHash("\U0001F600"), "a pair of surrogates")
}

func TestAckSets(t *testing.T) {
	ten := FullAckSet(10)
	require.True(t, ten.Clear(3))
	require.True(t, ten.Clear(4))
	require.False(t, ten.Clear(4), "it was cleared before")
	require.Equal(t, AckSet{999}, ten)
	require.Equal(t, 8, ten.Left())
	require.False(t, ten.Holds(3))
	require.True(t, ten.Holds(9))
	require.False(t, ten.Holds(64))
	require.True(t, AckSet(nil).Holds(7))
	require.Equal(t, AckSet{1<<64 - 1, 63}, FullAckSet(70))
	require.False(t, FullAckSet(64).Clear(64))
	require.False(t, FullAckSet(64).Clear(-1))
}

func TestTopicNames(t *testing.T) {
	require.Equal(t, "persistent://public/default/a", FullTopic("a"))
	require.Equal(t, "persistent://t/n/a", FullTopic("t/n/a"))
	require.Equal(t, "non-persistent://t/n/a", FullTopic("non-persistent://t/n/a"))
	for name, want := range map[string]int{"a-partition-7": 7, "a": -1, "a-partition-07": -1, "a-partition-": -1, "-partition-1": -1, "a-partition--1": -1} {
		topic, n := SplitPartition(name)
		require.Equal(t, want, n, name)
		if n >= 0 {
			require.Equal(t, name, PartitionName(topic, n))
		}
	}
}

// scramble fills what a command has with random values that travel: text is not
// empty, lists have one to three elements, and numbers are not negative.
func scramble(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			scramble(r, v.Field(i), depth)
		}
	case reflect.Pointer:
		if depth < 3 && r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			scramble(r, v.Elem(), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 3))
		for i := range v.Len() {
			scramble(r, v.Index(i), depth+1)
		}
	case reflect.String:
		v.SetString(strings.Repeat("x", 1+r.IntN(200)))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat(r.Float64())
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64() >> (33 + r.IntN(31))))
	default:
		v.SetUint(r.Uint64() >> (33 + r.IntN(31)))
	}
}

// settle clears what is not meant and so does not travel.
func settle(m Body) Body {
	switch m := m.(type) {
	case *Send:
		if m.Messages == 1 {
			m.Messages = 0
		}
		if !m.Transactional {
			m.Txn = Txn{}
		}
		if m.ID != nil {
			m.ID.FirstChunk = nil
		}
	case *SendReceipt:
		if !m.Stored {
			m.ID = MessageID{Partition: -1, BatchIndex: -1, AckSet: []uint64{}}
		}
		m.ID.FirstChunk = nil
	case *Message:
		m.ID.FirstChunk = nil
	case *Ack:
		for i := range m.IDs {
			m.IDs[i].FirstChunk = nil
		}
		if !m.Transactional {
			m.Txn = Txn{}
		}
		if !m.Asks {
			m.RequestID = 0
		}
	}
	return m
}

// random returns a command of a type with random content.
func random(r *rand.Rand, kind Type) Body {
	m := New(kind)
	scramble(r, reflect.ValueOf(m).Elem(), 0)
	return settle(m)
}

func TestEveryCommandComesBackAsItWas(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	require.Equal(t, 54, len(kinds))
	for kind := range kinds {
		require.Equal(t, kind, New(kind).Type())
		again := New(kind) // used for all, as the hot ones are
		for range 200 {
			m := random(r, kind)
			frame := Append(nil, m)
			f, n, err := NextFrame(frame, MaxMessageSize)
			require.NoError(t, err)
			require.Equal(t, len(frame), n)
			require.Equal(t, kind, f.Type)
			require.Empty(t, f.Rest)
			require.NoError(t, Decode(f.Body, again), "%v", kind)
			require.Equal(t, shownDeep(reflect.ValueOf(m)), shownDeep(reflect.ValueOf(again)), "%v", kind)
		}
	}
}

func TestWhatIsMadeByHandIsWhatTheDescriptionMakes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kind := range []Type{TypeSend, TypeSendReceipt, TypeMessage, TypeAck, TypeFlow} {
		for range 500 {
			m := random(r, kind)
			by := coder{}
			m.(described).fields(&by)
			require.Equal(t, by.out, m.(handmade).append(nil), "%v", kind)
			one, two := New(kind), New(kind)
			require.NoError(t, one.(handmade).decode(by.out))
			require.NoError(t, decode(by.out, two.(described).fields, 0))
			require.Equal(t, shownDeep(reflect.ValueOf(one)), shownDeep(reflect.ValueOf(two)), "%v", kind)
		}
	}
}

func TestAFrameSplitAtEveryByteIsOneFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var stream []byte
	var types []Type
	for _, kind := range []Type{TypeConnected, TypePing, TypeMessage, TypeLookupAnswer, TypeSendReceipt} {
		stream = Append(stream, random(r, kind))
		types = append(types, kind)
	}
	for cut := range stream {
		var got []Type
		var buf []byte
		for _, part := range [][]byte{stream[:cut], stream[cut:]} {
			buf = append(buf, part...)
			for {
				f, n, err := NextFrame(buf, MaxMessageSize)
				require.NoError(t, err)
				if n == 0 {
					break
				}
				got, buf = append(got, f.Type), buf[n:]
			}
		}
		require.Empty(t, buf)
		require.Equal(t, types, got, "cut at %d", cut)
	}
}

func TestWhatIsCutShortIsNoCommand(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for kind := range kinds {
		frame := Append(nil, random(r, kind))
		whole := frame[8:]
		for cut := range whole {
			// The sizes agree with the cut: what is missing is inside.
			short := append([]byte(nil), frame[:8+cut]...)
			short[2], short[3] = byte((4+cut)>>8), byte(4+cut)
			short[6], short[7] = byte(cut>>8), byte(cut)
			f, _, err := NextFrame(short, MaxMessageSize)
			if err == nil {
				err = Decode(f.Body, New(kind))
			}
			require.ErrorIs(t, err, ErrMalformed, "%v cut at %d", kind, cut)
		}
	}
}

func TestLyingLengthsAreRefused(t *testing.T) {
	for what, bytes := range map[string]string{
		"a frame of 4 GiB":              "ffffffff",
		"a frame beyond the limit":      "005027fd",
		"no command":                    "00000003 000000",
		"a command beyond its frame":    "00000009 00000006 0812 920100",
		"HTTP":                          "48545450 2f312e31",
		"no type":                       "00000007 00000003 920100",
		"no content":                    "00000006 00000002 0812",
		"type 0":                        "00000009 00000005 0800 020100",
		"a field beyond its command":    "00000009 00000005 0812 920101",
		"a type of more than ten bytes": "00000010 0000000c 08ffffffffffffffffffff01",
	} {
		_, n, err := NextFrame(unhex(t, bytes), MaxMessageSize)
		require.ErrorIs(t, err, ErrMalformed, what)
		require.Zero(t, n, what)
	}
	longest := unhex(t, "005027fc")
	_, n, err := NextFrame(longest, MaxMessageSize)
	require.NoError(t, err, "a frame may be as long as the limit")
	require.Zero(t, n)
	require.Equal(t, MaxMessageSize+FrameSlack, Wanted(longest))
	for _, rest := range []string{"", "0e01", "0e01 00000000", "0e01 00000000 00000005 01", "0e02 00000009 00", "0e02 00000000 0000", "000000"} {
		_, err := ParseEntry(unhex(t, rest))
		require.ErrorIs(t, err, ErrMalformed, rest)
	}
	deep := []byte{8, 1, 16, 1}
	for range depthMax + 2 {
		deep = append(append([]byte{8, 1, 16, 1, 0x3a}, byte(len(deep))), deep...)
	}
	require.ErrorIs(t, new(MessageID).decode(deep, 0), ErrMalformed, "ids in ids")
	require.ErrorIs(t, decode(deep, new(MessageID).fields, 0), ErrMalformed)
}

func TestFieldsOfNewerVersionsArePassedOver(t *testing.T) {
	var c coder
	c.out = []byte{0xc8, 0x3e, 1, 0xd2, 0x3e, 1, 'x', 0xd9, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8, 0xdd, 0x3e, 1, 2, 3, 4}
	known := coder{}
	m := &Connected{ServerVersion: "v", ProtocolVersion: 99}
	m.fields(&known)
	again := &Connected{}
	require.NoError(t, decode(append(c.out, known.out...), again.fields, 0))
	require.Equal(t, m, again)
	receipt := SendReceipt{ProducerID: 1, Sequence: 2, ID: MessageID{Partition: -1, BatchIndex: -1}}
	var got SendReceipt
	require.NoError(t, got.decode(append(append([]byte{}, c.out...), receipt.append(nil)...)))
	require.Equal(t, receipt, got)
}

func TestPackedListsAreRead(t *testing.T) {
	var m Message
	require.NoError(t, m.decode([]byte{8, 1, 18, 4, 8, 2, 16, 3, 34, 3, 5, 6, 7}))
	require.Equal(t, []uint64{5, 6, 7}, m.AckSet)
	require.ErrorIs(t, m.decode([]byte{8, 1, 18, 4, 8, 2, 16, 3, 34, 1, 0x85}), ErrMalformed)
}

func TestABatchIsBuiltAndTakenApart(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var memory []byte
	var b Builder
	for round := range 50 {
		meta := &Metadata{}
		scramble(r, reflect.ValueOf(meta).Elem(), 0)
		meta.EncryptionKeys, meta.Batch, meta.Chunks = nil, true, 1+meta.Chunks
		if !meta.KeySet {
			meta.PartitionKey = nil
		}
		if !meta.IsMarker {
			meta.Marker = 0
		}
		if !meta.Transactional {
			meta.Txn = Txn{}
		}
		b.Begin(memory, 0)
		var singles []Single
		var bodies [][]byte
		for i := range 1 + r.IntN(20) {
			one := Single{Properties: []Property{}}
			if i%3 > 0 {
				scramble(r, reflect.ValueOf(&one).Elem(), 0)
			}
			if !one.KeySet {
				one.PartitionKey = nil
			}
			if !one.Sequenced {
				one.Sequence = 0
			}
			body := make([]byte, r.IntN(300))
			for j := range body {
				body[j] = byte(r.Uint32())
			}
			if i%3 == 0 && round%2 == 0 {
				key := strings.Repeat("k", r.IntN(3))
				one.KeySet = key != ""
				if one.KeySet {
					one.PartitionKey = []byte(key)
				}
				copy(b.ClaimPlain(key, len(body)), body)
				one.Size = int32(len(body))
			} else {
				copy(b.Claim(&one, len(body)), body)
			}
			singles, bodies = append(singles, one), append(bodies, body)
		}
		require.Equal(t, len(bodies), b.Messages())
		meta.BatchSize = int32(b.Messages())
		frame, kept := b.Finish(&Send{ProducerID: 7, Sequence: 1 << 40, Messages: meta.BatchSize}, meta)
		f, n, err := NextFrame(frame, MaxMessageSize)
		require.NoError(t, err)
		require.Equal(t, len(frame), n)
		e, err := ParseEntry(f.Rest)
		require.NoError(t, err)
		require.True(t, e.Verify())
		var got Metadata
		require.NoError(t, got.Decode(e.Metadata))
		meta.EncryptionKeys = []EncryptionKey{}
		got.EncryptionKeys = []EncryptionKey{}
		require.Equal(t, *meta, got)
		rest := e.Payload
		for i, one := range singles {
			var single Single
			var body []byte
			body, rest, err = NextInBatch(rest, &single)
			require.NoError(t, err)
			require.Equal(t, string(bodies[i]), string(body))
			if single.Properties == nil {
				single.Properties = []Property{}
			}
			require.Equal(t, one, single)
		}
		require.Empty(t, rest)
		memory = kept
	}
}

func TestAMessageIsAStoredEntryBehindANewCommand(t *testing.T) {
	var b Builder
	b.Begin(nil, 0)
	copy(b.ClaimAlone(5), "hello")
	sent, _ := b.Finish(&Send{ProducerID: 1, Sequence: 2}, &Metadata{ProducerName: []byte("p")})
	f, _, err := NextFrame(sent, MaxMessageSize)
	require.NoError(t, err)
	stored, err := ParseEntry(f.Rest)
	require.NoError(t, err)
	for _, more := range []*BrokerEntry{nil, {Timestamp: 5, Index: 0, Indexed: true}} {
		frame := AppendMessage(nil, &Message{ConsumerID: 3, ID: MessageID{Ledger: 1, Entry: 2, Partition: -1, BatchIndex: -1}, Epoch: NoEpoch}, more, stored.Stored)
		f, n, err := NextFrame(frame, MaxMessageSize)
		require.NoError(t, err)
		require.Equal(t, len(frame), n)
		e, err := ParseEntry(f.Rest)
		require.NoError(t, err)
		require.True(t, e.Verify())
		require.Equal(t, "hello", string(e.Payload))
		require.Equal(t, more != nil, e.BrokerMetadata != nil)
		if more != nil {
			var got BrokerEntry
			require.NoError(t, got.Decode(e.BrokerMetadata))
			require.Equal(t, *more, got)
		}
	}
}

func TestEveryCodecGivesBackWhatItTook(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var d Decompressor
	for _, kind := range []Compression{None, LZ4, ZLib, ZSTD, Snappy} {
		c, err := NewCompressor(kind)
		require.NoError(t, err)
		for _, n := range []int{0, 1, 5, 15, 16, 100, 4096, 128 << 10} {
			for _, noise := range []int{1, 256} { // even bytes and random ones, which do not shrink
				src := make([]byte, n)
				for i := range src {
					src[i] = byte(r.IntN(noise))
				}
				packed, err := c.Append([]byte("head"), src)
				require.NoError(t, err)
				require.Equal(t, "head", string(packed[:4]))
				if kind == LZ4 && n == 0 {
					continue
				}
				got, err := d.Decompress([]byte("tail"), packed[4:], kind, uint32(n), MaxMessageSize)
				require.NoError(t, err, "%v of %d bytes", kind, n)
				require.True(t, bytes.Equal(append([]byte("tail"), src...), got), "%v of %d bytes", kind, n)
				if kind == None || n == 0 {
					continue
				}
				_, err = d.Decompress(nil, packed[4:], kind, uint32(n), n-1)
				require.ErrorIs(t, err, ErrMalformed, "beyond the limit")
				_, err = d.Decompress(nil, packed[4:], kind, uint32(n+1), MaxMessageSize)
				require.ErrorIs(t, err, ErrMalformed, "%v of %d bytes is shorter than was said", kind, n)
				_, err = d.Decompress(nil, packed[4:4+(len(packed)-4)/2], kind, uint32(n), MaxMessageSize)
				require.ErrorIs(t, err, ErrMalformed, "%v of %d bytes, cut", kind, n)
			}
		}
	}
	_, err := NewCompressor(9)
	require.ErrorIs(t, err, ErrMalformed)
	_, err = d.Decompress(nil, []byte{1}, 9, 1, 10)
	require.ErrorIs(t, err, ErrMalformed)
}

func TestZlibWithoutAnEndIsRead(t *testing.T) {
	// A header, then "aaaa…" flushed: no last block and no checksum, as the Java client ends its streams.
	var d Decompressor
	c, err := NewCompressor(ZLib)
	require.NoError(t, err)
	c.zlib.Reset(&c.sink)
	_, err = c.zlib.Write(bytes.Repeat([]byte("a"), 1000))
	require.NoError(t, err)
	require.NoError(t, c.zlib.Flush())
	got, err := d.Decompress(nil, c.sink.Bytes(), ZLib, 1000, 1000)
	require.NoError(t, err)
	require.Len(t, got, 1000)
}

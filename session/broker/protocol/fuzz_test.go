package protocol

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// FuzzFrames reads any bytes as frames, entries and batches.
func FuzzFrames(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for kind := range kinds {
		f.Add(Append(nil, random(r, kind)))
	}
	var b Builder
	b.Begin(nil, 0)
	copy(b.ClaimPlain("k", 3), "abc")
	copy(b.ClaimPlain("", 0), "")
	frame, _ := b.Finish(&Send{Messages: 2}, &Metadata{ProducerName: []byte("p"), Batch: true, BatchSize: 2})
	f.Add(append([]byte(nil), frame...))
	entry, _, _ := NextFrame(frame, MaxMessageSize)
	f.Add(AppendMessage(nil, &Message{Epoch: NoEpoch, AckSet: []uint64{1}}, &BrokerEntry{Index: 1, Indexed: true}, entry.Rest))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := append(make([]byte, 0, len(data)), data...) // its capacity ends with it: nothing is read beyond
		for len(whole) > 0 {
			frame, n, err := NextFrame(whole, MaxMessageSize)
			if err != nil || n == 0 {
				return
			}
			require.LessOrEqual(t, n, len(whole))
			whole = whole[n:]
			readFrame(t, frame)
		}
	})
}

func readFrame(t *testing.T, frame Frame) {
	if m := New(frame.Type); m != nil && Decode(frame.Body, m) == nil {
		again := New(frame.Type)
		written := Append(nil, m)
		f, n, err := NextFrame(written, 1<<30)
		require.NoError(t, err)
		require.Equal(t, len(written), n)
		require.NoError(t, Decode(f.Body, again), "what is written can be read")
	}
	e, err := ParseEntry(frame.Rest)
	if err != nil {
		return
	}
	e.Verify()
	var broker BrokerEntry
	_ = broker.Decode(e.BrokerMetadata)
	var meta Metadata
	if meta.Decode(e.Metadata) != nil {
		return
	}
	var d Decompressor
	payload, err := d.Decompress(nil, e.Payload, meta.Compression, meta.UncompressedSize, 1<<16)
	var single Single
	for err == nil && len(payload) > 0 {
		_, payload, err = NextInBatch(payload, &single)
	}
}

// FuzzAllocation holds what decoding allocates to a multiple of what came.
func FuzzAllocation(f *testing.F) {
	r := rand.New(rand.NewPCG(2, 2))
	for kind := range kinds {
		f.Add(int32(kind), Append(nil, random(r, kind))[12:])
	}
	f.Fuzz(func(t *testing.T, kind int32, body []byte) {
		m := New(Type(kind))
		if m == nil {
			return
		}
		used := allocated(func() { _ = Decode(body, m) })
		require.Less(t, used, uint64(64<<10+100*len(body)), "%d bytes", len(body))
	})
}

// FuzzHand compares the codecs that were made by hand with the descriptions.
func FuzzHand(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	hot := []Type{TypeSend, TypeSendReceipt, TypeMessage, TypeAck, TypeFlow}
	for i, kind := range hot {
		f.Add(byte(i), random(r, kind).(handmade).append(nil))
	}
	f.Fuzz(func(t *testing.T, which byte, body []byte) {
		kind := hot[int(which)%len(hot)]
		one, two := New(kind), New(kind)
		byHand, byDescription := one.(handmade).decode(body), decode(body, two.(described).fields, 0)
		require.Equal(t, byHand == nil, byDescription == nil, "%v: %v and %v", kind, byHand, byDescription)
		if byHand == nil {
			require.Equal(t, shownDeep(reflect.ValueOf(one)), shownDeep(reflect.ValueOf(two)))
		}
	})
}

// FuzzCodecs decompresses any bytes.
func FuzzCodecs(f *testing.F) {
	for _, kind := range []Compression{LZ4, ZLib, ZSTD, Snappy} {
		c, _ := NewCompressor(kind)
		packed, _ := c.Append(nil, []byte("hello hello hello hello hello hello"))
		f.Add(int32(kind), uint32(35), packed)
	}
	var d Decompressor
	f.Fuzz(func(t *testing.T, kind int32, size uint32, packed []byte) {
		got, err := d.Decompress(nil, packed, Compression(kind), size, 1<<20)
		if err == nil && kind != 0 {
			require.Len(t, got, int(size))
		}
	})
}

// shownDeep is a value with its pointers followed and empty lists alike.
func shownDeep(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return shownDeep(v.Elem())
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			fields[v.Type().Field(i).Name] = shownDeep(v.Field(i))
		}
		return fields
	case reflect.Slice:
		all := []any{}
		for i := range v.Len() {
			all = append(all, shownDeep(v.Index(i)))
		}
		return all
	}
	return v.Interface()
}

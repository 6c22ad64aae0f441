package protocol

import "testing"

const (
	benchMessages = 1000
	benchBytes    = 100
)

// BenchmarkEncode is what a message of 100 bytes costs in a batch of 1000, from
// its place in the batch to the frame with its checksum.
func BenchmarkEncode(b *testing.B) {
	body := make([]byte, benchBytes)
	var builder Builder
	var memory []byte
	send := &Send{ProducerID: 1, Messages: benchMessages}
	meta := &Metadata{ProducerName: []byte("producer"), PublishTime: 1700000000000, Batch: true, BatchSize: benchMessages}
	b.ReportAllocs()
	for range b.N {
		builder.Begin(memory, 16)
		for range benchMessages {
			copy(builder.ClaimPlain("", benchBytes), body)
		}
		send.Sequence += benchMessages
		meta.Sequence = send.Sequence
		_, memory = builder.Finish(send, meta)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchMessages), "ns/message")
}

// BenchmarkDecode is what a message of 100 bytes costs in a batch of 1000, from
// the frame to its body.
func BenchmarkDecode(b *testing.B) {
	var builder Builder
	builder.Begin(nil, 0)
	for range benchMessages {
		builder.ClaimPlain("", benchBytes)
	}
	sent, _ := builder.Finish(&Send{Messages: benchMessages}, &Metadata{ProducerName: []byte("p"), Batch: true, BatchSize: benchMessages})
	f, _, _ := NextFrame(sent, MaxMessageSize)
	frame := AppendMessage(nil, &Message{Epoch: NoEpoch}, nil, f.Rest)
	var message Message
	var meta Metadata
	var single Single
	b.ReportAllocs()
	for range b.N {
		f, _, err := NextFrame(frame, MaxMessageSize)
		if err == nil {
			err = Decode(f.Body, &message)
		}
		e, failed := ParseEntry(f.Rest)
		if err != nil || failed != nil || !e.Verify() || meta.Decode(e.Metadata) != nil {
			b.Fatal("the frame cannot be read")
		}
		n := 0
		for rest := e.Payload; len(rest) > 0; n++ {
			if _, rest, err = NextInBatch(rest, &single); err != nil {
				b.Fatal(err)
			}
		}
		if n != benchMessages {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchMessages), "ns/message")
}

// BenchmarkReceipt is what one answer of the broker costs.
func BenchmarkReceipt(b *testing.B) {
	frame := Append(nil, &SendReceipt{ProducerID: 1, Sequence: 1 << 30, Stored: true, ID: MessageID{Ledger: 100, Entry: 5000, Partition: -1, BatchIndex: -1}})
	var r SendReceipt
	b.ReportAllocs()
	for range b.N {
		f, _, err := NextFrame(frame, MaxMessageSize)
		if err != nil || Decode(f.Body, &r) != nil {
			b.Fatal("the frame cannot be read")
		}
	}
}

package client

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
)

// slotExtra is what the message in a slot carries beside a stamped body. The client
// may read it until the receipt.
type slotExtra struct {
	payload.Extra
	sequence uint64
}

// writeRun is stampRun for messages that carry more than a stamped body.
func (l *producer) writeRun(run []int32, dues []int64, failed uint64) (bytes int64) {
	for i, p := range run {
		e, m := &l.extras[p], &l.messages[p]
		e.sequence = l.sequence
		stamp := l.writer.Write(&e.Extra, payload.Stamp{Producer: l.id, Sequence: l.sequence, Due: l.base + dues[i], Failed: failed})
		l.sequence++
		l.times[p].due = dues[i]
		if e.Own {
			m.Payload = e.Body // never nil, which would be a null value
		} else {
			m.Payload = l.bodies.Body(int(p))
			payload.PutStamp(m.Payload, stamp)
		}
		if l.keyed {
			m.Key = l.keys.Next()
		}
		m.OrderingKey = e.Ordering
		m.EventTime, m.DeliverAt = instant(e.EventTime), instant(e.DeliverAt)
		if m.Properties == nil && len(e.Properties) > 0 {
			m.Properties = map[string]string{}
		}
		for _, one := range e.Properties {
			m.Properties[one.Name] = string(one.Value)
		}
		bytes += int64(len(m.Payload))
	}
	return bytes
}

// instant returns the time of ms of Unix time, the zero time for 0.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

var sampleCodecs = map[broker.Compression]protocol.Compression{
	"lz4": protocol.LZ4, "zlib": protocol.ZLib, "zstd": protocol.ZSTD, "snappy": protocol.Snappy,
}

// estimateRatio counts how far one batch of the producer's bodies compresses, because
// the client does not tell what it did. It takes the codec of the wire engine.
func estimateRatio(spec broker.ProducerSpec, bodies *payload.Bodies) {
	codec, packs := sampleCodecs[spec.Compression]
	if !packs || spec.Recorder == nil {
		return
	}
	const most = 128 << 10                                // bytes: more does not change the ratio
	n := max(1, min(spec.Batch.Messages, bodies.Slots())) // a batch has no two bodies of one slot
	sample := payload.Sample(spec.Bodies, bodies, n, spec.ID, most)
	packer, err := protocol.NewCompressor(codec)
	if err != nil {
		return
	}
	packed, err := packer.Append(nil, sample)
	if err == nil && len(sample) > 0 {
		spec.Recorder.Compressed(int64(len(sample)), int64(len(packed)))
	}
}

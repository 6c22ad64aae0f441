package produce

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// The Go client (v0.21.0) makes a batch of each key with a compressor of its own, and a new one
// for each batch. These are the bytes that one takes: the table of lz4, and the encoder and
// decoder of zstd, measured with klauspost/compress v1.18.5. The other kinds have no state.
const (
	lz4Compressor  = 512 << 10
	zstdCompressor = 2900 << 10
)

// keyCompressorsTold is the memory of compressors from which on a start tells of it.
const keyCompressorsTold = 256 << 20

// keyCompressors returns the bytes that the compressors of full batches take in all producers of
// a group at once, 0 where batches are not made by key or the wire engine makes them.
func (o *opener) keyCompressors(settings spec.Producer) int64 {
	if settings.BatchBy != spec.ByKey || settings.Batch == 1 || o.group.Host().EngineOf(settings.Engine) != broker.ClientEngine {
		return 0
	}
	keys := min(max(settings.Keys.Count(), 1), settings.Batch)
	each := int64(0)
	switch settings.Compression {
	case "lz4":
		each = lz4Compressor
	case "zstd":
		each = zstdCompressor
	}
	return each * int64(keys) * int64(settings.ProducerCount())
}

// checkKeyCompressors refuses compressors that the memory does not hold, and tells of many.
func (o *opener) checkKeyCompressors(settings spec.Producer) error {
	need := o.keyCompressors(settings)
	what := fmt.Sprintf("with batchby=key the Go client has an own %s compressor for each key in a batch, %s in all", settings.Compression, payload.Mebibytes(need))
	try := "set " + o.group.Name() + " compression=none"
	if budget := o.group.Host().Bodies; !budget.Holds(need) {
		return &broker.Error{
			Category: broker.TooLarge, Try: try,
			Message: fmt.Sprintf("%s, and this process may use %s", what, payload.Mebibytes(budget.Memory())),
		}
	}
	if need >= keyCompressorsTold {
		o.group.Say("%s; try: %s", what, try)
	}
	return nil
}

package wire

import (
	"sync"

	"pulsh/session/broker/protocol"
)

// packers has compressors that nobody uses at the moment: a *sync.Pool for each codec.
// One takes up to some MiB, and of the thousand producers of a group few compress at
// the same time.
var packers sync.Map

// pack calls f with a compressor of the codec, which must be one of codecs.
func pack(codec protocol.Compression, f func(*protocol.Compressor)) {
	pool, known := packers.Load(codec)
	if !known {
		pool, _ = packers.LoadOrStore(codec, &sync.Pool{New: func() any {
			c, _ := protocol.NewCompressor(codec) // every codec of codecs is known
			return c
		}})
	}
	c := pool.(*sync.Pool).Get().(*protocol.Compressor)
	f(c)
	pool.(*sync.Pool).Put(c)
}

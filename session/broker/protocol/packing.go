package protocol

import "sync"

// packers has compressors that nobody uses at the moment: a *sync.Pool for each codec.
// One takes up to some MiB, and of the thousand producers of a group few compress at
// the same time.
var packers sync.Map

// Pack calls f with a compressor of a known codec, which is f's until it returns.
func Pack(codec Compression, f func(*Compressor)) {
	pool, known := packers.Load(codec)
	if !known {
		pool, _ = packers.LoadOrStore(codec, &sync.Pool{New: func() any {
			c, _ := NewCompressor(codec) // the caller knows the codec
			return c
		}})
	}
	c := pool.(*sync.Pool).Get().(*Compressor)
	f(c)
	pool.(*sync.Pool).Put(c)
}

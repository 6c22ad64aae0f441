package protocol

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// String is the codec's name as users type it.
func (c Compression) String() string {
	switch c {
	case None:
		return "none"
	case LZ4:
		return "lz4"
	case ZLib:
		return "zlib"
	case ZSTD:
		return "zstd"
	case Snappy:
		return "snappy"
	}
	return "an unknown compression"
}

// Compressor compresses payloads, each in the form that Pulsar's clients read:
// LZ4 and Snappy as bare blocks, ZLIB as of RFC 1950, ZSTD as a frame. It is for
// one goroutine at a time.
type Compressor struct {
	kind Compression
	lz4  lz4.Compressor
	zlib *zlib.Writer
	zstd *zstd.Encoder
	sink bytes.Buffer
}

// NewCompressor makes a compressor.
func NewCompressor(kind Compression) (*Compressor, error) {
	c := &Compressor{kind: kind}
	switch kind {
	case None, LZ4, Snappy:
	case ZLib:
		c.zlib = zlib.NewWriter(&c.sink)
	case ZSTD:
		var err error
		if c.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(1<<20)); err != nil {
			return nil, err
		}
	default:
		return nil, malformed("compression %d is unknown", int32(kind))
	}
	return c, nil
}

// Append adds the compressed form of src to dst. src and dst must not overlap.
func (c *Compressor) Append(dst, src []byte) ([]byte, error) {
	switch c.kind {
	case LZ4:
		return c.appendBlock(dst, src, lz4.CompressBlockBound(len(src)), func(into []byte) (int, error) {
			return c.lz4.CompressBlock(src, into)
		})
	case Snappy:
		return c.appendBlock(dst, src, snappy.MaxEncodedLen(len(src)), func(into []byte) (int, error) {
			return len(snappy.Encode(into, src)), nil
		})
	case ZSTD:
		return c.zstd.EncodeAll(src, dst), nil
	case ZLib:
		c.sink.Reset()
		c.zlib.Reset(&c.sink)
		if _, err := c.zlib.Write(src); err != nil {
			return dst, err
		}
		if err := c.zlib.Close(); err != nil {
			return dst, err
		}
		return append(dst, c.sink.Bytes()...), nil
	}
	return append(dst, src...), nil
}

// appendBlock makes room for the longest that a block can become; within it
// every codec succeeds, even if nothing shrinks.
func (c *Compressor) appendBlock(dst, src []byte, bound int, encode func([]byte) (int, error)) ([]byte, error) {
	at := len(dst)
	if cap(dst)-at < bound {
		dst = append(make([]byte, 0, at+bound), dst...)
	}
	n, err := encode(dst[at : at+bound])
	return dst[:at+n], err
}

// Decompressor makes payloads out of their compressed form. It is for one
// goroutine at a time.
type Decompressor struct {
	source bytes.Reader
	zlib   io.ReadCloser
	zstd   *zstd.Decoder
}

// Decompress appends a payload of exactly size bytes to dst, as its metadata
// tells the size. More than limit bytes, or another size than was told, is an
// error.
func (d *Decompressor) Decompress(dst, src []byte, kind Compression, size uint32, limit int) ([]byte, error) {
	if kind == None {
		return append(dst, src...), nil
	}
	if int64(size) > int64(limit) {
		return dst, malformed("a payload of %d bytes, uncompressed, is longer than %d", size, limit)
	}
	at := len(dst)
	if cap(dst)-at < int(size) {
		dst = append(make([]byte, 0, at+int(size)), dst...)
	}
	into := dst[at : at+int(size)]
	n, err := d.decode(into, src, kind)
	if err != nil {
		return dst, malformed("a payload is no %v: %v", kind, err)
	}
	if n != int(size) {
		return dst, malformed("a payload of %d bytes, uncompressed, was said to be one of %d", n, size)
	}
	return dst[:at+n], nil
}

func (d *Decompressor) decode(into, src []byte, kind Compression) (n int, err error) {
	switch kind {
	case LZ4:
		if len(into) == 0 {
			return 0, nil // the library takes no empty destination
		}
		return lz4.UncompressBlock(src, into)
	case ZLib:
		return d.inflate(into, src)
	case ZSTD:
		if d.zstd == nil {
			if d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(decoderMemory), zstd.WithDecodeAllCapLimit(true)); err != nil {
				return 0, err
			}
		}
		out, err := d.zstd.DecodeAll(src, into[:0])
		return len(out), err
	case Snappy:
		length, err := snappy.DecodedLen(src)
		if err != nil || length > len(into) {
			return length, err
		}
		out, err := snappy.Decode(into, src)
		return len(out), err
	}
	return 0, malformed("compression %d is unknown", int32(kind))
}

// decoderMemory bounds what one ZSTD frame may ask for, in bytes.
const decoderMemory = 128 << 20

// inflate stops after as many bytes as were told: the Java client ends its ZLIB
// streams without a last block and a checksum.
func (d *Decompressor) inflate(into, src []byte) (int, error) {
	d.source.Reset(src)
	if d.zlib == nil {
		z, err := zlib.NewReader(&d.source)
		if err != nil {
			return 0, err
		}
		d.zlib = z
	} else if err := d.zlib.(zlib.Resetter).Reset(&d.source, nil); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(d.zlib, into)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		err = nil // the caller compares the sizes
	}
	return n, err
}

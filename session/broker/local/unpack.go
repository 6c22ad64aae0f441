package local

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// unpackLimit bounds the unpacked size of an archive, in bytes. The distribution has
// 253 MB.
const unpackLimit = 2 << 30

// counted is a reader that counts its bytes and fails when ctx is done.
type counted struct {
	ctx  context.Context
	r    io.Reader
	n    int64
	told int64
	tell func(int64)
}

// Read implements io.Reader. It reports the count every 4 MiB.
func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n-c.told >= 4*MiB || err == io.EOF {
		c.told = c.n
		c.tell(c.n)
	}
	return n, err
}

// unpack unpacks a .tar.gz into dir without its top folder. It fails on a name that
// leaves dir and on anything but files and folders. Progress is in packed bytes.
func unpack(ctx context.Context, archive, dir string, progress func(done, total int64)) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in := &counted{ctx: ctx, r: f, tell: func(n int64) { progress(n, info.Size()) }}
	z, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("%s is no gzip file: %w", filepath.Base(archive), err)
	}
	return unpackTar(tar.NewReader(z), dir)
}

// unpackTar writes the entries of an archive to dir.
func unpackTar(t *tar.Reader, dir string) error {
	left := int64(unpackLimit)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(strings.TrimPrefix(h.Name, "./"), "/")
		if name == "" {
			continue
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("the archive names a file outside its folder: %q", h.Name)
		}
		path := filepath.Join(dir, name)
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(path, 0o755)
		case tar.TypeReg:
			if left -= h.Size; left < 0 {
				return fmt.Errorf("the archive unpacks to more than %d bytes", int64(unpackLimit))
			}
			err = unpackFile(t, path, os.FileMode(h.Mode)&0o755|0o600)
		default:
			err = fmt.Errorf("the archive holds %q, which is neither file nor folder", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

// unpackFile writes one file of an archive.
func unpackFile(r io.Reader, path string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

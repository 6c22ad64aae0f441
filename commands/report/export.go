package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
)

// DefaultExport returns the default name of an export.
func DefaultExport(now time.Time) string {
	return now.Format("pulsh-20060102-150405") + string(export.HTML)
}

// ExportFile runs the command export: export the session; the extension picks the
// format.
func ExportFile(ctx context.Context, c *host.Call) error {
	path, as := lang.HomePath(c.Text("file")), export.HTML
	if path == "" {
		path = DefaultExport(c.Env.Now())
	} else {
		as, _ = host.Value[export.Format](c, "file")
	}
	if err := checkReplaceable(ctx, c, "export", path); err != nil {
		return err
	}
	c.Fresh(ctx)
	r := ReportNow(c.Host)
	told := func(part float64) { c.Publish(&lang.Progress{Step: "writing " + path, Share: part}) }
	size, err := WriteWhole(ctx, path, func(w io.Writer) error { return export.Write(ctx, w, r, as, told) })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return c.Refuse("file", "", "cannot write %s: %s", path, reason(err))
	}
	c.Say("%s: %s, %s, %s", path, graphs.Bytes(float64(size)), graphs.Plural(len(r.Groups), "group"), graphs.Plural(r.Samples.Count, "second"))
	return nil
}

// checkReplaceable returns an error if path exists and may not be replaced, or is not
// a regular file.
func checkReplaceable(ctx context.Context, c *host.Call, name, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder := filepath.Dir(path)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return c.Refuse("file", name+" "+lang.Quote(filepath.Base(path)), "no folder %q", folder)
		}
		return nil
	case err != nil:
		return c.Refuse("file", "", "cannot write %s: %s", path, reason(err))
	case !info.Mode().IsRegular():
		return c.Refuse("file", "", "%q is not a file", path)
	}
	return c.Replace(ctx, "file", fmt.Sprintf("%q already exists", path), "replace it?")
}

// WriteWhole writes a file atomically: after an error the old file, if any, is
// unchanged.
func WriteWhole(ctx context.Context, path string, write func(io.Writer) error) (size int64, err error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-"+strconv.Itoa(os.Getpid()))
	temporary, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666) // less the user's umask
	if err != nil {
		return 0, err
	}
	defer os.Remove(name) // gone already when all went well
	counted := &stoppable{ctx: ctx, to: temporary}
	err = write(counted)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(name, path)
	}
	return counted.size, err
}

// stoppable counts written bytes, and fails when its context ends.
type stoppable struct {
	ctx  context.Context
	to   io.Writer
	size int64
}

func (s *stoppable) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.to.Write(p)
	s.size += int64(n)
	return n, err
}

// reason returns the text of a system error without operation and path.
func reason(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return fmt.Sprint(err)
}

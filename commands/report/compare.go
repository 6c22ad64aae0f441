package report

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
	"pulsh/session/snapshot"
)

// reportBytesMax bounds the size of a report to read: a day of a dozen groups.
const reportBytesMax = 1 << 30

// Compare runs the command compare: put two exported runs side by side.
func Compare(_ context.Context, c *host.Call) error {
	a, err := readReport(c, "a")
	if err != nil {
		return err
	}
	b, err := readReport(c, "b")
	if err != nil {
		return err
	}
	c.Say("a  %s  %s, %s", c.Text("a"), a.Title, a.Start.Local().Format("2006-01-02 15:04:05"))
	c.Say("b  %s  %s, %s", c.Text("b"), b.Title, b.Start.Local().Format("2006-01-02 15:04:05"))
	return printSideBySide(c, "a", a, b)
}

// nearReport advises another report of the folder that the name may mean, or else to make
// one.
func nearReport(c *host.Call, name, path string) string {
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.json")) // without files there is no name
	if near, ok := lang.Nearest(path, found); ok && near != path {
		return c.WithArgument(name, near)
	}
	return "export " + lang.Quote(path)
}

func readReport(c *host.Call, name string) (*export.Report, error) {
	path := lang.HomePath(c.Text(name))
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, c.Refuse(name, nearReport(c, name, path), "no file %q", path)
	}
	if err != nil {
		return nil, c.Refuse(name, "", "cannot read %q: %s", path, reason(err))
	}
	defer f.Close()
	switch info, err := f.Stat(); {
	case err != nil || !info.Mode().IsRegular():
		return nil, c.Refuse(name, "", "%q is not a file", path)
	case info.Size() > reportBytesMax:
		return nil, c.Refuse(name, "", "%q is larger than a gibibyte", path)
	}
	r, err := export.Read(f)
	if err != nil {
		return nil, c.Refuse(name, "", "%q is not a report: %s", path, err)
	}
	return r, nil
}

// printSideBySide prints the comparison of two reports.
func printSideBySide(c *host.Call, param string, a, b *export.Report) error {
	rows, alone := export.Compare(a, b)
	if len(rows) == 0 {
		return c.Refuse(param, "", "nothing to compare: no common group, or no measurements")
	}
	var cells [][]string
	last := ""
	for _, r := range rows {
		if r.Group != last {
			cells = append(cells, []string{r.Group})
		}
		last = r.Group
		cells = append(cells, []string{"  " + r.Figure, medianText(r.Unit, r.A), rangeText(r.Unit, r.A), medianText(r.Unit, r.B), rangeText(r.Unit, r.B),
			ratioText(r.Ratio), string(r.Verdict)})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"", "a", "min–max", "b", "min–max", "b/a", ""}, cells, []graphs.Align{0, right, right, right, right, right, 0}, 0))
	if len(alone) > 0 {
		c.Say("only in one report: %s", lang.And(alone))
	}
	return nil
}

// medianText writes a median in its unit.
func medianText(unit export.Unit, s export.Spread) string {
	if s.Count == 0 {
		return graphs.NoValue
	}
	return valueText(unit, s.Median)
}

// rangeText writes the minimum and the maximum, "" for a single value.
func rangeText(unit export.Unit, s export.Spread) string {
	if s.Count < 2 {
		return ""
	}
	short := func(v float64) string { return strings.TrimSuffix(valueText(unit, v), "/s") }
	return short(s.Least) + "–" + short(s.Most)
}

func valueText(unit export.Unit, v float64) string {
	switch unit {
	case export.Milliseconds:
		return strings.TrimSpace(graphs.Latency(v * float64(time.Millisecond)))
	case export.PerSecond:
		return graphs.Rate(v)
	case export.BytesPerSecond:
		return graphs.ByteRate(v)
	}
	return graphs.Count(v)
}

func ratioText(r float64) string {
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return graphs.NoValue
	}
	return graphs.Three(r)
}

// Diff runs the command diff: compare before and after a mark.
func Diff(ctx context.Context, c *host.Call) error {
	s := c.Fresh(ctx)
	marks := kinds.UserMarks(s)
	first, err := markNamed(c, "mark", marks)
	if err != nil {
		return err
	}
	a, b := stretch{c.Env.Session.Began(), marks[first].At}, stretch{marks[first].At, s.At}
	if first > 0 {
		a.from = marks[first-1].At
	}
	if first+1 < len(marks) {
		b.to = marks[first+1].At
	}
	if c.Text("later") != "" {
		second, err := markNamed(c, "later", marks)
		if err != nil {
			return err
		}
		a, b = b, stretch{marks[second].At, s.At}
		if second+1 < len(marks) {
			b.to = marks[second+1].At
		}
	}
	r := ReportNow(c.Host)
	c.Say("a  %s", a)
	c.Say("b  %s", b)
	return printSideBySide(c, "mark", r.Between(a.from, a.to), r.Between(b.from, b.to))
}

// stretch is a part of the session.
type stretch struct{ from, to time.Time }

func (s stretch) String() string {
	return s.from.Format("15:04:05") + " to " + s.to.Format("15:04:05") + ", " + graphs.Seconds(s.to.Sub(s.from))
}

// markNamed returns the index of the newest mark with the typed text.
func markNamed(c *host.Call, param string, marks []snapshot.Mark) (int, error) {
	name := c.Text(param)
	var texts []string
	for i, m := range slices.Backward(marks) {
		if m.Text == name {
			return i, nil
		}
		texts = append(texts, lang.Quote(m.Text))
	}
	if len(texts) == 0 {
		return 0, c.Refuse(param, "mark "+lang.Quote(name), "no marks yet")
	}
	try := "diff " + texts[0]
	if near, ok := lang.Nearest(lang.Quote(name), texts); ok {
		try = "diff " + near
	}
	return 0, c.Refuse(param, try, "no mark %q (%s)", name, strings.Join(texts, ", "))
}

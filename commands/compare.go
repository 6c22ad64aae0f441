package commands

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
	"pulsh/session/snapshot"
)

// reportBytesMax bounds a report that is read: a day of a dozen groups.
const reportBytesMax = 1 << 30

// reportKind is a report to be read.
func reportKind() lang.Kind {
	return lang.Kind{Name: "REPORT", Sample: "a.json", Doc: "a report that export or --json has written, as .json",
		Parse: func(text string) (any, error) {
			if as, err := export.FormatOf(text); err != nil || as != export.JSON {
				return nil, errors.New("a report to compare is one that export has written as .json")
			}
			return text, nil
		},
		Complete: lang.CompleteFiles(string(export.JSON))}
}

func compare(_ context.Context, c *call) error {
	a, err := c.readReport("a")
	if err != nil {
		return err
	}
	b, err := c.readReport("b")
	if err != nil {
		return err
	}
	c.Say("a  %s  %s, %s", c.Text("a"), a.Title, a.Start.Local().Format("2006-01-02 15:04:05"))
	c.Say("b  %s  %s, %s", c.Text("b"), b.Title, b.Start.Local().Format("2006-01-02 15:04:05"))
	return c.sideBySide("a", a, b)
}

func (c *call) readReport(name string) (*export.Report, error) {
	path := lang.HomePath(c.Text(name))
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, c.Refuse(name, "export "+lang.Quote(path), "there is no file %q", path)
	}
	if err != nil {
		return nil, c.Refuse(name, "", "%q cannot be read: %s", path, reason(err))
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

// sideBySide prints the comparison of two reports.
func (c *call) sideBySide(param string, a, b *export.Report) error {
	rows, alone := export.Compare(a, b)
	if len(rows) == 0 {
		return c.Refuse(param, "", "there is nothing to compare: no group of the one is in the other, or nothing was measured")
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
	c.Print(graphs.Table([]string{"", "a", "least–most", "b", "least–most", "b/a", ""}, cells, []graphs.Align{0, right, right, right, right, right, 0}, 0))
	if len(alone) > 0 {
		c.Say("only in one of them: %s", lang.And(alone))
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

// rangeText writes the least and the most, "" where there is one value.
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

// markKind is a mark by its text.
func markKind() lang.Kind {
	return lang.Kind{Name: "MARK", Sample: "'before the fix'", Parse: lang.AsText, Doc: "the text of a mark that was set, in quotes if it has blanks",
		Complete: func(s *lang.Scene) []lang.Suggestion {
			if snapshotOf(s) == nil {
				return nil
			}
			var out []lang.Suggestion
			for _, m := range userMarks(snapshotOf(s)) {
				out = append(out, lang.Suggestion{Text: lang.Quote(m.Text), Description: m.At.Format("15:04:05")})
			}
			return out
		}}
}

// userMarks are the marks of the mark command, oldest first.
func userMarks(s *snapshot.Snapshot) []snapshot.Mark {
	return slices.DeleteFunc(slices.Clone(s.Marks), func(m snapshot.Mark) bool { return m.Kind != snapshot.MarkNote })
}

// diff compares two stretches of the session.
func diff(ctx context.Context, c *call) error {
	s := c.fresh(ctx)
	marks := userMarks(s)
	first, err := c.markNamed("mark", marks)
	if err != nil {
		return err
	}
	a, b := stretch{c.env.Session.Began(), marks[first].At}, stretch{marks[first].At, s.At}
	if first > 0 {
		a.from = marks[first-1].At
	}
	if first+1 < len(marks) {
		b.to = marks[first+1].At
	}
	if c.Text("later") != "" {
		second, err := c.markNamed("later", marks)
		if err != nil {
			return err
		}
		a, b = b, stretch{marks[second].At, s.At}
		if second+1 < len(marks) {
			b.to = marks[second+1].At
		}
	}
	r := c.ReportNow()
	c.Say("a  %s", a)
	c.Say("b  %s", b)
	return c.sideBySide("mark", r.Between(a.from, a.to), r.Between(b.from, b.to))
}

// stretch is a part of the session.
type stretch struct{ from, to time.Time }

func (s stretch) String() string {
	return s.from.Format("15:04:05") + " to " + s.to.Format("15:04:05") + ", " + graphs.Seconds(s.to.Sub(s.from))
}

// markNamed is the newest mark with the text that was typed.
func (c *call) markNamed(param string, marks []snapshot.Mark) (int, error) {
	name := c.Text(param)
	var texts []string
	for i, m := range slices.Backward(marks) {
		if m.Text == name {
			return i, nil
		}
		texts = append(texts, lang.Quote(m.Text))
	}
	if len(texts) == 0 {
		return 0, c.Refuse(param, "mark "+lang.Quote(name), "there are no marks yet")
	}
	try := "diff " + texts[0]
	if near, ok := lang.Nearest(lang.Quote(name), texts); ok {
		try = "diff " + near
	}
	return 0, c.Refuse(param, try, "there is no mark %q; there are %s", name, lang.And(texts))
}

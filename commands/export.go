package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
)

// exportCommands write what a session has measured where others can read it.
func exportCommands() []lang.Command {
	force := lang.Param{Name: "force", Kind: onKind(), Keyed: true, Optional: true, Doc: "on replaces a file that is there"}
	return []lang.Command{
		{Name: "export", Section: exportSection,
			Params:  []lang.Param{{Name: "file", Kind: exportKind(), Optional: true}, force},
			Summary: "write the session into a file: a page, JSON, CSV, Prometheus or histograms by its ending",
			Detail: "Without a name it writes a page, pulsh-DATE-TIME.html. " +
				".html is one page with graphs, settings, environment, timeline, expectations and the lines that repeat the run; it needs no network. " +
				".json has all of that for programs and for compare: version (2), title, start, end, elapsed_seconds, environment, cluster, columns (name in CSV, metric, unit and meaning of each), " +
				"samples (from, step_seconds, count), groups, total, process, timeline, lines, checks and script. A group has its settings, figures of the last sample by metric, " +
				"distributions (total and last second in ms, and every counter), failures, workers, and series: by metric a value a second, null where nothing is known; " +
				"durations are the worst of the second, rates its mean, counts its end. " +
				".csv has a row for each second and group with the same columns, which carry their units, and at the end a row with the final figures of each group; times are RFC 3339. " +
				".prom is the last sample as text of Prometheus, in seconds and bytes. " +
				".hlog is a log for HistogramLogProcessor: a histogram for each second, or for 2, 4, 8… seconds of long runs, since the start or reset of each group; " +
				"a tag such as fast.latency for each group and distribution, values in microseconds. " +
				"A file is complete or not there at all.",
			Examples: []string{"export", "export run.html", "export run.json", "export seconds.csv force=on", "export run.prom", "export run.hlog"}, Run: verb(exportFile)},
		{Name: "stream", Section: exportSection,
			Params: []lang.Param{{Name: "file", Kind: streamKind()},
				{Name: "every", Kind: durationKind(), Keyed: true, Optional: true, Doc: "how often, 100ms to 1h; 1s if not given"}, force},
			Summary: "append the figures of all groups to a file as they come",
			Detail: "Lines of JSON (.jsonl) or CSV (.csv), a record for each interval and group, with the columns of export. A record tells of the whole interval: durations are its worst, " +
				"rates its mean. `-` is the standard output as lines of JSON, unless it is a terminal. A disk that is full ends the stream with a note, and nothing else.",
			Examples: []string{"stream run.jsonl", "stream run.csv every=10s"}, Run: verb(streamStart)},
		{Name: "stream stop", Section: exportSection, Summary: "end the stream, after what belongs into it so far", Examples: []string{"stream stop"}, Run: verb(streamStop)},
		{Name: "metrics serve", Section: exportSection,
			Params: []lang.Param{{Name: "address", Kind: addressKind(), Optional: true},
				{Name: "remote", Kind: onKind(), Keyed: true, Optional: true, Doc: "on lets other machines reach it, where the address says so"}},
			Summary: "serve metrics to Prometheus",
			Detail: "At " + metricsAddress + " if no address is given. Durations are histograms that can be added up over groups and processes, and beside them summaries with the exact " +
				"quantiles of the last second. An address that other machines can reach needs remote=on.",
			Examples: []string{"metrics serve", "metrics serve 127.0.0.1:9096"}, Run: verb(metricsServe)},
		{Name: "metrics stop", Section: exportSection, Summary: "end serving metrics", Examples: []string{"metrics stop"}, Run: verb(metricsStop)},
		{Name: "compare", Section: exportSection,
			Params:   []lang.Param{{Name: "a", Kind: reportKind()}, {Name: "b", Kind: reportKind()}},
			Summary:  "put two exported runs side by side",
			Detail:   "Medians of the values a second, with the least and the most. A figure is better or worse when the middle halves of its values do not touch and the medians are 2 % apart.",
			Examples: []string{"compare a.json b.json"}, Run: verb(compare)},
		{Name: "diff", Section: exportSection,
			Params:  []lang.Param{{Name: "mark", Kind: markKind()}, {Name: "later", Kind: markKind(), Optional: true}},
			Summary: "put what was before a mark beside what came after",
			Detail: "With one mark: from the mark before it (or the start) to it, beside it to the next mark or now. With two: what followed the first, up to the next mark, " +
				"beside what followed the second. Marks are those of the mark command.",
			Examples: []string{`diff "before the fix"`, `diff "before the fix" "after the fix"`}, Run: verb(diff)},
	}
}

// onKind is the word on, for what must be said explicitly.
func onKind() lang.Kind { return lang.Words("on") }

// DefaultExport is the name of the file that export writes if none is given.
func DefaultExport(now time.Time) string {
	return now.Format("pulsh-20060102-150405") + string(export.HTML)
}

// exportKind is a file to be written, by its ending.
func exportKind() lang.Kind {
	var forms []string
	for _, f := range export.Formats() {
		forms = append(forms, "run"+f.Name)
	}
	return lang.Kind{Name: "FILE", Sample: "run.html", Forms: strings.Join(forms, ", "), Doc: "a file to be written; its ending says what it holds",
		Parse: func(text string) (any, error) {
			as, err := export.FormatOf(text)
			return as, err
		},
		Complete: completeOutputs(func() export.Table[string] { return export.Formats() })}
}

// completeOutputs offers folders, files that would be replaced, and what is
// typed with each ending.
func completeOutputs(endings func() export.Table[string]) func(*lang.Scene) []lang.Suggestion {
	return func(s *lang.Scene) []lang.Suggestion {
		stem := strings.TrimSuffix(s.Partial, filepath.Ext(s.Partial))
		if stem == "" || strings.HasSuffix(stem, "/") {
			stem += "run"
		}
		var out []lang.Suggestion
		for _, f := range endings() {
			out = append(out, lang.Suggestion{Text: lang.Quote(stem + f.Name), Description: f.Value})
		}
		return append(out, lang.CompleteFiles(folders)(s)...)
	}
}

// folders is no ending of a file, so that only folders are offered.
const folders = "/"

func exportFile(ctx context.Context, c *call) error {
	path, as := lang.HomePath(c.Text("file")), export.HTML
	if path == "" {
		path = DefaultExport(c.env.Now())
	} else {
		as, _ = value[export.Format](c, "file")
	}
	if err := c.replaceable("export", path); err != nil {
		return err
	}
	c.fresh(ctx)
	r := c.ReportNow()
	told := func(part float64) { c.Task.Store(&lang.Progress{Step: "writing " + path, Share: part}) }
	size, err := writeWhole(ctx, path, func(w io.Writer) error { return export.Write(ctx, w, r, as, told) })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return c.Refuse("file", "", "%s cannot be written: %s", path, reason(err))
	}
	c.Say("%s: %s, %s, %s", path, graphs.Bytes(float64(size)), lang.Count(len(r.Groups), "group"), lang.Count(r.Samples.Count, "second"))
	return nil
}

// replaceable refuses a file that is there, unless it may be replaced, and what
// is no file at all.
func (c *call) replaceable(name, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder := filepath.Dir(path)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return c.Refuse("file", name+" "+lang.Quote(filepath.Base(path)), "there is no folder %q", folder)
		}
		return nil
	case err != nil:
		return c.Refuse("file", "", "%s cannot be written: %s", path, reason(err))
	case !info.Mode().IsRegular():
		return c.Refuse("file", "", "%q is not a file", path)
	case c.Text("force") == "":
		return c.Refuse("file", name+" "+lang.Quote(path)+" force=on", "%q is there already", path)
	}
	return nil
}

// writeWhole writes a file in one step: it is complete under its name or, after
// an error, what it was before.
func writeWhole(ctx context.Context, path string, write func(io.Writer) error) (size int64, err error) {
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

// stoppable counts what is written, and ends when its context ends.
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

// reason is what the system said, without the name of the file and of the call.
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

package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// The limits of the interval of a stream.
const (
	streamMin     = metrics.SampleEvery
	streamMax     = time.Hour
	streamDefault = time.Second
)

// settle is the time that a record waits after its interval for the last sample.
const settle = 3 * metrics.SampleEvery / 2

// backgroundStopMax bounds the end of a stream or a server, so that a disk that hangs
// does not block the exit.
const backgroundStopMax = 2 * time.Second

// stream appends records to a file until it is stopped or fails.
type stream struct {
	commands *host.Host
	path     string
	csv      bool
	every    time.Duration
	columns  []export.Column
	to       io.Writer
	file     *os.File // nil for the standard output
	next     time.Time
	records  int
	cancel   context.CancelFunc
	done     chan struct{}
}

// StreamStart runs the command stream: append the figures of all groups to a file as they come.
func StreamStart(ctx context.Context, c *host.Call) error {
	every, ok := host.Value[time.Duration](c, "every")
	if !ok {
		every = streamDefault
	}
	if every < streamMin || every > streamMax {
		return c.Refuse("every", "stream run.jsonl every=1s", "%s is not between %s and %s", c.Text("every"), pacing.FormatDuration(streamMin), pacing.FormatDuration(streamMax))
	}
	backgroundOf(c.Host).mu.Lock()
	running := backgroundOf(c.Host).stream
	backgroundOf(c.Host).mu.Unlock()
	if running != nil && !running.ended() {
		return c.Fail("stream stop", "already streaming to %s", running.path)
	}
	s := &stream{commands: c.Host, path: lang.HomePath(c.Text("file")), every: every, columns: ReportColumns(), done: make(chan struct{})}
	s.csv, _ = host.Value[bool](c, "file")
	if err := openStream(ctx, c, s); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.next = c.Env.Now().Truncate(every)
	backgroundOf(c.Host).mu.Lock()
	backgroundOf(c.Host).stream = s
	backgroundOf(c.Host).mu.Unlock()
	go s.run(ctx) // owned by the commands: stop and Close end it and wait
	if s.file != nil {
		c.Say("%s: a record every %s per group", s.path, pacing.FormatDuration(every))
	}
	return nil
}

// openStream opens the file and writes its header.
func openStream(ctx context.Context, c *host.Call, s *stream) error {
	if s.path == kinds.StandardOutput {
		if c.Env.Output == nil {
			return c.Refuse("file", "stream run.jsonl", "standard output is the terminal")
		}
		s.to = c.Env.Output
		return nil
	}
	if err := checkReplaceable(ctx, c, "stream", s.path); err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666) // less the user's umask
	if err == nil && s.csv {
		var head bytes.Buffer
		w := csv.NewWriter(&head)
		_ = w.Write(append(export.Header(s.columns), host.ClusterArgument)) // a buffer takes everything; a cluster may be added at any time
		w.Flush()
		_, err = f.Write(head.Bytes())
	}
	if err != nil {
		return c.Refuse("file", "", "cannot write %s: %s", s.path, reason(err))
	}
	s.to, s.file = f, f
	return nil
}

// run writes the records of each interval, and at the end those of the unfinished
// one.
func (s *stream) run(ctx context.Context) {
	defer close(s.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		end := s.next.Add(s.every)
		timer.Reset(max(end.Add(settle).Sub(s.commands.Env.Now()), 0))
		select {
		case <-timer.C:
		case <-ctx.Done():
			if now := s.commands.Env.Now(); now.After(s.next) {
				_ = s.write(s.past(now)) // ends with this record, whatever becomes of it
			}
			s.close()
			return
		}
		if err := s.write(s.past(end)); err != nil {
			s.commands.Env.Session.Say("%s ended after %s: %s; try: stream another.jsonl", s.path, graphs.Plural(s.records, "record"), reason(err))
			s.close()
			return
		}
		s.next = s.next.Add(s.every)
		// A machine that slept has no figures of that time.
		if behind := s.commands.Env.Now().Sub(s.next); behind > 2*s.every {
			s.next = s.next.Add(behind.Truncate(s.every))
		}
	}
}

func (s *stream) close() {
	if s.file != nil {
		_ = s.file.Sync() // an error cannot be reported any more
		_ = s.file.Close()
	}
}

func (s *stream) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// past returns the records of the interval that ends at end, groups first.
func (s *stream) past(end time.Time) []export.Record {
	taken := s.commands.Env.Session.Snapshot()
	var list []export.Record
	for _, g := range taken.Groups {
		one := s.record(end, g.Name, string(g.Kind), snapshot.GroupFigures(g.Kind))
		if s.csv || taken.Several() {
			one.Cluster = g.Cluster
		}
		list = append(list, one)
	}
	return append(list, s.record(end, snapshot.TotalGroup, export.Total, snapshot.TotalFigures()),
		s.record(end, snapshot.ProcessGroup, export.Process, snapshot.ProcessFigures()))
}

// record returns the record of a group for the interval that ends at end.
func (s *stream) record(end time.Time, group, kind string, figures []snapshot.Figure) export.Record {
	r := export.Record{At: s.next.Round(0), Group: group, Kind: kind}
	for _, f := range figures {
		column := columnOf(kind, f)
		if _, twice := r.Values.Get(column.Name); twice {
			continue
		}
		_, divisor := unitOf(f.Unit)
		v := s.commands.Env.Session.History(snapshot.Metric{Group: group, Figure: f.Name}, end.Add(-1), s.every, 1)[0]
		if n := export.Number(v / divisor); n.Known() {
			r.Values = append(r.Values, export.Entry[export.Number]{Name: column.Name, Value: n})
		}
	}
	return r
}

// write writes the records with known values in one write.
func (s *stream) write(records []export.Record) error {
	var b bytes.Buffer
	rows := csv.NewWriter(&b)
	n := 0
	for _, r := range records {
		if len(r.Values) == 0 {
			continue
		}
		n++
		if s.csv {
			_ = rows.Write(append(r.Row(s.columns), r.Cluster)) // a buffer takes everything
			continue
		}
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	rows.Flush()
	written, err := s.to.Write(b.Bytes())
	if err == nil {
		s.records += n
		return nil
	}
	if s.file != nil && written > 0 { // a full disk must not leave half a line at the end
		if at, failed := s.file.Seek(0, io.SeekCurrent); failed == nil {
			_ = s.file.Truncate(at - int64(written)) // the error before is the one to tell
		}
	}
	return err
}

// stop ends the stream and waits for its last record, within ctx.
func (s *stream) stop(ctx context.Context) error {
	s.cancel()
	ctx, cancel := context.WithTimeout(ctx, backgroundStopMax)
	defer cancel()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("cannot write the last record to %s", s.path)
	}
}

// StreamStop runs the command stream stop: stop the stream.
func StreamStop(ctx context.Context, c *host.Call) error {
	backgroundOf(c.Host).mu.Lock()
	s := backgroundOf(c.Host).stream
	backgroundOf(c.Host).stream = nil
	backgroundOf(c.Host).mu.Unlock()
	if s == nil || s.ended() {
		return c.Fail("stream run.jsonl", "not streaming")
	}
	if err := s.stop(ctx); err != nil {
		return c.Fail("", "%s", err)
	}
	if s.file != nil {
		c.Say("%s: %s", s.path, graphs.Plural(s.records, "record"))
	}
	return nil
}

// Close ends the stream, after its last record, and the metrics server. Call it after
// the Close of the session, so that they include its end.
func Close(ctx context.Context, c *host.Host) {
	backgroundOf(c).mu.Lock()
	stream, server := backgroundOf(c).stream, backgroundOf(c).server
	backgroundOf(c).stream, backgroundOf(c).server = nil, nil
	backgroundOf(c).mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backgroundStopMax)
	defer cancel()
	if stream != nil {
		_ = stream.stop(ctx) // nobody is left to tell
	}
	if server != nil {
		server.Close(ctx)
	}
}

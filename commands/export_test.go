package commands

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/report"
	"pulsh/session/export"
	"pulsh/session/snapshot"
)

// deaf is a listener that nobody connects to. Unlike a socket it lets virtual
// time pass.
type deaf struct{ closed chan struct{} }

func listenDeaf(string, string) (net.Listener, error) { return deaf{make(chan struct{})}, nil }

func (d deaf) Accept() (net.Conn, error) { <-d.closed; return nil, net.ErrClosed }
func (d deaf) Close() error              { close(d.closed); return nil }
func (d deaf) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9095} }

const webToken = "eyJhbGciOiJIUzI1NiJ9.s3cret"

// loaded is a session that has sent, received, expected and failed.
func loaded(t *testing.T) (*host.Host, string) {
	t.Helper()
	t.Setenv("PULSH_TEST_TOKEN", webToken)
	c := world(t, pretend(t))
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(token, []byte(webToken), 0o600))
	t.Chdir(dir)
	var out strings.Builder
	for _, line := range []string{
		"connect pulsar://localhost:6650 admin=http://localhost:8080 token_env=PULSH_TEST_TOKEN",
		"consume start sub1 topic=fast workers=2", "produce start fast rate=2k", "wait 8s",
		`mark "before the fix"`, "set fast batch=1", "wait 8s", "expect fast.rate>1k", "scale fast +2",
	} {
		require.NoError(t, c.Execute(t.Context(), line, &out), line)
	}
	require.Error(t, c.Execute(t.Context(), "expect fast.rate>1M", &out))
	require.Error(t, c.Execute(t.Context(), "scale nobody 2", &out))
	return c, dir
}

func TestExportsTellOfTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := loaded(t)
		var out strings.Builder
		for _, f := range export.Formats() {
			require.NoError(t, c.Execute(t.Context(), "export run"+f.Name, &out))
			text, err := os.ReadFile("run" + f.Name)
			require.NoError(t, err)
			require.NotContains(t, string(text), webToken)
			require.NotContains(t, string(text), "s3cret")
		}
		f, err := os.Open("run.json")
		require.NoError(t, err)
		defer f.Close()
		r, err := export.Read(f)
		require.NoError(t, err)
		require.Equal(t, "sub1 and fast on localhost:6650", r.Title)
		fast, ok := r.Group("fast")
		require.True(t, ok)
		batch, _ := fast.Settings.Get("batch")
		require.Equal(t, "1", batch)
		rate, _ := fast.Series.Get("rate_messages_per_second")
		require.Len(t, rate, r.Samples.Count)
		require.InDelta(t, 2000, float64(rate[len(rate)-3]), 20)
		require.Len(t, fast.Distributions, 3)
		require.Equal(t, []bool{true, false}, []bool{r.Checks[0].Passed, r.Checks[1].Passed})
		require.Equal(t, "before the fix", r.Timeline[3].Text)
		require.Contains(t, r.Script, "produce start fast rate=2k\nwait 8s\nmark \"before the fix\"\nset fast batch=1\nwait 8s\nexpect fast.rate>1k\nscale fast +2\n# expect fast.rate>1M")
		_, err = ParseScript("again.pulsh", r.Script)
		require.NoError(t, err, "what does it again can be run")
		prom, err := os.ReadFile("run.prom")
		require.NoError(t, err)
		problems, err := promlint.New(strings.NewReader(string(prom))).Lint()
		require.NoError(t, err)
		require.Empty(t, problems)
		page, err := os.ReadFile("run.html")
		require.NoError(t, err)
		require.Contains(t, string(page), "before the fix")
		log, err := os.ReadFile("run.hlog")
		require.NoError(t, err)
		require.Contains(t, string(log), "Tag=sub1.e2e,")
	})
}

// The last rows of a CSV are the figures that show has, and those of the groups
// add up to the total, also after a group has stopped.
func TestAnExportEndsWithTheFinalFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := loaded(t)
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "produce start slow topic=fast rate=333", &out))
		require.NoError(t, c.Execute(t.Context(), "wait 1500ms; produce stop fast; export run.csv; export run.json", &out))
		f, err := os.Open("run.csv")
		require.NoError(t, err)
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		cell := func(row []string, column string) int {
			n, err := strconv.Atoi(row[slices.Index(rows[0], column)])
			require.NoError(t, err, column)
			return n
		}
		s := c.Env.Session.Snapshot()
		last, sum := rows[len(rows)-len(s.Groups)-2:], map[string]int{}
		for i, g := range s.Groups {
			require.Equal(t, []string{g.Name, string(g.Kind)}, last[i][1:3])
			if g.Producer == nil {
				require.EqualValues(t, g.Consumer.Received, cell(last[i], "received"))
				continue
			}
			require.EqualValues(t, g.Producer.Sent, cell(last[i], "sent"))
			require.EqualValues(t, g.Producer.Acked, cell(last[i], "acked"))
			sum["sent"] += cell(last[i], "sent")
			sum["acked"] += cell(last[i], "acked")
		}
		total := last[len(s.Groups)]
		require.Equal(t, export.Total, total[1])
		for column, n := range sum {
			require.Equal(t, n, cell(total, column), column)
		}
		text, err := os.Open("run.json")
		require.NoError(t, err)
		defer text.Close()
		r, err := export.Read(text)
		require.NoError(t, err)
		sub1, _ := r.Group("sub1")
		require.Len(t, sub1.Workers, 2)
		require.Positive(t, sub1.Workers[0].Received)
	})
}

func TestAnExportReplacesNothingUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, dir := loaded(t)
		var out strings.Builder
		require.NoError(t, os.WriteFile("run.json", []byte("mine"), 0o600))
		err := c.Execute(t.Context(), "export run.json", &out)
		require.Equal(t, "         ^^^^^^^^ \"run.json\" already exists\n  try: export run.json force", Paint(err, 2))
		kept, _ := os.ReadFile("run.json")
		require.Equal(t, "mine", string(kept))
		require.NoError(t, c.Execute(t.Context(), "export run.json force=on", &out))
		require.NoError(t, os.Mkdir("folder.csv", 0o700))
		require.ErrorContains(t, c.Execute(t.Context(), "export folder.csv force=on", &out), "is not a file")
		require.ErrorContains(t, c.Execute(t.Context(), "export nowhere/run.csv", &out), `no folder "nowhere"`)
		require.NoError(t, os.Mkdir("sealed", 0o500))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, c.Execute(ctx, "export run.csv", &out), context.Canceled)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			require.False(t, strings.HasPrefix(e.Name(), "."), "%s was left behind", e.Name())
		}
		out.Reset()
		require.NoError(t, c.Execute(t.Context(), "export", &out))
		require.FileExists(t, report.DefaultExport(time.Now()))
		require.Contains(t, out.String(), "pulsh-2000")
	})
}

func TestWhatWasNotWrittenIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.csv")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))
	full := errors.New("no space left on device")
	_, err := report.WriteWhole(t.Context(), path, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return full
	})
	require.ErrorIs(t, err, full)
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(kept))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestAStreamAppendsWholeIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := loaded(t)
		var out strings.Builder
		run := func(line string) { require.NoError(t, c.Execute(t.Context(), line, &out), line) }
		run("stream run.csv every=2s")
		require.ErrorContains(t, c.Execute(t.Context(), "stream more.csv", &out), "already streaming to run.csv")
		run("wait 11s; stream stop; stream run.jsonl; wait 3500ms")
		text, err := os.ReadFile("run.csv")
		require.NoError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, append(export.Header(report.ReportColumns()), "cluster"), rows[0])
		var times []time.Time
		for _, row := range rows[1:] {
			if row[1] != "fast" {
				continue
			}
			at, err := time.Parse(time.RFC3339, row[0])
			require.NoError(t, err)
			times = append(times, at)
		}
		require.GreaterOrEqual(t, len(times), 6)
		for i, at := range times {
			require.Zero(t, at.UnixNano()%int64(2*time.Second), "intervals begin at multiples of their length")
			if i > 0 {
				require.Equal(t, 2*time.Second, at.Sub(times[i-1]))
			}
		}
		c.Env.Session.Close(t.Context())
		report.Close(t.Context(), c)
		lines, err := os.ReadFile("run.jsonl")
		require.NoError(t, err)
		groups := map[string]int{}
		for line := range strings.Lines(string(lines)) {
			var record map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			groups[record["group"].(string)]++
			if record["group"] == "fast" && groups["fast"] == 2 {
				require.InDelta(t, 2000, record["rate_messages_per_second"], 20)
				require.Contains(t, record, "latency_p99_ms")
			}
		}
		require.GreaterOrEqual(t, groups["fast"], 4)
		require.Equal(t, groups["fast"], groups["process"])
	})
}

// full is a disk that takes so many writes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errors.New("no space left on device")
	}
	f.left--
	return len(p), nil
}

func TestAFullDiskEndsAStreamAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := loaded(t)
		c.Env.Output = &full{left: 2}
		var out strings.Builder
		for len(c.Env.Session.Notes()) > 0 {
			<-c.Env.Session.Notes()
		}
		require.NoError(t, c.Execute(t.Context(), "stream -; wait 6s; expect fast.rate>1k", &out))
		note := <-c.Env.Session.Notes()
		require.Regexp(t, `^- ended after \d+ records: no space left on device; try: stream another.jsonl$`, note.Text)
		require.ErrorContains(t, c.Execute(t.Context(), "stream stop", &out), "not streaming")
		c.Env.Output = nil
		require.ErrorContains(t, c.Execute(t.Context(), "stream -", &out), "standard output is the terminal")
		require.NoError(t, c.Execute(t.Context(), "stream run.jsonl; stream stop", &out))
	})
}

func TestWhereMetricsAreServed(t *testing.T) {
	for _, test := range []struct {
		text, address string
		remote        bool
	}{
		{"9095", "127.0.0.1:9095", false}, {":9095", "127.0.0.1:9095", false}, {"localhost:1", "localhost:1", false}, {"127.3.2.1:0", "127.3.2.1:0", false},
		{"[::1]:9095", "[::1]:9095", false}, {"0.0.0.0:9095", "0.0.0.0:9095", true}, {"[::]:9095", "[::]:9095", true}, {"host:9095", "host:9095", true}, {"10.0.0.1:80", "10.0.0.1:80", true},
	} {
		address, remote, err := kinds.ParseMetricsAddress(test.text)
		require.NoError(t, err, test.text)
		require.Equal(t, test.address, address)
		require.Equal(t, test.remote, remote, test.text)
	}
	for _, text := range []string{"", "x", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "a b:1", "user@host:1", "::1:9095:x", "host:http"} {
		_, _, err := kinds.ParseMetricsAddress(text)
		require.Error(t, err, text)
	}
}

func TestEveryFigureIsExportedOrKnownToBeLeftOut(t *testing.T) {
	left := map[string]string{
		"rate_messages_per_second": "the rate of a counter", "average_messages_per_second": "the rate of a counter", "throughput_bytes_per_second": "the rate of a counter",
		"ackrate_messages_per_second": "the rate of a counter", "broker_in_messages_per_second": "the broker serves its own", "broker_out_messages_per_second": "the broker serves its own",
		"receive_messages_per_second": "the rate of a counter", "txn_rate": "the rate of a counter", "workers": "a family of all groups", "collections": "the Go runtime serves its own",
	}
	text := func(r *export.Report) string {
		var b strings.Builder
		require.NoError(t, export.Write(t.Context(), &b, r, export.Prom, func(float64) {}))
		return b.String()
	}
	for kind, figures := range map[string][]snapshot.Figure{export.Produce: snapshot.GroupFigures(snapshot.Produce), export.Consume: snapshot.GroupFigures(snapshot.Consume), export.Process: snapshot.ProcessFigures()} {
		for _, column := range report.ColumnsOf(kind, figures) {
			if _, known := left[column.Name]; known || column.Unit == export.Milliseconds {
				continue
			}
			g := export.Group{Name: "x", Kind: kind, Figures: export.Table[export.Number]{{Name: column.Name, Value: 4711}}}
			r := &export.Report{Groups: []export.Group{g}}
			if kind == export.Process {
				r = &export.Report{Process: g}
			}
			assert.Regexp(t, `\b(4711|47\.11)\b`, text(r), "%s of a %s group reaches nobody: it needs a row in session/export/exported.go, or a reason here", column.Name, kind)
		}
	}
}

package frames

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
	"pulsh/shell/screen"
)

// sizes are the sizes of the terminals that frames are drawn for.
var sizes = []struct{ width, height int }{{40, 12}, {80, 24}, {140, 40}, {200, 50}}

// bodyMin is what the screen leaves to output and input line at least.
const bodyMin = 7

// draw returns all rows of a frame and checks their size.
func draw(t *testing.T, f *Frames, width, height int) []string {
	t.Helper()
	frame := f.Frame(at, width, screen.Budget(height))
	rows := append(frame.Graph, frame.Status...)
	for _, row := range rows {
		require.Equal(t, width, graphs.Width(row), "%q", row)
	}
	require.LessOrEqual(t, len(rows), max(height-1, 0))
	if height > bodyMin {
		require.LessOrEqual(t, len(rows), height-bodyMin)
	}
	return rows
}

// looks are the abilities of terminals, by the suffix of their golden files.
var looks = map[string]Look{"": {}, "-ascii": {ASCII: true}, "-color": {Color: true}}

// picture is one scene to draw.
type picture struct {
	name  string
	scene *scene
	shown Picture
	looks bool // in every look
}

// pictures are the scenes of a session's life.
func pictures() []picture {
	defaults := spec.DefaultPreferences()
	many := sessionAt()
	for i := range 10 {
		g := producer(fmt.Sprintf("p%d", i), 14e3, 14e3)
		if i%2 == 1 {
			g = consumer(fmt.Sprintf("c%d", i), 9e3)
		}
		many.Groups = append(many.Groups, g)
	}
	many.Groups[8].Producer.Failed = 12
	empty := sessionAt()
	empty.Marks = nil
	drained := running()
	drained.snapshot.Groups[1].Consumer.Drain = &snapshot.Drain{ETA: 133 * time.Second}
	drained.snapshot.Groups[1].Consumer.Delivery.Redelivered = 1200
	none := sessionAt()
	none.Cluster = snapshot.Cluster{State: snapshot.Unconnected}
	slow := running()
	slow.preferences.P99, slow.preferences.Backlog = spec.Limits{Warn: 5e6, Fail: 10e6}, spec.Limits{Warn: 1e6}
	slow.preferences.CPU = spec.Limits{Fail: 10}
	slow.snapshot.Groups[0].Producer.Latency = quantiles(2*time.Millisecond, 7*time.Millisecond, 9*time.Millisecond)
	slow.snapshot.Groups[0].Producer.Rate = 45e3
	latency := Graph{Metrics: []snapshot.Metric{metric("fast.latency.p50"), metric("fast.latency.p99")}, Window: time.Minute, Log: true}
	heat := Graph{Heat: snapshot.Metric{Group: "fast", Figure: "latency"}, Window: time.Minute}
	load := rates("fast", "sub1")
	pair := Picture{Graphs: []Graph{load, latency}}
	stacked := Picture{Graphs: []Graph{load, latency}, Layout: Stacked}
	return []picture{
		{"running", running(), Picture{Graphs: []Graph{load}}, true},
		{"pair", running(), pair, false},
		{"stacked", running(), stacked, true},
		{"log", running(), Picture{Graphs: []Graph{latency}}, true},
		{"heat", running(), Picture{Graphs: []Graph{heat}}, true},
		{"frozen", running(), Picture{Graphs: []Graph{load}, Until: at.Add(-10 * time.Second)}, true},
		{"off", running(), Picture{}, false},
		{"empty", &scene{snapshot: empty, preferences: defaults}, Picture{}, false},
		{"away", away(4*time.Second, 3), Picture{Graphs: []Graph{load}}, true},
		{"dead", away(72*time.Second, 71), Picture{Graphs: []Graph{load}}, true},
		{"drain", drained, Picture{Graphs: []Graph{{Metrics: []snapshot.Metric{metric("sub1.backlog")}, Window: 5 * time.Minute}}}, false},
		{"unconnected", &scene{snapshot: none, preferences: defaults}, Picture{}, false},
		{"many", &scene{snapshot: many, past: past, preferences: defaults}, Picture{Graphs: []Graph{rates("p4", "c5")}}, true},
		{"slow", slow, Picture{Graphs: []Graph{load}}, true},
		{"states", &scene{snapshot: states(), past: past, preferences: defaults}, Picture{Graphs: []Graph{load}}, true},
		{"clusters", clusters(), Picture{Graphs: []Graph{load}}, true},
		{"removed", running(), Picture{Graphs: []Graph{rates("gone")}}, false},
	}
}

// clusters is a session on its own cluster and two others, one of which is away.
func clusters() *scene {
	s := running()
	s.snapshot.Cluster.Label = spec.OwnCluster
	s.snapshot.Clusters = []snapshot.Cluster{
		{Label: "eu", State: snapshot.Up, Version: "4.0.8"},
		{Label: "us", State: snapshot.Reconnecting, Since: at.Add(-72 * time.Second), Why: "connection refused"},
	}
	for i := range s.snapshot.Groups {
		s.snapshot.Groups[i].Cluster = spec.OwnCluster
	}
	s.snapshot.Groups[0].Cluster = "eu"
	return s
}

// away is a session whose broker has not answered for a while.
func away(since time.Duration, tries int) *scene {
	s := running()
	c := &s.snapshot.Cluster
	c.State, c.Since, c.Why, c.Tries = snapshot.Reconnecting, at.Add(-since), "connection refused", tries
	p, q := s.snapshot.Groups[0].Producer, s.snapshot.Groups[1].Consumer
	p.Rate, p.BytesPerSecond, p.Latency, p.Lag = 0, 0, snapshot.Latencies{}, snapshot.Latencies{}
	q.Rate, q.BytesPerSecond, q.E2E, q.Processing = 0, 0, snapshot.Latencies{}, snapshot.Latencies{}
	s.snapshot.Marks = []snapshot.Mark{s.snapshot.Marks[0], {At: at.Add(-since), Number: 2, Kind: snapshot.MarkError, Text: "broker unreachable"}}
	s.past = func(m snapshot.Metric, age time.Duration) float64 {
		if m.Figure != "target" && age < since {
			return 0
		}
		return past(m, age)
	}
	return s
}

func TestFrames(t *testing.T) {
	for _, p := range pictures() {
		t.Run(p.name, func(t *testing.T) {
			for suffix, look := range looks {
				if suffix != "" && !p.looks {
					continue
				}
				for _, size := range sizes {
					if suffix != "" && size.width == 140 {
						continue
					}
					f := New(p.scene, func(*snapshot.Snapshot) Picture { return p.shown }, look)
					golden(t, fmt.Sprintf("%s-%dx%d%s", p.name, size.width, size.height, suffix), draw(t, f, size.width, size.height))
				}
			}
		})
	}
}

// TestLooksSayTheSame checks that colours add only SGR sequences, and that ASCII
// changes no width.
func TestLooksSayTheSame(t *testing.T) {
	sequences := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, p := range pictures() {
		for _, size := range sizes {
			rows := func(look Look) []string {
				f := New(p.scene, func(*snapshot.Snapshot) Picture { return p.shown }, look)
				return draw(t, f, size.width, size.height)
			}
			plain, coloured, ascii := rows(Look{}), rows(Look{Color: true}), rows(Look{ASCII: true})
			require.Len(t, ascii, len(plain))
			for y, row := range coloured {
				require.Equal(t, plain[y], sequences.ReplaceAllString(row, ""), p.name)
				require.Equal(t, graphs.ASCII(ascii[y]), ascii[y])
				require.NotContains(t, plain[y], "\x1b")
			}
		}
	}
}

// states has a group in every state, and every kind of trouble.
func states() *snapshot.Snapshot {
	s := sessionAt(producer("fast", 41e3, 50e3), consumer("sub1", 61.3e3))
	s.Groups[0].Producer.Failed, s.Groups[0].Producer.Limit = 31, "client CPU"
	s.Groups[1].Consumer.Delivery.Lost = 7
	s.Groups[1].Consumer.Drain = &snapshot.Drain{ETA: 133 * time.Second}
	s.Totals.Lost = 7
	for _, state := range []snapshot.State{snapshot.Ready, snapshot.Starting, snapshot.Paused, snapshot.Stopping, snapshot.Stopped, snapshot.Failed} {
		g := producer(string(state), 0, 1e3)
		g.State = state
		s.Groups = append(s.Groups, g)
	}
	s.Groups[7].LastError = "fast is not authorised to send to persistent://public/default/fast"
	seeking := consumer("seeking", 412)
	seeking.State, seeking.Consumer.Backlog.Known = snapshot.Seeking, false
	again := consumer("again", 412)
	again.Consumer.Delivery.Redelivered = 1200
	fastest := producer("fastest", 883e3, 0)
	fastest.Producer.Target = pacingMax
	fastest.Producer.Missed = 4
	s.Groups = append(s.Groups, seeking, again, fastest)
	return s
}

// TestColumnsStand checks that no word moves when digits change.
func TestColumnsStand(t *testing.T) {
	for _, size := range sizes {
		var before []string
		for _, n := range []float64{1, 12, 999, 1000, 54_321, 999_499, 1e6, 87e6} {
			s := running()
			p, c := s.snapshot.Groups[0].Producer, s.snapshot.Groups[1].Consumer
			p.Rate, p.BytesPerSecond, p.Failed = n, n*100, 0
			c.Rate, c.BytesPerSecond, c.Backlog.Messages = n, n*100, int64(n)
			p.Latency = quantiles(time.Duration(n), time.Duration(n*100), time.Duration(n*1000))
			c.E2E, p.Lag, c.Processing = p.Latency, p.Latency, p.Latency
			s.snapshot.Totals = snapshot.Totals{Sent: int64(n), Received: int64(n) * 7}
			s.snapshot.Process.CPU, s.snapshot.Process.RSS = min(n, 800), int64(n)<<4
			s.snapshot.Elapsed = time.Duration(n) * time.Second
			var places []string
			for _, row := range New(s, nil, Look{}).Frame(at, size.width, screen.Budget(size.height)).Status {
				for _, word := range []string{"fast", "sub1", "●", "8w", "2w", "p50", "e2e", "p99", "failed", "behind", "sent", "received", "lost", "dup", "cpu", "mem"} {
					before, _, found := strings.Cut(row, word)
					places = append(places, fmt.Sprint(word, found, graphs.Width(before)))
				}
			}
			if before != nil {
				require.Equal(t, before, places, "%v at %dx%d", n, size.width, size.height)
			}
			before = places
		}
	}
}

// TestGraphStands checks that from frame to frame only the newest column of the
// graph changes, until all columns move by one.
func TestGraphStands(t *testing.T) {
	s := running()
	s.snapshot.Marks = s.snapshot.Marks[:2]
	f := New(s, showing(rates("fast", "sub1")), Look{})
	column := time.Minute / time.Duration(graphs.PlotWidth(80))
	var before []string
	var moved time.Time
	for step := range 100 {
		s.snapshot.At = at.Add(time.Duration(step) * metrics.SampleEvery)
		now := f.Frame(s.snapshot.At, 80, screen.Budget(24)).Graph
		bucket := time.Unix(0, s.snapshot.At.UnixNano()/int64(column)*int64(column))
		if bucket.Equal(moved) {
			require.Equal(t, before, now)
		}
		before, moved = now, bucket
	}
}

func TestChoose(t *testing.T) {
	var groups []snapshot.Group
	for i := range 10 {
		groups = append(groups, producer(fmt.Sprint("g", i), 1, 1))
	}
	groups[7].State = snapshot.Failed
	kept, rest := choose(groups, []Graph{rates("g4")}, 4)
	require.Len(t, rest, 7)
	var names []string
	for _, g := range kept {
		names = append(names, g.Name)
	}
	require.Equal(t, []string{"g0", "g4", "g7"}, names)
	kept, rest = choose(groups, nil, 1)
	require.Empty(t, kept)
	require.Len(t, rest, 10)
	kept, rest = choose(groups, nil, 10)
	require.Len(t, kept, 10)
	require.Empty(t, rest)
}

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		height, groups int
		graph          bool
		want           rows
	}{
		{24, 2, true, rows{graph: 12, groups: 2}},
		{24, 10, true, rows{graph: 11, groups: 3}},
		{24, 10, false, rows{groups: 7}},
		{12, 2, true, rows{groups: 2}},
		{12, 10, true, rows{groups: 4}},
		{50, 2, true, rows{graph: 20, groups: 2}},
		{50, 40, true, rows{graph: 20, groups: 11}},
		{24, 0, true, rows{graph: 12}},
		{8, 2, true, rows{}},
		{16, 2, true, rows{graph: 6, groups: 2}},
	} {
		require.Equal(t, c.want, divide(screen.Budget(c.height), c.groups, c.graph), "%+v", c)
	}
	for height := 1; height < 100; height++ {
		for groups := range 64 {
			room := screen.Budget(height)
			r := divide(room, groups, true)
			require.LessOrEqual(t, r.graph+r.groups+min(room, 1), room)
			require.True(t, r.graph == 0 || r.graph >= graphMin)
			require.GreaterOrEqual(t, r.groups, 0)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct{ metrics, title, names string }{
		{"fast.rate", "", "fast"},
		{"fast.rate sub1.rate", "", "fast sub1"},
		{"fast.p99 sub1.p99", "p99", "fast sub1"},
		{"fast.p50 fast.p99", "fast", "p50 p99"},
		{"fast.service.p50 fast.service.p99", "fast service", "p50 p99"},
		{"fast.service.p50 fast.lag.p99", "fast", "service.p50 lag.p99"},
		{"fast.rate sub1.average", "", "fast.rate sub1.average"},
		{"sub1.backlog", "backlog", "sub1"},
	} {
		var list []snapshot.Metric
		for _, text := range strings.Fields(c.metrics) {
			list = append(list, metric(text))
		}
		title, names := label(list)
		require.Equal(t, c.title, title, c.metrics)
		require.Equal(t, c.names, strings.Join(names, " "), c.metrics)
	}
	title, names := label(nil)
	require.Empty(t, title)
	require.Empty(t, names)
}

func TestNothing(t *testing.T) {
	f := New(&scene{}, nil, Look{})
	require.Empty(t, f.Frame(at, 80, screen.Budget(24)))
	require.Empty(t, Summary(nil))
	require.Empty(t, New(running(), nil, Look{}).Frame(at, 80, screen.Budget(1)))
	require.Len(t, New(running(), nil, Look{}).Frame(at, 80, screen.Budget(2)).Status, 1)
}

// FuzzFrame checks that rows have their width for any size and any figures.
func FuzzFrame(f *testing.F) {
	f.Add(80, 24, "fast", "sub1", 50e3, int64(8_200_000), uint8(2))
	f.Add(1, 1, "日本語", "", -1.0, int64(-1), uint8(255))
	f.Add(250, 80, "a-name-that-is-as-long-as-they-get", "x\x1b[31m", 1e300, int64(1)<<62, uint8(77))
	f.Fuzz(func(t *testing.T, width, height int, a, b string, rate float64, n int64, bits uint8) {
		width, height = width&0xff, height&0x7f
		s := states()
		s.Groups[0].Name, s.Groups[1].Name = a, b
		s.Groups[0].Producer.Rate, s.Groups[0].Producer.Failed = rate, n
		s.Groups[1].Consumer.Rate, s.Groups[1].Consumer.Backlog.Messages = rate, n
		s.Groups[7].LastError, s.Cluster.Name = b, a
		s.Groups = s.Groups[:min(int(bits)%13, len(s.Groups))]
		fr := New(&scene{snapshot: s, past: past, preferences: spec.DefaultPreferences()}, showing(rates("fast", "sub1"), rates(a), Graph{Window: time.Duration(n), Log: bits&4 != 0}), Look{Color: bits&1 != 0, ASCII: bits&2 != 0})
		for _, row := range draw(t, fr, width, height) {
			if bits&3 == 2 {
				require.Equal(t, graphs.ASCII(row), row)
			}
		}
		Summary(s)
	})
}

// TestAllSizes draws the same scene in all sizes.
func TestAllSizes(t *testing.T) {
	s := &scene{snapshot: states(), past: past, preferences: spec.DefaultPreferences()}
	f := New(s, showing(rates("fast", "sub1")), Look{})
	for width := 1; width <= 250; width += 7 {
		for height := 1; height <= 80; height += 9 {
			draw(t, f, width, height)
		}
	}
}

// recorded is a scene whose past has been computed before, so that a benchmark
// measures the frames alone.
type recorded struct {
	*scene
	columns map[snapshot.Metric][]float64
}

func (r *recorded) History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64 {
	if r.columns == nil {
		r.columns = map[snapshot.Metric][]float64{}
	}
	if r.columns[m] == nil {
		r.columns[m] = r.scene.History(m, end, window, n)
	}
	return r.columns[m]
}

func BenchmarkFrame(b *testing.B) {
	s := running()
	shown := rates("fast", "sub1")
	for i := range 4 {
		name := fmt.Sprint("more", i)
		s.snapshot.Groups = append(s.snapshot.Groups, producer(name, 5e3, 5e3))
		shown.Metrics = append(shown.Metrics, metric(name+".rate"))
	}
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(b *testing.B) {
			f := New(&recorded{scene: s}, showing(shown), Look{Color: true})
			b.ReportAllocs()
			for b.Loop() {
				f.Frame(at, size.width, screen.Budget(size.height))
			}
		})
	}
}

// TestTheSummaryCountsRemovedGroups: a run that removes groups counts their messages too.
func TestTheSummaryCountsRemovedGroups(t *testing.T) {
	s := &snapshot.Snapshot{Totals: snapshot.Totals{RemovedSent: 2_000_000, RemovedReceived: 1_999_000}}
	s.Process.CPUTime = 2 * time.Second
	lines := strings.Join(Summary(s), "\n")
	require.Contains(t, lines, "removed groups: 2,000,000 sent · 1,999,000 received")
	require.Contains(t, lines, "2.0 CPU s (1.00 per million)")
}

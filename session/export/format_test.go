package export

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
)

func TestAReportIsReadAsItWasWritten(t *testing.T) {
	r := lived(t, 60, 2)
	text := written(t, r, JSON)
	require.Equal(t, 1, strings.Count(text, "\n"))
	back, err := Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, text, written(t, back, JSON))
	require.Equal(t, r.Groups[0].Settings, back.Groups[0].Settings, "in order")
	rate, ok := back.Groups[0].Series.Get("rate_messages_per_second")
	require.True(t, ok)
	require.False(t, rate[0].Known(), "null is not known")
	require.True(t, rate[5].Known())
}

// Conditions and JSON have the same names for figures; CSV has names with units.
func TestJSONHasTheNamesOfMetrics(t *testing.T) {
	var d map[string]any
	require.NoError(t, json.Unmarshal([]byte(written(t, lived(t, 12, 2), JSON)), &d))
	require.EqualValues(t, 2, d["version"])
	require.EqualValues(t, 12, d["elapsed_seconds"])
	group := d["groups"].([]any)[0].(map[string]any)
	require.Contains(t, group["figures"], "rate")
	require.Contains(t, group["figures"], "latency.p99")
	require.Contains(t, group["series"], "latency.p99.9")
	require.NotContains(t, group["series"], "latency_p99_9_ms")
	term := d["checks"].([]any)[0].(map[string]any)["terms"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{"metric": "fast.p99", "op": "<", "limit": 20.0, "unit": "ms", "last": 4.8, "best": 4.1, "worst": 6.2}, term)
	require.NotContains(t, d, "run", "a session is no run of scripts")
}

// Every name in the document is in lower case with underscores.
func TestJSONHasOneSpelling(t *testing.T) {
	r := lived(t, 12, 2)
	r.Run = &Run{Scripts: []string{"a"}, Schedules: []Schedule{{Group: "fast"}}}
	r.Groups[0].Workers = []Worker{{Worker: 1, Sent: 5, Received: 1, Failed: 1, Acked: 1, Nacked: 1, Dropped: 1}}
	var d any
	require.NoError(t, json.Unmarshal([]byte(written(t, r, JSON)), &d))
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for name, one := range v {
				require.Regexp(t, `^[a-z][a-z0-9]*([_.][a-z0-9]+)*$`, name)
				require.NotRegexp(t, `_s$|_seconds_`, name)
				walk(one)
			}
		}
	}
	walk(d)
}

func TestAReportWithoutGroupsHasNoNulls(t *testing.T) {
	text := written(t, &Report{Version: Version}, JSON)
	require.NotContains(t, text, "null")
}

// A file of version 1 has its figures by column, and compares with one of
// version 2.
func TestVersion1IsRead(t *testing.T) {
	f, err := os.Open("testdata/version1.json")
	require.NoError(t, err)
	defer f.Close()
	old, err := Read(f)
	require.NoError(t, err)
	require.Equal(t, 1, old.Version)
	acked, ok := old.Groups[0].Figures.Get("acked")
	require.True(t, ok)
	require.EqualValues(t, 3_600_409, acked)
	require.Equal(t, "fast.p99 < 20ms for 5s", old.Checks[0].Condition)
	now, err := Read(strings.NewReader(written(t, lived(t, 12, 16), JSON)))
	require.NoError(t, err)
	rows, alone := Compare(old, now)
	require.Empty(t, alone)
	p99 := find(t, rows, "latency p99")
	require.Equal(t, Worse, p99.Verdict)
	require.InDelta(t, 8, p99.Ratio, 1)
	require.Equal(t, Milliseconds, p99.Unit)
}

func TestWhatIsNoReport(t *testing.T) {
	for text, says := range map[string]string{
		"":                "it ends too early",
		`{"version":1,`:   "it ends too early",
		"time,group":      "it is not JSON from byte",
		`{"a":1}`:         "no report of pulsh",
		`[1]`:             "array",
		`{"version":99}`:  "version 99",
		`{"version":"x"}`: "version is string",
		`{"version":1,"groups":[{"series":{"a":["x"]}}]}`: "not a number",
		`{"version":1,"groups":[{"series":[1]}]}`:         "where an object was expected",
		`{"version":1,"samples":{"count":-1}}`:            "no time",
	} {
		_, err := Read(strings.NewReader(text))
		require.ErrorContains(t, err, says, text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"version":1,"samples":{"from":"2026-11-22T10:00:00Z","step_seconds":1,"count":3},"groups":[{"name":"a","kind":"produce","series":{"rate_messages_per_second":[1,null,3]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read(strings.NewReader(text))
		if err != nil || r.Samples.Count > 1000 || len(r.Groups) > 8 {
			return
		}
		Compare(r, r)
		Compare(r.Between(r.Samples.From, r.Samples.From.Add(time.Minute)), r)
		for _, as := range []Format{JSON, Prom} {
			require.NoError(t, Write(context.Background(), &strings.Builder{}, r, as, func(float64) {}))
		}
	})
}

func TestRowsOfSeveralClustersNameThem(t *testing.T) {
	r := lived(t, 60, 2)
	r.Clusters = []Cluster{{Label: "eu"}}
	for i := range r.Groups {
		r.Groups[i].Cluster = "eu"
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, r, CSV))).ReadAll()
	require.NoError(t, err)
	for i, row := range rows {
		require.Len(t, row, 4+len(r.Columns))
		want := map[string]string{"group": "cluster", "fast": "eu", "sub1": "eu"}[row[1]]
		require.Equal(t, want, row[len(row)-1], "row %d", i)
	}
	data, err := json.Marshal(Record{Group: "fast", Kind: Produce, Cluster: "eu"})
	require.NoError(t, err)
	require.Contains(t, string(data), `"cluster":"eu"`)
	text := written(t, r, Prom)
	require.Contains(t, text, `pulsh_group_info{cluster="eu",group="fast"`)
	require.Contains(t, text, `pulsh_added_cluster_up{cluster="eu"} 0`)
	require.Contains(t, written(t, r, JSON), `"cluster":"eu"`)
}

func TestRowsAreSamples(t *testing.T) {
	r := lived(t, 60, 2)
	rows, err := csv.NewReader(strings.NewReader(written(t, r, CSV))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, Header(r.Columns), rows[0])
	require.Equal(t, "rate_messages_per_second", rows[0][3])
	require.Equal(t, []string{"2026-11-22T10:41:55.000Z", "fast", "produce", ""}, rows[1][:4], "nothing is known of the rate yet")
	var times []string
	for _, row := range rows[1:] {
		require.Len(t, row, 3+len(r.Columns))
		if row[1] == "fast" {
			times = append(times, row[0])
		}
	}
	require.Len(t, times, 61)
	require.IsIncreasing(t, times)
	last := rows[len(rows)-4:]
	for i, g := range r.all() {
		require.Equal(t, []string{"2026-11-22T10:42:55.000Z", g.Name, g.Kind}, last[i][:3], "the end")
		for j, c := range r.Columns {
			want := ""
			if v, ok := g.Figures.Get(c.Name); ok {
				want = v.text()
			}
			require.Equal(t, want, last[i][3+j], c.Name)
		}
	}
	rate, _ := r.Groups[0].Series.Get("rate_messages_per_second")
	require.Equal(t, rate[5].text(), rows[1+5*3][3], "fast, sub1 and process a second")
}

func TestARecordIsARowOrAnObject(t *testing.T) {
	columns := []Column{{Name: "a_ms", Unit: Milliseconds}, {Name: "b", Unit: Count}, {Name: "c", Unit: Count}}
	r := Record{At: begin(), Group: "fast", Kind: Produce, Values: Table[Number]{{"b", 12}, {"a_ms", Number(math.NaN())}, {"c", 0.25}}}
	require.Equal(t, []string{"2026-11-22T10:41:55.000Z", "fast", "produce", "", "12", "0.25"}, r.Row(columns))
	text, err := r.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{"time":"2026-11-22T10:41:55.000Z","group":"fast","kind":"produce","b":12,"c":0.25}`, string(text))
}

func TestALogHoldsEveryValue(t *testing.T) {
	r := lived(t, 30, 2)
	text := written(t, r, HdrLog)
	require.Contains(t, text, "#[StartTime: 1795344115 (seconds since epoch), 2026-11-22T10:41:55Z]")
	for _, d := range r.Groups[0].Distributions {
		reader := hdrhistogram.NewHistogramLogReader(strings.NewReader(text))
		all := hdrhistogram.New(1, 3_600_000_000, 3)
		intervals := 0
		for {
			h, err := reader.NextIntervalHistogram()
			require.NoError(t, err)
			if h == nil {
				break
			}
			if h.Tag() == "fast."+d.Name {
				intervals++
				require.Zero(t, all.Merge(h))
			}
		}
		require.Equal(t, 30, intervals)
		require.Equal(t, d.Total.Count, all.TotalCount())
		require.InEpsilon(t, d.Total.P99*1000, float64(all.ValueAtQuantile(99)), 0.002)
		require.InEpsilon(t, d.Total.Max*1000, float64(all.Max()), 0.002)
	}
}

func TestWritingEndsWithItsContext(t *testing.T) {
	r := lived(t, 30, 2)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, as := range []Format{CSV, HdrLog} {
		require.ErrorIs(t, Write(ctx, &strings.Builder{}, r, as, func(float64) {}), context.Canceled)
	}
}

func TestAFormatIsAnEnding(t *testing.T) {
	for path, want := range map[string]Format{"a.json": JSON, "b/C.HTML": HTML, "x.y.csv": CSV, "a.prom": Prom, "a.hlog": HdrLog} {
		as, err := FormatOf(path)
		require.NoError(t, err)
		require.Equal(t, want, as)
	}
	_, err := FormatOf("a.txt")
	require.EqualError(t, err, `"a.txt" does not end in one of .json .csv .prom .html .hlog`)
}

func TestColumnsCarryTheirUnits(t *testing.T) {
	for _, test := range []struct {
		kind, figure string
		unit         Unit
		want         string
	}{{Produce, "p99.9", Milliseconds, "latency_p99_9_ms"}, {Consume, "p99", Milliseconds, "e2e_p99_ms"}, {Produce, "service.max", Milliseconds, "service_max_ms"},
		{Produce, "mbps", BytesPerSecond, "throughput_bytes_per_second"}, {Consume, "broker.out", PerSecond, "broker_out_messages_per_second"}, {Total, "sent", Count, "sent"}} {
		require.Equal(t, test.want, ColumnName(test.kind, test.figure, test.unit))
	}
}

// The documentation of the JSON document names all that is in it.
func TestTheDocumentIsDescribedWhole(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, one := range []reflect.Type{reflect.TypeFor[Report](), reflect.TypeFor[Group](), reflect.TypeFor[Cluster](), reflect.TypeFor[Find](), reflect.TypeFor[Run]()} {
		for field := range one.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			require.Regexp(t, regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`), string(text), "%s.%s", one, field.Name)
		}
	}
}

package outcome

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/export"
)

// sample is a run with a success and a failure of each kind.
func sample() Run {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	return Run{
		Elapsed: 12400 * time.Millisecond, ExitCode: 1, Scripts: []string{"dir/<soak>.pulsh"},
		Variables: []lang.Variable{{Name: "rate", Value: `"20k" & <more>`}, {Name: "token", Value: "opaque"}, {Name: "mine", Value: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"}},
		Schedules: []host.Schedule{{Group: "fast", Due: 1000, Acked: 1000}, {Group: "slow", Due: 1000, Acked: 900, Behind: true}},
		Report: &export.Report{
			Version: export.Version, Start: at, End: at.Add(12 * time.Second), ElapsedSeconds: 12, Environment: export.Environment{Pulsh: "0.1.0"},
			Cluster: export.Cluster{URL: "pulsar://h:6650", Pulsar: "4.0.8"}, Clusters: []export.Cluster{{Label: "eu", URL: "pulsar://eu:6650"}},
			Lines: []export.Line{
				{At: at, Place: "x.pulsh:1", Text: "list"},
				{At: at, Place: "x.pulsh:2", Text: "scale fsat +4", Failure: `no group "fsat"`},
				{At: at, Place: "x.pulsh:3", Text: "expect fast.rate>1k", Failure: "fast.rate was 0", Repeated: true},
			},
			Checks: []export.Check{
				{At: at, Place: "x.pulsh:3", Condition: "fast.rate > 1k", Measured: "was 0/s", Failure: "fast.rate was 0/s, wanted > 1k", ElapsedSeconds: 10, Samples: 100,
					Terms: []export.Term{{Metric: "fast.rate", Op: ">", Limit: 1000, Unit: export.PerSecond, Last: 0, Best: export.Number(math.NaN()), Worst: export.Number(math.Inf(1))}}},
				{At: at, Turn: "w=4", Condition: "fast.p99 < 20ms for 5s", Measured: "4.8ms", Passed: true, ElapsedSeconds: 5},
			},
			Columns: []export.Column{{Name: "latency_p99_ms", Metric: "latency.p99", Unit: export.Milliseconds}},
			Groups: []export.Group{{Name: "fast", Kind: export.Produce, Topic: "t", Settings: export.Table[string]{{Name: "rate", Value: "50k"}},
				Figures: export.Table[export.Number]{{Name: "acked", Value: 5}, {Name: "latency_p99_ms", Value: 4.5}}}},
		},
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	run := sample()
	require.NoError(t, JSON(&b, run))
	require.Nil(t, run.Report.Run, "the report itself stays as it is")
	var d map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &d))
	require.EqualValues(t, 2, d["version"])
	require.Equal(t, "2026-11-22T08:00:00Z", d["start"])
	part := d["run"].(map[string]any)
	for name, want := range map[string]any{"result": "failed", "exit_code": 1.0, "elapsed_seconds": 12.4, "checks_passed": 1.0, "checks_failed": 1.0, "behind_allowed": false} {
		require.Equal(t, want, part[name], name)
	}
	require.Equal(t, map[string]any{"rate": `"20k" & <more>`, "token": "(hidden)", "mine": "(hidden)"}, part["variables"])
	require.Equal(t, true, part["schedules"].([]any)[1].(map[string]any)["behind"])
	check := d["checks"].([]any)[0].(map[string]any)
	require.Equal(t, "x.pulsh:3", check["place"])
	require.Equal(t, false, check["passed"])
	term := check["terms"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{"metric": "fast.rate", "op": ">", "limit": 1000.0, "unit": "messages_per_second", "last": 0.0, "best": nil, "worst": nil}, term)
	group := d["groups"].([]any)[0].(map[string]any)
	require.Equal(t, "50k", group["settings"].(map[string]any)["rate"])
	require.Equal(t, map[string]any{"acked": 5.0, "latency.p99": 4.5}, group["figures"])
	require.Len(t, d["lines"], 3)
}

// The document of a run is one that compare reads.
func TestTheRunsDocumentIsAReport(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JSON(&b, sample()))
	r, err := export.Read(&b)
	require.NoError(t, err)
	require.Equal(t, "failed", r.Run.Result)
	p99, ok := r.Groups[0].Figures.Get("latency_p99_ms")
	require.True(t, ok)
	require.EqualValues(t, 4.5, p99)
}

// An empty run has lists and no nulls in place of them.
func TestJSONOfNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JSON(&b, Run{Report: &export.Report{Version: export.Version}, ExitCode: 3, Refused: "no Pulsar answers"}))
	require.NotContains(t, b.String(), "null")
	require.Contains(t, b.String(), `"result":"unconnected"`)
	require.Contains(t, b.String(), `"refused":"no Pulsar answers"`)
}

// walk reads an XML text whole, and counts elements by name.
func walk(t *testing.T, text []byte) map[string]int {
	t.Helper()
	count := map[string]int{}
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return count
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			count[e.Name.Local]++
		}
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, sample()))
	require.True(t, strings.HasPrefix(b.String(), `<?xml version="1.0" encoding="UTF-8"?>`))
	count := walk(t, b.Bytes())
	require.Equal(t, 5, count["testcase"])
	require.Equal(t, 2, count["failure"])
	require.Equal(t, 1, count["error"])
	var read suites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &read))
	s := read.Suite
	require.Equal(t, []int{5, 2, 1}, []int{s.Tests, s.Failures, s.Errors})
	require.Equal(t, []int{5, 2, 1}, []int{read.Tests, read.Failures, read.Errors})
	require.Equal(t, "12.400", s.Time)
	require.Equal(t, "2026-11-22T08:00:00", s.Timestamp)
	require.Equal(t, "x.pulsh:3 fast.rate > 1k", s.Cases[0].Name)
	require.Equal(t, "x.pulsh", s.Cases[0].Class)
	require.Equal(t, "10.000", s.Cases[0].Time)
	require.Equal(t, "fast.rate was 0/s, wanted > 1k", s.Cases[0].Failure.Message)
	require.Equal(t, "fast.p99 < 20ms for 5s [w=4]", s.Cases[1].Name)
	require.Equal(t, "dir/<soak>.pulsh", s.Cases[1].Class)
	require.Nil(t, s.Cases[2].Failure)
	require.Equal(t, "slow acked 900 of 1,000 due (90.0 %)", s.Cases[3].Failure.Message)
	require.Equal(t, `no group "fsat"`, s.Cases[4].Error.Message)
	require.Contains(t, s.Properties, property{"cluster", "pulsar://h:6650"})
	require.Contains(t, s.Properties, property{"cluster.eu", "pulsar://eu:6650"})
	require.Contains(t, s.Properties, property{"variable.rate", `"20k" & <more>`})

	allowed := sample()
	allowed.BehindAllowed = true
	b.Reset()
	require.NoError(t, JUnit(&b, allowed))
	require.Equal(t, 3, walk(t, b.Bytes())["testcase"], "what is allowed is no case")
}

func TestJUnitOfRunsThatDidNotEnd(t *testing.T) {
	for code, say := range map[int]string{130: "interrupted after 3.000 s", 143: "interrupted after 3.000 s", 3: "no Pulsar answers"} {
		r := Run{Report: &export.Report{}, ExitCode: code, Elapsed: 3 * time.Second}
		if code == 3 {
			r.Refused = say
		}
		var b bytes.Buffer
		require.NoError(t, JUnit(&b, r))
		require.Contains(t, b.String(), say)
		require.Equal(t, 1, walk(t, b.Bytes())["error"])
	}
}

func FuzzJUnitIsWellFormed(f *testing.F) {
	f.Add("a", "b")
	f.Add("\x00<&\"'>\x1b", "]]>\xff\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		r := sample()
		r.Scripts, r.Refused = []string{a}, b
		r.Report.Checks[0].Failure, r.Report.Lines[1].Failure, r.Variables[0].Value = b, a+b, a
		var out bytes.Buffer
		require.NoError(t, JUnit(&out, r))
		walk(t, out.Bytes())
		out.Reset()
		require.NoError(t, JSON(&out, r))
		require.True(t, json.Valid(out.Bytes()))
	})
}

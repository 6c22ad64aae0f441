package export

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// written is a report in a format.
func written(t testing.TB, r *Report, as Format) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Write(context.Background(), &b, r, as, func(part float64) {
		require.True(t, part >= 0 && part <= 1)
	}))
	return b.String()
}

// pageVariable names a file that the sample page is written to, to be looked at.
const pageVariable = "PULSH_TEST_PAGE"

func TestAPageStandsAlone(t *testing.T) {
	page := written(t, lived(t, 90, 1.9), HTML)
	if path := os.Getenv(pageVariable); path != "" {
		require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
	}
	require.NotRegexp(t, `(?i)\b(src|href|srcset|action|poster|data)\s*=`, page, "nothing is fetched")
	require.NotRegexp(t, `(?i)@import|url\(|fetch\(|XMLHttpRequest|WebSocket|import\(`, page)
	require.NotRegexp(t, `(?i)<(link|iframe|img|object|embed|base|form)\b`, page)
	// Addresses are shown as text only: those of the cluster.
	for _, url := range regexp.MustCompile(`https?:[^\s"'<]*`).FindAllString(page, -1) {
		require.Contains(t, url, "http://127.0.0.1:8080", "an address that is none of the cluster's")
	}
	require.Contains(t, page, "Content-Security-Policy")
	require.Contains(t, page, "<dd>83.5 %</dd>", "figures have their units")
	require.Equal(t, 7+1, strings.Count(page, "<svg "), "three graphs of fast, three of sub1, a histogram of each")
}

func TestAPageEscapesWhatItTells(t *testing.T) {
	r := lived(t, 30, 2)
	evil := `</script><img src=x onerror=alert(1)>"'&{{.}}`
	r.Title, r.Cluster.URL, r.Environment.Host = evil, evil, evil
	r.Groups[0].Topic, r.Groups[0].LastError, r.Groups[0].Limit = evil, evil, evil
	r.Groups[0].Settings = append(r.Groups[0].Settings, Entry[string]{evil, evil})
	r.Groups[0].Failures[0].First = evil
	r.Timeline[1].Text, r.Timeline[1].Kind = evil, evil
	r.Checks[0].Condition, r.Checks[0].Measured, r.Checks[0].Place = evil, evil, evil
	r.Lines[0].Text, r.Script = evil, evil
	page := written(t, r, HTML)
	require.NotContains(t, page, "<img")
	require.Equal(t, 3, strings.Count(page, "</script>"), "the page's own")
	require.Contains(t, page, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;")
}

func TestAPageHoldsTheReport(t *testing.T) {
	r := lived(t, 2000, 2)
	page := written(t, r, HTML)
	_, rest, found := strings.Cut(page, `<script type="application/json" id="report">`)
	require.True(t, found)
	data, _, _ := strings.Cut(rest, "</script>")
	held, err := Read(strings.NewReader(data))
	require.NoError(t, err)
	require.Contains(t, data, `"latency.max":`, "the names of the JSON file")
	require.Equal(t, 3.0, held.Samples.StepSeconds, "thinned")
	require.LessOrEqual(t, held.Samples.Count, pagePoints)
	rate, _ := held.Groups[0].Series.Get("rate_messages_per_second")
	require.Len(t, rate, held.Samples.Count)
	whole, _ := r.Groups[0].Series.Get("latency_max_ms")
	thinned, _ := held.Groups[0].Series.Get("latency_max_ms")
	require.InDelta(t, float64(max(whole[3], whole[4], whole[5])), float64(thinned[1]), 1e-3, "the worst of three seconds")
	require.Less(t, len(page), 3<<19, "the counters are drawn only")
}

func TestAPageShowsWorkers(t *testing.T) {
	r := lived(t, 12, 2)
	require.NotContains(t, written(t, r, HTML), "<summary>Workers")
	r.Groups[0].Workers = []Worker{{Worker: 7, Sent: 1_234_567, MessagesPerSecond: 2500}}
	r.Groups[1].Workers = []Worker{{Worker: 1, Received: 76_543, Acked: 54_321}}
	page := written(t, r, HTML)
	require.Equal(t, 2, strings.Count(page, "<summary>Workers"))
	for _, text := range []string{"1,234,567", "2.5k", "76,543", "54,321"} {
		require.Contains(t, page, text)
	}
}

func TestAPageOfNothing(t *testing.T) {
	page := written(t, &Report{Version: Version, Title: "no groups", Start: begin(), End: begin()}, HTML)
	require.Contains(t, page, "no groups")
	require.NotContains(t, page, "<svg ")
}

func TestScalesAreRound(t *testing.T) {
	for most, want := range map[float64][]float64{0: {0, 0.25, 0.5, 0.75, 1}, 50_000: {0, 20_000, 40_000, 60_000}, 7: {0, 2, 4, 6, 8}, 1000: {0, 250, 500, 750, 1000}} {
		require.Equal(t, want, linear(most).ticks, "%g", most)
	}
	require.InDeltaSlice(t, []float64{0.1, 1, 10, 100, 1000}, logarithmic(0.3, 400).ticks, 1e-9)
	s := logarithmic(0.3, 400)
	require.InDelta(t, plotBottom, s.y(0.05), 1e-9, "below the axis is its foot")
	require.InDelta(t, plotTop, s.y(1000), 1e-9)
}

func TestAnAxisWritesBriefly(t *testing.T) {
	for _, test := range []struct {
		v    float64
		unit Unit
		want string
	}{{0, Milliseconds, "0"}, {0.25, Milliseconds, "250 µs"}, {2.5, Milliseconds, "2.5 ms"}, {1500, Milliseconds, "1.5 s"}, {50_000, PerSecond, "50k"},
		{2.5e6, Bytes, "2.5 MB"}, {12, Bytes, "12 B"}, {999_999, Count, "1M"}, {83.5, Percent, "83.5 %"}} {
		require.Equal(t, test.want, brief(test.v, test.unit))
	}
}

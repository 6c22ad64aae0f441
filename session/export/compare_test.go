package export

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// find is the comparison of a figure.
func find(t *testing.T, rows []Comparison, figure string) Comparison {
	t.Helper()
	for _, r := range rows {
		if r.Figure == figure {
			return r
		}
	}
	require.Fail(t, "nothing is said of "+figure)
	return Comparison{}
}

func TestAComparisonSaysWhatIsBetter(t *testing.T) {
	a, b := lived(t, 60, 4), lived(t, 60, 2)
	rows, alone := Compare(a, b)
	require.Empty(t, alone)
	p99 := find(t, rows, "latency p99")
	require.Equal(t, Better, p99.Verdict, "half the latency")
	require.InDelta(t, 0.5, p99.Ratio, 0.05)
	require.Equal(t, 58, p99.A.Count, "without the first and the last second")
	require.Less(t, p99.A.Least, p99.A.Median)
	require.Less(t, p99.A.Median, p99.A.Most)
	require.Equal(t, Alike, find(t, rows, "acked").Verdict, "the same rate, but for its noise")
	require.Equal(t, Alike, find(t, rows, "failed").Verdict)
	back, _ := Compare(b, a)
	require.Equal(t, Worse, find(t, back, "latency p99").Verdict)
}

func TestGroupsOfOtherNamesStandSideBySide(t *testing.T) {
	a, b := lived(t, 10, 2), lived(t, 10, 2)
	b.Groups[0].Name = "faster"
	b.Groups = append(b.Groups, Group{Name: "third", Kind: Consume})
	rows, alone := Compare(a, b)
	require.Equal(t, "fast → faster", rows[0].Group)
	require.Equal(t, []string{"third"}, alone)
	b.Groups = append(b.Groups, Group{Name: "fourth", Kind: Produce})
	_, alone = Compare(a, b)
	require.Equal(t, []string{"fast", "faster", "third", "fourth"}, alone, "which of the two is meant is not known")
}

func TestAStretchCountsWhatHappenedInIt(t *testing.T) {
	r := lived(t, 90, 2)
	part := r.Between(begin().Add(20*time.Second), begin().Add(80*time.Second))
	require.Equal(t, 60, part.Samples.Count)
	require.Equal(t, begin().Add(20*time.Second), part.Samples.From)
	whole, _ := r.Groups[0].Series.Get("latency_p99_ms")
	cut, _ := part.Groups[0].Series.Get("latency_p99_ms")
	require.Equal(t, whole[20:80], cut)
	failed, _ := part.Groups[0].Figures.Get("failed")
	require.EqualValues(t, 2, failed, "at 30 and at 60 s")
	require.Zero(t, r.Between(begin().Add(time.Hour), begin()).Samples.Count)
}

func TestMedians(t *testing.T) {
	s := spreadOf([]float64{4, 1, 3, 2})
	require.Equal(t, Spread{4, 2.5, 1, 4, 1.75, 3.25}, s)
	require.Equal(t, Spread{}, spreadOf(nil))
	c := Comparison{A: spreadOf([]float64{0}), B: spreadOf([]float64{2}), Ratio: math.NaN()}
	c.judge(compared{lessIsBetter: true})
	require.Equal(t, Worse, c.Verdict, "from none to some")
	require.True(t, math.IsNaN(c.Ratio))
}

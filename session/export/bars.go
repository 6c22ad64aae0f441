package export

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// barsMax is the largest number of bars in a histogram. Eight in each power of
// ten, for the nine powers between a microsecond and an hour, leave each bar four
// units of width.
const (
	barsPerPower = 8
	barsMax      = 80
)

// histogram draws counts over a logarithmic axis of milliseconds.
func histogram(counts []Counted, title string) template.HTML {
	low, high := math.Inf(1), 0.0
	for _, c := range counts {
		low, high = min(low, max(c.From, 0.001)), max(high, c.To)
	}
	if high == 0 {
		return ""
	}
	first, past := int(math.Floor(math.Log10(low)*barsPerPower)), int(math.Ceil(math.Log10(high)*barsPerPower))
	bars := make([]float64, min(max(past-first, 1), barsMax))
	most, total := 0.0, 0.0
	for _, c := range counts {
		i := min(max(int(math.Floor(math.Log10(max(c.From, 0.001))*barsPerPower+1e-9))-first, 0), len(bars)-1)
		bars[i] += float64(c.Count)
		total += float64(c.Count)
		most = max(most, bars[i])
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, chartHeight, template.HTMLEscapeString(title))
	width := (plotRight - plotLeft) / float64(len(bars))
	for _, part := range linear(100 * most / total).ticks {
		y := plotBottom - part/(100*most/total)*(plotBottom-plotTop)
		if y >= plotTop-1 {
			fmt.Fprintf(&b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text class="tick" x="%g" y="%.1f" text-anchor="end">%s</text>`,
				plotLeft, plotRight, y, y, plotLeft-6, y+4, brief(part, Percent))
		}
	}
	for i, n := range bars {
		if n == 0 {
			continue
		}
		height := max(n/most*(plotBottom-plotTop), 1)
		from := math.Pow(10, float64(first+i)/barsPerPower)
		to := math.Pow(10, float64(first+i+1)/barsPerPower)
		fmt.Fprintf(&b, `<rect class="bar" x="%.1f" width="%.1f" y="%.1f" height="%.1f"><title>%s to %s: %.0f (%s)</title></rect>`, plotLeft+float64(i)*width+0.5, max(width-1, 1),
			plotBottom-height, height, brief(from, Milliseconds), brief(to, Milliseconds), n, brief(100*n/total, Percent))
	}
	for _, tick := range barTicks(first, first+len(bars)) {
		x := plotLeft + (math.Log10(tick)*barsPerPower-float64(first))*width
		fmt.Fprintf(&b, `<line class="tickmark" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/><text class="tick" x="%.1f" y="%g" text-anchor="middle">%s</text>`,
			x, x, plotBottom, plotBottom+4, x, plotBottom+16, brief(tick, Milliseconds))
	}
	fmt.Fprintf(&b, `<line class="axis" x1="%g" x2="%g" y1="%g" y2="%g"/></svg>`, plotLeft, plotRight, plotBottom, plotBottom)
	return template.HTML(b.String())
}

// barTicks returns the round durations between two bars: powers of ten, and their
// multiples by 2 and 5 where there are few.
func barTicks(first, past int) []float64 {
	factors := []float64{1}
	if past-first <= 2*barsPerPower {
		factors = []float64{1, 2, 5}
	}
	var list []float64
	for power := -3; power <= 7; power++ {
		for _, f := range factors {
			v := f * math.Pow10(power)
			if at := math.Log10(v) * barsPerPower; at >= float64(first)-1e-9 && at <= float64(past)+1e-9 {
				list = append(list, v)
			}
		}
	}
	return list
}

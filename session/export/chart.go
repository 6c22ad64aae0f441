package export

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"
)

// The size of a graph in its own units. A unit is about a pixel on paper and on a
// desktop screen, and three quarters of one on a phone, where text stays readable.
const (
	chartWidth  = 480.0
	chartHeight = 200.0
	plotLeft    = 46.0
	plotRight   = chartWidth - 8
	plotTop     = 16.0
	plotBottom  = chartHeight - 22
)

// logarithmicFrom is the ratio of the largest to the smallest duration of a graph
// from which its axis is logarithmic.
const logarithmicFrom = 40

// chart is a graph of lines over time.
type chart struct {
	title string
	unit  Unit
	lines []line
	begin time.Time     // of the first value
	step  time.Duration // from value to value
	zero  time.Time     // the origin of the time axis
	marks []numberedMark
}

// line is one line of a graph.
type line struct {
	name, class string
	values      []Number
}

// numberedMark is an event on the time axis.
type numberedMark struct {
	Number int
	Event
}

// scale turns values into heights.
type scale struct {
	low, high   float64
	logarithmic bool
	ticks       []float64
}

func (s scale) y(v float64) float64 {
	low, high := s.low, s.high
	if s.logarithmic {
		v, low, high = math.Log10(max(v, s.low)), math.Log10(low), math.Log10(high)
	}
	part := min(max((v-low)/(high-low), 0), 1)
	return plotBottom - part*(plotBottom-plotTop)
}

// scaleOf returns a scale for all lines. Without a value it ends at 1.
func (c chart) scaleOf() scale {
	least, most := math.Inf(1), 0.0
	for _, l := range c.lines {
		for _, v := range l.values {
			if f := float64(v); v.Known() {
				most = max(most, f)
				if f > 0 {
					least = min(least, f)
				}
			}
		}
	}
	if c.unit == Milliseconds && most > 0 && most/least >= logarithmicFrom {
		return logarithmic(least, most)
	}
	return linear(most)
}

func logarithmic(least, most float64) scale {
	s := scale{low: math.Pow(10, math.Floor(math.Log10(least))), high: math.Pow(10, math.Ceil(math.Log10(most))), logarithmic: true}
	if s.high == s.low {
		s.high *= 10
	}
	for t := s.low; t <= s.high*1.001; t *= 10 {
		s.ticks = append(s.ticks, t)
	}
	return s
}

// linear returns a scale from 0 to the next round number.
func linear(most float64) scale {
	if most <= 0 {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{0.1, 0.2, 0.25, 0.5, 1, 2} {
		if most/(step*part) <= 4.4 {
			step *= part
			break
		}
	}
	s := scale{high: step * math.Ceil(most/step)}
	for t := 0.0; t <= s.high+step/2; t += step {
		s.ticks = append(s.ticks, t)
	}
	return s
}

// count returns the number of values of the longest line.
func (c chart) count() int {
	n := 0
	for _, l := range c.lines {
		n = max(n, len(l.values))
	}
	return n
}

// x returns the horizontal position of the middle of a step.
func (c chart) x(step float64) float64 {
	return plotLeft + (step+0.5)/float64(max(c.count(), 1))*(plotRight-plotLeft)
}

// xAt returns the horizontal position of a time, and whether it is on the graph.
func (c chart) xAt(at time.Time) (x float64, inside bool) {
	step := float64(at.Sub(c.begin))/float64(c.step) - 0.5
	return c.x(step), step >= -0.5 && step <= float64(c.count())-0.5
}

// svg returns the graph as SVG. It contains numbers and escaped text only.
func (c chart) svg() template.HTML {
	var b strings.Builder
	s := c.scaleOf()
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, chartHeight, template.HTMLEscapeString(c.title))
	for _, t := range s.ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, plotLeft, plotRight, s.y(t), s.y(t))
		fmt.Fprintf(&b, `<text class="tick" x="%g" y="%.1f" text-anchor="end">%s</text>`, plotLeft-6, s.y(t)+4, brief(t, c.unit))
	}
	c.timeAxis(&b)
	c.markAxis(&b)
	for _, l := range c.lines {
		fmt.Fprintf(&b, `<path class="%s" d="%s"/>`, l.class, c.path(l.values, s))
	}
	b.WriteString(`<line class="cursor" y1="16" y2="178" x1="-9" x2="-9"/></svg>`)
	return template.HTML(b.String())
}

// markApart is the smallest distance between the numbers of two marks. Closer
// marks share one label, as 3–5.
const markApart = 12

// markAxis draws the events. Marks that share a label have it above the first.
func (c chart) markAxis(b *strings.Builder) {
	type place struct {
		x           float64
		first, last int
	}
	var numbers []place
	for _, m := range c.marks {
		x, inside := c.xAt(m.At)
		if !inside {
			continue
		}
		fmt.Fprintf(b, `<g class="mark %s"><title>%d %s</title><line x1="%.1f" x2="%.1f" y1="%g" y2="%g"/></g>`,
			template.HTMLEscapeString(m.Kind), m.Number, template.HTMLEscapeString(m.Text), x, x, plotTop, plotBottom)
		if n := len(numbers) - 1; n >= 0 && x-numbers[n].x < markApart {
			numbers[n].last = m.Number
			continue
		}
		numbers = append(numbers, place{x, m.Number, m.Number})
	}
	for _, n := range numbers {
		text := fmt.Sprint(n.first)
		if n.last > n.first {
			text += "–" + fmt.Sprint(n.last)
		}
		fmt.Fprintf(b, `<g class="mark"><text x="%.1f" y="%g" text-anchor="middle">%s</text></g>`, n.x, plotTop-4, text)
	}
}

// path returns a line with gaps at unknown values. A value between two gaps is a
// short stroke.
func (c chart) path(values []Number, s scale) string {
	var b strings.Builder
	drawing := false
	for i, v := range values {
		if !v.Known() {
			drawing = false
			continue
		}
		x, y := c.x(float64(i)), s.y(float64(v))
		switch {
		case drawing:
			fmt.Fprintf(&b, "L%.1f %.1f", x, y)
		case i+1 == len(values) || !values[i+1].Known():
			fmt.Fprintf(&b, "M%.1f %.1fh1.5", x-0.75, y)
		default:
			fmt.Fprintf(&b, "M%.1f %.1f", x, y)
		}
		drawing = true
	}
	return b.String()
}

// timeSteps are the usual distances between ticks of a time axis.
func timeSteps() []time.Duration {
	return []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour}
}

// timeTicksMax bounds the ticks of a time axis, to keep their labels apart.
const timeTicksMax = 7

// labelHalf is half the width of a label of the time axis. A label closer to the
// edge would be cut.
const labelHalf = 16

// timeAxis draws the time since the start of the session.
func (c chart) timeAxis(b *strings.Builder) {
	span := c.step * time.Duration(c.count())
	steps := timeSteps()
	every := steps[len(steps)-1]
	for _, s := range steps {
		if span/s <= timeTicksMax {
			every = s
			break
		}
	}
	first := c.begin.Sub(c.zero).Truncate(every)
	for t := first; t <= c.begin.Sub(c.zero)+span; t += every {
		if x, inside := c.xAt(c.zero.Add(t)); inside {
			fmt.Fprintf(b, `<line class="tickmark" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, x, x, plotBottom, plotBottom+4)
			anchor := "middle"
			if x > plotRight-labelHalf {
				x, anchor = plotRight, "end"
			}
			fmt.Fprintf(b, `<text class="tick" x="%.1f" y="%g" text-anchor="%s">%s</text>`, x, plotBottom+16, anchor, elapsed(t))
		}
	}
	fmt.Fprintf(b, `<line class="axis" x1="%g" x2="%g" y1="%g" y2="%g"/>`, plotLeft, plotRight, plotBottom, plotBottom)
}

// elapsed formats a time since the start: 1:05 or 1:02:03.
func elapsed(d time.Duration) string {
	s := int64(d / time.Second)
	if d < 0 {
		s = 0
	}
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// brief formats a value for an axis: 50k, 2.5 MB, 200 µs or 1.5 s.
func brief(v float64, unit Unit) string {
	switch unit {
	case Milliseconds:
		switch {
		case v == 0:
			return "0"
		case v < 1:
			return three(v*1000) + " µs"
		case v < 1000:
			return three(v) + " ms"
		}
		return three(v/1000) + " s"
	case Bytes, BytesPerSecond:
		return prefixed(v, " ") + "B"
	case Percent:
		return three(v) + " %"
	}
	return prefixed(v, "")
}

// prefixed formats a number with a decimal prefix.
func prefixed(v float64, gap string) string {
	for _, p := range []struct {
		size   float64
		letter string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= p.size*0.9995 {
			return three(v/p.size) + gap + p.letter
		}
	}
	return three(v) + gap
}

// three formats a number with three digits, without zeros at its end.
func three(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	switch {
	case math.Abs(v) >= 99.95:
		text = fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 9.995:
		text = fmt.Sprintf("%.1f", v)
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

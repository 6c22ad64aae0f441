package graphs

import (
	"math"
	"strconv"
	"time"
)

const (
	// tickGap is the smallest number of columns from tick to tick.
	tickGap = 9
	// labelGap is the smallest number of blank columns between two time labels.
	labelGap = 2
	// now is the default label of the right edge.
	now = "now"
)

// timeAxis maps ages to columns of the plot. The right edge of the last column has
// age 0, the left edge of the first column the age of the window.
type timeAxis struct {
	columns int
	window  time.Duration
	now     string // the label of the right edge, "" for the default
}

// edge returns the label of the right edge.
func (a timeAxis) edge() string {
	if a.now == "" {
		return now
	}
	return a.now
}

// column returns the column whose right edge is nearest to an age. For the start of
// the window it is -1, the column of the value axis.
func (a timeAxis) column(age time.Duration) int {
	return a.columns - 1 - int(math.Round(float64(age)/float64(a.window)*float64(a.columns)))
}

// step returns the time between two ticks: the shortest round time that keeps the
// ticks tickGap apart. It depends only on the box and the window, so ticks and
// labels do not move with the data.
func (a timeAxis) step() time.Duration {
	for _, step := range [...]time.Duration{
		10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
		100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second,
		10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
		day, 2 * day, 7 * day, 30 * day,
	} {
		if float64(step)/float64(a.window)*float64(a.columns) >= tickGap {
			return step
		}
	}
	return a.window
}

// tick is a labelled place on the time axis.
type tick struct {
	column int // of the plot
	from   int // the column where the label begins
	label  string
}

// ticks returns the labelled places, the oldest first. The first is the start of the
// window and the last the right edge; ticks whose labels would touch these two are
// left out.
func (a timeAxis) ticks() []tick {
	start := tick{column: -1, from: -1, label: ageLabel(a.window, a.window)}
	end := tick{column: a.columns - 1, label: a.edge()}
	end.from = a.columns - len(end.label)
	all, free := []tick{start}, start.from+len(start.label)+labelGap
	step := a.step()
	for age := (a.window - 1) / step * step; age > 0; age -= step {
		label := ageLabel(age, a.window)
		t := tick{column: a.column(age), label: label}
		t.from = t.column - len(label)/2
		if t.from < free || t.from+len(label)+labelGap > end.from {
			continue
		}
		all = append(all, t)
		free = t.from + len(label) + labelGap
	}
	if end.from < free {
		return []tick{end}
	}
	return append(all, end)
}

// ageLabel writes an age in units that suit the window: 500ms, 50s, 2m, 1m30s, 6h.
func ageLabel(age, window time.Duration) string {
	switch {
	case window < 10*time.Second && age%time.Second != 0:
		return strconv.FormatInt(age.Milliseconds(), 10) + "ms"
	case window <= 2*time.Minute || age < time.Minute:
		return strconv.FormatInt(int64(age/time.Second), 10) + "s"
	case age < time.Hour:
		return twoUnits(age, time.Minute, "m", time.Second, "s")
	case age < 2*day:
		return twoUnits(age, time.Hour, "h", time.Minute, "m")
	}
	return twoUnits(age, day, "d", time.Hour, "h")
}

// twoUnits writes an age in a unit and the rest in a smaller unit.
func twoUnits(age, unit time.Duration, name string, small time.Duration, smallName string) string {
	text := strconv.FormatInt(int64(age/unit), 10) + name
	if rest := age % unit / small; rest != 0 {
		text += strconv.FormatInt(int64(rest), 10) + smallName
	}
	return text
}

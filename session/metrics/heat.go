package metrics

import (
	"encoding/binary"
	"math"
	"sync"
	"time"
)

// The classes of a Heat. A decade has twelve, from a microsecond on, because a
// graph shows twelve, six, four, three, two or one row per decade. There are as
// many classes as it takes to reach Highest.
const (
	HeatPerDecade = 12
	HeatClasses   = 115
)

// A Heat remembers ten minutes by the second and a day by ten seconds. It is
// coarser than a Ring because each step is a whole distribution.
const (
	heatFineStep   = time.Second
	heatCoarseStep = 10 * time.Second
)

// Heat is a distribution over time: how many durations of each class there were
// in each second. It takes about 50 KB, and 30 KB more for each hour, up to 800
// KB after a day, if about twenty classes are in use. Any number of goroutines
// may call its methods.
type Heat struct {
	mu           sync.Mutex
	fine, coarse heatTrack
}

// NewHeat returns an empty Heat.
func NewHeat() *Heat {
	return &Heat{fine: newHeatTrack(heatFineStep, FineSpan), coarse: newHeatTrack(heatCoarseStep, CoarseSpan)}
}

// heatTrack holds one resolution: the newest step as counters, earlier steps
// packed.
type heatTrack struct {
	step   int64 // ns
	newest int64 // number of the newest step, noStep before the first
	open   [HeatClasses]uint32
	past   [][]byte // by step number: pairs of uvarints (classes skipped, count)
}

func newHeatTrack(step, span time.Duration) heatTrack {
	// One step more than the span, as the newest is not complete.
	return heatTrack{step: int64(step), newest: noStep, past: make([][]byte, span/step+1)}
}

// Add adds what the last Collect of a distribution took. Call it once after
// each Collect. A time before the newest one counts as the newest.
func (h *Heat) Add(at time.Time, d *Distribution) {
	var counts [HeatClasses]uint32
	d.heat(&counts)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fine.add(at, &counts)
	h.coarse.add(at, &counts)
}

// heat adds up the last interval by classes.
func (d *Distribution) heat(counts *[HeatClasses]uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.number == 0 {
		return
	}
	class, limit := 0, heatLimit(0)
	d.delta(1).each(func(i int, n uint64) {
		for us := float64(lowestOf(i)); us >= limit && class < HeatClasses-1; {
			class++
			limit = heatLimit(class)
		}
		counts[class] = uint32(min(uint64(counts[class])+n, math.MaxUint32))
	})
}

// heatLimit returns the end of a class in µs, exclusive. A counter belongs to
// the class of its lowest value, which may be 0.1 % lower. The factor below 1
// makes whole powers of ten begin their class in spite of rounding.
func heatLimit(class int) float64 {
	return math.Pow(10, float64(class+1)/HeatPerDecade) * (1 - 1e-12)
}

func (t *heatTrack) add(at time.Time, counts *[HeatClasses]uint32) {
	step := floorDiv(at.UnixNano(), t.step)
	if t.newest == noStep || step > t.newest {
		t.advance(step)
	}
	for class, n := range counts {
		t.open[class] = uint32(min(uint64(t.open[class])+uint64(n), math.MaxUint32))
	}
}

// advance packs the newest step and begins another. The steps in between are
// empty.
func (t *heatTrack) advance(step int64) {
	slots := int64(len(t.past))
	if t.newest != noStep {
		packed := t.at(t.newest)
		*packed = (*packed)[:0]
		skipped := uint64(0)
		for class, n := range t.open {
			if n == 0 {
				skipped++
				continue
			}
			*packed = binary.AppendUvarint(binary.AppendUvarint(*packed, skipped), uint64(n))
			skipped, t.open[class] = 0, 0
		}
		for s := max(t.newest+1, step-slots); s < step; s++ {
			*t.at(s) = (*t.at(s))[:0]
		}
	}
	*t.at(step) = (*t.at(step))[:0]
	t.newest = step
}

// at returns the place of a step.
func (t *heatTrack) at(step int64) *[]byte {
	slots := int64(len(t.past))
	return &t.past[step-floorDiv(step, slots)*slots]
}

// sum adds the steps in [first, past) to a column.
func (t *heatTrack) sum(column []uint32, first, past int64) {
	add := func(class int, n uint64) { column[class] = uint32(min(uint64(column[class])+n, math.MaxUint32)) }
	for s := max(first, t.newest-int64(len(t.past))+1); s < min(past, t.newest); s++ {
		class := 0
		for packed := *t.at(s); len(packed) > 0; class++ {
			skipped, length := binary.Uvarint(packed)
			n, more := binary.Uvarint(packed[length:])
			class += int(skipped)
			add(class, n)
			packed = packed[length+more:]
		}
	}
	if first <= t.newest && t.newest < past {
		for class, n := range t.open {
			add(class, uint64(n))
		}
	}
}

// Columns gives the counts of n columns for the window that ends at end, oldest
// column first, HeatClasses to each, in the memory of into if that is large
// enough. Columns begin and are made as those of a Ring; where one is narrower
// than a second, it shows the second that it lies in.
func (h *Heat) Columns(into []uint32, end time.Time, window time.Duration, n int) []uint32 {
	n = max(n, 0)
	if cap(into) < n*HeatClasses {
		into = make([]uint32, n*HeatClasses)
	}
	into = into[:n*HeatClasses]
	clear(into)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fine.newest == noStep || n == 0 {
		return into
	}
	width := columnWidth(window, n)
	newest := floorDiv(end.UnixNano(), width)
	oldestFine := (h.fine.newest - int64(len(h.fine.past)) + 1) * h.fine.step
	for i := range n {
		from := (newest - int64(n-1-i)) * width
		t := &h.fine
		if width > int64(fineColumn) || from < oldestFine {
			t = &h.coarse
		}
		first, past := ceilDiv(from, t.step), ceilDiv(from+width, t.step)
		if first == past {
			first--
		}
		t.sum(into[i*HeatClasses:(i+1)*HeatClasses], first, min(past, floorDiv(end.UnixNano(), t.step)+1))
	}
	return into
}

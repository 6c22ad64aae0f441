package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"pulsh/session/metrics"
)

// Number is a value that may be unknown. Unknown is NaN, null in JSON and an empty
// cell in CSV. Values of series have seven digits.
type Number float64

// Known reports whether there is a value.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// text formats whole numbers exactly, and others with at most seven digits.
func (n Number) text() string {
	v := float64(n)
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'f', -1, 32)
}

// MarshalJSON returns null for an unknown value.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return []byte(n.text()), nil
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return fmt.Errorf("%q is not a number", data)
	}
	*n = Number(v)
	return nil
}

// Entry is a name with its value.
type Entry[T any] struct {
	Name  string
	Value T
}

// Table is a list of names with values. In JSON it is an object in the same order.
type Table[T any] []Entry[T]

// Get returns a value by its name.
func (t Table[T]) Get(name string) (v T, ok bool) {
	for _, e := range t {
		if e.Name == name {
			return e.Value, true
		}
	}
	return v, false
}

// MarshalJSON returns an object in the table's order.
func (t Table[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range t {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(e.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(e.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object and keeps its order.
func (t *Table[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("%v stands where an object was expected", open)
	}
	*t = nil
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		e := Entry[T]{Name: fmt.Sprint(name)}
		if err := d.Decode(&e.Value); err != nil {
			return err
		}
		*t = append(*t, e)
	}
	_, err = d.Token()
	return err
}

// Counted is the number of durations between two bounds.
type Counted struct {
	From  float64 `json:"from_ms"`
	To    float64 `json:"to_ms"` // exclusive
	Count int64   `json:"count"`
}

// Interval is a part of the history of a distribution.
type Interval = metrics.Interval

// Millis returns a duration in milliseconds.
func Millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// QuantilesOf returns the quantiles of a distribution in milliseconds.
func QuantilesOf(q metrics.Quantiles) Quantiles {
	return Quantiles{
		Count: q.Count, Min: Millis(q.Min), Mean: Millis(q.Mean), P50: Millis(q.P50), P90: Millis(q.P90), P95: Millis(q.P95),
		P99: Millis(q.P99), P999: Millis(q.P999), P9999: Millis(q.P9999), Max: Millis(q.Max), Negative: q.Negative, Over: q.Over,
	}
}

// CountsOf returns the counters of a distribution.
func CountsOf(bars []metrics.Bar) []Counted {
	list := make([]Counted, len(bars))
	for i, b := range bars {
		list[i] = Counted{Millis(b.From), Millis(b.To), b.Count}
	}
	return list
}

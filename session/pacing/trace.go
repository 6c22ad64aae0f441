package pacing

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// TraceMax bounds the file of a trace in bytes: a rate for each second of three
// days.
const TraceMax = 4 << 20

// trace takes the rates of a file, with a factor: trace(orders.csv),
// trace(orders.csv,x2). Each line of the file is a time in seconds and a rate,
// with a comma between them. The rate goes on until the time of the next line. The
// first time may be any number, such as a Unix time.
type trace struct {
	file   string
	factor float64
	points []point // nil until the file is read
}

// point is a rate from a time since the beginning of the trace on.
type point struct {
	at   time.Duration
	rate Rate
}

func readTrace(a *arguments) (part, error) {
	t := trace{file: a.word(), factor: 1}
	if a.err == nil && t.file == "" {
		return nil, errForm
	}
	if len(a.words) > 0 {
		factor, err := parseFactor(a.word())
		if err != nil {
			return nil, err
		}
		t.factor = factor
	}
	return t, a.err
}

func (t trace) span() time.Duration {
	if len(t.points) == 0 {
		return 0
	}
	return t.points[len(t.points)-1].at
}

// find returns the index of the point that holds at e.
func (t trace) find(e time.Duration) int {
	return max(sort.Search(len(t.points), func(i int) bool { return t.points[i].at > e })-1, 0)
}

func (t trace) at(e time.Duration, _ Rate) Rate {
	if len(t.points) == 0 {
		return 0
	}
	return Rate(tidy(float64(t.points[t.find(e)].rate) * t.factor))
}

func (t trace) piece(e time.Duration, _ Rate) piece {
	if e >= t.span() {
		return level(t.at(e, 0), endless)
	}
	return level(t.at(e, 0), t.points[t.find(e)+1].at-e)
}

func (t trace) peak(Rate) Rate {
	var highest Rate
	for _, p := range t.points {
		highest = max(highest, p.rate)
	}
	return Rate(tidy(float64(highest) * t.factor))
}

func (t trace) String() string {
	if t.factor == 1 {
		return fmt.Sprintf("trace(%s)", t.file)
	}
	return fmt.Sprintf("trace(%s,x%s)", t.file, formatDecimal(t.factor))
}

// NeedsFiles reports whether the shape has traces whose files are not read yet.
// Their rate is 0.
func (s Shape) NeedsFiles() bool {
	return slices.ContainsFunc(s.parts, func(p part) bool {
		switch p := p.(type) {
		case trace:
			return p.points == nil
		case loop:
			return p.shape.NeedsFiles()
		case poisson:
			return p.shape.NeedsFiles()
		}
		return false
	})
}

// Renamed returns the shape with other names of the traces' files. It stays as it is if
// the new names cannot be written in a shape.
func (s Shape) Renamed(name func(file string) string) Shape {
	parts := slices.Clone(s.parts)
	for i, p := range parts {
		switch p := p.(type) {
		case trace:
			p.file = name(p.file)
			parts[i] = p
		case loop:
			p.shape = p.shape.Renamed(name)
			parts[i] = p
		case poisson:
			p.shape = p.shape.Renamed(name)
			parts[i] = p
		}
	}
	renamed := Shape{parts: parts}
	if again, err := ParseShape(renamed.String()); err != nil || again.String() != renamed.String() {
		return s
	}
	return renamed
}

// Load reads the files of the shape's traces by a function that returns their text.
// A trace whose file was read before keeps its rates. The error is a sentence that
// names the file.
func (s Shape) Load(read func(file string) (string, error)) (Shape, error) {
	if !s.NeedsFiles() {
		return s, nil
	}
	parts := slices.Clone(s.parts)
	var err error
	for i, p := range parts {
		switch p := p.(type) {
		case trace:
			if p.points == nil {
				p.points, err = readPoints(p.file, read)
			}
			parts[i] = p
		case loop:
			p.shape, err = p.shape.Load(read)
			if once := p.shape.span(); err == nil && p.times > 0 && once > longestSpan/time.Duration(p.times) {
				err = fmt.Errorf("%s takes longer than %s", p, FormatDuration(longestSpan))
			}
			parts[i] = p
		case poisson:
			p.shape, err = p.shape.Load(read)
			parts[i] = p
		}
		if err != nil {
			return Shape{}, err
		}
	}
	loaded := Shape{parts: parts}
	if err := loaded.checkTraces(); err != nil {
		return Shape{}, err
	}
	if loaded.Peak(Least) == 0 {
		return Shape{}, fmt.Errorf("%s sends nothing; a shape needs a rate above 0", loaded)
	}
	return loaded, nil
}

// checkTraces refuses traces whose factor makes a rate too high.
func (s Shape) checkTraces() error {
	for _, p := range s.parts {
		var err error
		switch p := p.(type) {
		case trace:
			if p.peak(0) > Limit {
				err = fmt.Errorf("%s reaches more than %s per second, the highest rate", p, Limit)
			}
		case loop:
			err = p.shape.checkTraces()
		case poisson:
			err = p.shape.checkTraces()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readPoints reads the file of a trace.
func readPoints(file string, read func(file string) (string, error)) ([]point, error) {
	text, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	points, err := parsePoints(text)
	var wrong lineError
	switch {
	case errors.As(err, &wrong):
		return nil, fmt.Errorf("%s:%d: %s", file, wrong.line, wrong.text)
	case err != nil:
		return nil, fmt.Errorf("%s %w", file, err)
	}
	return points, nil
}

// lineError is what is wrong with one line of a trace.
type lineError struct {
	line int
	text string
}

func (e lineError) Error() string { return e.text }

// parsePoints reads the lines of a trace: seconds and a rate. Blank lines, lines
// that begin with # and a heading in the first line are skipped.
func parsePoints(text string) ([]point, error) {
	var points []point
	var first, last float64
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		seconds, rate, err := parsePoint(line)
		if err != nil && len(points) == 0 && number == 1 && !strings.ContainsAny(line[:1], "0123456789-+.") {
			continue // the heading
		}
		if err != nil {
			return nil, lineError{number, err.Error()}
		}
		if len(points) == 0 {
			first, last = seconds, math.Inf(-1)
		}
		at := math.Round((seconds - first) * float64(time.Second))
		switch {
		case at > float64(longestSpan):
			return nil, lineError{number, fmt.Sprintf("%v s is more than %s after the first line", seconds, FormatDuration(longestSpan))}
		case len(points) > 0 && at < last+float64(shortestSpan):
			return nil, lineError{number, fmt.Sprintf("%v s is not at least %s after the line before", seconds, FormatDuration(shortestSpan))}
		}
		last = at
		points = append(points, point{time.Duration(at), rate})
	}
	if len(points) < 2 {
		return nil, errors.New("has fewer than two lines of seconds and a rate, such as 60,20k")
	}
	return points, nil
}

// parsePoint reads a line: seconds and a rate. A rate may be written as in
// settings, or as a number with an exponent, as other programs write it.
func parsePoint(line string) (seconds float64, rate Rate, err error) {
	left, right, found := strings.Cut(line, ",")
	left, right = strings.Trim(left, " \t\""), strings.Trim(right, " \t\"")
	seconds, wrong := strconv.ParseFloat(left, 64)
	switch {
	case !found:
		return 0, 0, fmt.Errorf("%q is not seconds and a rate, such as 60,20k", line)
	case wrong != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1e12:
		return 0, 0, fmt.Errorf("%q is not a number of seconds", left)
	}
	if value, ok := parsePer(right); ok && value == 0 {
		return seconds, 0, nil
	}
	if value, err := strconv.ParseFloat(right, 64); err == nil && value >= 0 && Rate(value) <= Limit {
		return seconds, Rate(tidy(value)), nil
	}
	rate, err = ParseRate(right)
	if err == nil && rate.IsMax() {
		err = errors.New("max is not a rate of a trace")
	}
	return seconds, rate, err
}

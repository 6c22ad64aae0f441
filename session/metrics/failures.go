package metrics

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"pulsh/session/broker"
)

// failureTextMax bounds a kept text, in bytes: a few lines of a terminal.
// Brokers put whole stack traces into their answers.
const failureTextMax = 500

// FailureText is what one failure said, and when.
type FailureText struct {
	At   time.Time
	Text string
}

// Failure is what is known of one category of failure.
type Failure struct {
	Category    broker.Category
	Count       int64
	First, Last FailureText
}

// Failures counts failures by category and keeps the first and the last text
// of each. Its memory is bounded: two texts for each category. It is safe for
// several goroutines; the lock is taken on a failure only.
type Failures struct {
	now func() time.Time
	mu  sync.Mutex
	by  [broker.CategoryCount]Failure
}

// NewFailures returns an empty count that asks now for the time of each failure.
func NewFailures(now func() time.Time) *Failures { return &Failures{now: now} }

// Add counts n failures of one cause.
func (f *Failures) Add(n int, c broker.Category, text string) {
	if c >= broker.CategoryCount {
		c = broker.Other
	}
	at := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	k := &f.by[c]
	k.Category = c
	if k.Count == 0 {
		k.First = FailureText{at, short(text)}
	}
	k.Count += int64(n)
	k.Last.At = at
	if k.Last.Text != text {
		k.Last.Text = short(text)
	}
}

// Last is when the last failure of one category was counted; zero if none was.
func (f *Failures) Last(c broker.Category) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[c].Last.At
}

// short is a copy of text of at most failureTextMax bytes, cut between runes.
func short(text string) string {
	if len(text) <= failureTextMax {
		return strings.Clone(text)
	}
	end := failureTextMax - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// List returns the categories that have failures, in the order of Categories.
func (f *Failures) List() []Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Failure
	for _, c := range broker.Categories() {
		if f.by[c].Count > 0 {
			list = append(list, f.by[c])
		}
	}
	return list
}

// Reset forgets all failures.
func (f *Failures) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.by[:])
}

package metrics

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"pulsh/session/broker"
)

// failureTextMax bounds a kept text in bytes, a few lines of a terminal:
// brokers put whole stack traces into their answers.
const failureTextMax = 500

// FailureText is the text of one failure, and when it happened.
type FailureText struct {
	At   time.Time
	Text string
}

// Failure describes the failures of one category.
type Failure struct {
	Category    broker.Category
	Count       int64
	First, Last FailureText
}

// Failures counts failures by category and keeps the first and the last text of
// each, so its memory is bounded. Any number of goroutines may use it; its lock
// is taken only on a failure.
type Failures struct {
	now func() time.Time
	mu  sync.Mutex
	by  [broker.CategoryCount]Failure
}

// NewFailures returns empty counts. now tells the time of a failure.
func NewFailures(now func() time.Time) *Failures { return &Failures{now: now} }

// Add counts n failures that have one cause. With n 0 it notes a trouble with which
// nothing has failed.
func (f *Failures) Add(n int, c broker.Category, text string) {
	if c >= broker.CategoryCount {
		c = broker.Other
	}
	at := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	k := &f.by[c]
	k.Category = c
	if k.First.At.IsZero() {
		k.First = FailureText{at, short(text)}
	}
	k.Count += int64(n)
	k.Last.At = at
	if k.Last.Text != text {
		k.Last.Text = short(text)
	}
}

// Last returns when a failure of a category was last counted, or the zero time.
func (f *Failures) Last(c broker.Category) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[c].Last.At
}

// short returns a copy of text of at most failureTextMax bytes, cut between
// runes.
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

// List returns the categories that have failures or troubles, in the order of
// broker.Categories.
func (f *Failures) List() []Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Failure
	for _, c := range broker.Categories() {
		if !f.by[c].First.At.IsZero() {
			list = append(list, f.by[c])
		}
	}
	return list
}

// Reset sets all counts to zero.
func (f *Failures) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.by[:])
}

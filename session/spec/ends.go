package spec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session/pacing"
)

// Ends says when a group stops by itself. The zero Ends is never. The first of
// several ends counts.
type Ends struct {
	Count int64         // messages sent or received since the start; 0 is no limit
	For   time.Duration // of running, pauses left out; 0 is no limit
	Until Until         // of a consumer group
}

// Until is a state of the subscription at which a consumer group stops: its backlog
// is empty, or nothing was received for a time. The zero Until is none.
type Until struct {
	Empty bool
	Idle  time.Duration
}

// Limits of ends, each with its reason.
const (
	CountMost = 1e12                   // a million messages a second need eleven days
	ForMin    = 100 * time.Millisecond // the interval of samples
	ForMax    = 30 * 24 * time.Hour
	IdleMin   = time.Second // shorter pauses are usual within a load
	IdleMax   = 24 * time.Hour
)

// noEnd is the value of a setting that ends nothing.
const noEnd = "off"

// None reports whether the group never stops by itself.
func (e Ends) None() bool { return e == Ends{} }

// FormatAmount writes a number as readAmount reads it: 1M, 20k, 1234.
func FormatAmount(n int64) string {
	switch {
	case n%1e6 == 0 && n != 0:
		return strconv.FormatInt(n/1e6, 10) + "M"
	case n%1e3 == 0 && n != 0:
		return strconv.FormatInt(n/1e3, 10) + "k"
	}
	return strconv.FormatInt(n, 10)
}

// readAmount reads a number of messages from 1 to CountMost, or off.
func readAmount(into *int64, text string) error {
	if text == noEnd {
		*into = 0
		return nil
	}
	n, err := parseWhole(text, CountMost)
	if err == nil && n == 0 {
		err = fmt.Errorf("count must be at least 1; off is no limit")
	}
	if err == nil {
		*into = n
	}
	return err
}

func writeAmount(n int64) string {
	if n == 0 {
		return noEnd
	}
	return FormatAmount(n)
}

func readFor(into *time.Duration, text string) error {
	if text == noEnd {
		*into = 0
		return nil
	}
	return readDuration(into, text, ForMin, ForMax)
}

func writeFor(d time.Duration) string {
	if d == 0 {
		return noEnd
	}
	return pacing.FormatDuration(d)
}

// ParseUntil reads off, empty or idle(10s).
func ParseUntil(text string) (Until, error) {
	switch text {
	case noEnd:
		return Until{}, nil
	case "empty":
		return Until{Empty: true}, nil
	}
	inner, ok := strings.CutPrefix(text, "idle(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return Until{}, fmt.Errorf("%q is not an end (off, empty, idle(10s))", text)
	}
	var u Until
	err := readDuration(&u.Idle, inner, IdleMin, IdleMax)
	return u, err
}

// String writes u as ParseUntil reads it.
func (u Until) String() string {
	switch {
	case u.Empty:
		return "empty"
	case u.Idle > 0:
		return "idle(" + pacing.FormatDuration(u.Idle) + ")"
	}
	return noEnd
}

// endSettings returns the settings that both kinds of group have of their Ends. what
// is done with the messages that count.
func endSettings[S any](what string, ends func(*S) *Ends) []Setting[S] {
	return []Setting[S]{
		{Name: "count", Kind: "AMOUNT", Words: []string{noEnd}, Live: true, Doc: "messages to be " + what + " from the start on; then the group stops by itself; off is no limit",
			Read:  func(s *S) string { return writeAmount(ends(s).Count) },
			Write: func(s *S, text string) error { return readAmount(&ends(s).Count, text) }},
		{Name: "for", Kind: "DURATION", Words: []string{noEnd}, Live: true, Doc: "running time, pauses left out, after which the group stops by itself; off is no limit",
			Read:  func(s *S) string { return writeFor(ends(s).For) },
			Write: func(s *S, text string) error { return readFor(&ends(s).For, text) }},
	}
}

// untilSetting is the end that consumer groups alone have.
func untilSetting() Setting[Consumer] {
	return Setting[Consumer]{Name: "until", Kind: "UNTIL", Words: []string{noEnd, "empty", "idle(10s)"}, Live: true,
		Doc:   "the group stops by itself when the backlog is empty, or when nothing was received for a time: empty, idle(10s), off",
		Read:  func(c *Consumer) string { return c.Until.String() },
		Write: func(c *Consumer, text string) error { return parseInto(&c.Until, ParseUntil, text) }}
}

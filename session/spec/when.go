package spec

import (
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// When is a position to which a subscription can be moved: an instant, or one
// stored message.
type When struct {
	Time time.Time         // zero if ID is set
	ID   *broker.MessageID // nil if Time is set
}

// ParseWhenForm is ParseWhen for a text that counts from a later instant, as a reader's position
// does from its start. Only the form and an ID of the result mean something.
func ParseWhenForm(text string) (When, error) {
	return ParseWhen(text, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
}

// ParseWhen reads -5m (before now), earliest, latest, a time of day such as
// 10:42:07 (the last one that has passed), an instant of RFC 3339, or a message
// id ledger:entry[:partition]. A text that could be both, such as 10:42:17, is
// a time of day; the message is written 010:42:17. The error is a sentence that
// quotes the text.
func ParseWhen(text string, now time.Time) (When, error) {
	wrong := fmt.Errorf("%q is neither a time nor a message (-5m, earliest, latest, 10:42:07, ledger:entry)", text)
	switch {
	case text == "earliest":
		return When{Time: time.Unix(0, 0)}, nil
	case text == "latest":
		return When{Time: now}, nil
	case strings.HasPrefix(text, "-"):
		ago, err := pacing.ParseDuration(text[1:])
		if err != nil || ago < 0 || strings.HasPrefix(text, "--") {
			return When{}, wrong
		}
		return past(text, now.Add(-ago), now)
	case strings.Contains(text, "T"):
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return When{}, wrong
		}
		return past(text, at, now)
	}
	if at, ok := clockTime(text, now); ok {
		return When{Time: at}, nil
	}
	if d, err := pacing.ParseDuration(text); err == nil && d > 0 {
		return When{}, fmt.Errorf("%q is in the future; -%s is %s ago", text, text, text)
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return When{}, fmt.Errorf("%q has no time of day; midnight is %sT00:00:00Z", text, text)
	}
	if _, minute, _ := strings.Cut(text, ":"); len(minute) == len("05") && minute[0] == '0' {
		return When{}, fmt.Errorf("%q is no message, whose numbers begin with no 0; a time of day has seconds, %s:00", text, text)
	}
	id, err := broker.ParseMessageID(text)
	if err != nil {
		return When{}, wrong
	}
	return When{ID: &id}, nil
}

// past refuses instants that no stored message can have.
func past(text string, at, now time.Time) (When, error) {
	switch {
	case at.After(now):
		return When{}, fmt.Errorf("%q is in the future; it is %s now", text, now.Format(time.RFC3339))
	case at.Before(time.Unix(0, 0)):
		return When{}, fmt.Errorf("%q is before 1970; the oldest message is at earliest", text)
	}
	return When{Time: at}, nil
}

// clockTime reads a time of day, with two digits for each number, as the last
// such time before now.
func clockTime(text string, now time.Time) (time.Time, bool) {
	clock, err := time.Parse("15:04:05", text)
	if err != nil || len(text) < len("15:04:05") || text[2] != ':' {
		return time.Time{}, false
	}
	y, m, d := now.Date()
	on := func(day int) time.Time {
		return time.Date(y, m, day, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), now.Location())
	}
	if today := on(d); !today.After(now) {
		return today, true
	}
	return on(d - 1), true
}

package spec

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

func TestParseWhen(t *testing.T) {
	for text, want := range map[string]time.Time{
		"-5m":                  noon().Add(-5 * time.Minute),
		"-1d12h":               noon().Add(-36 * time.Hour),
		"-0s":                  noon(),
		"latest":               noon(),
		"earliest":             time.Unix(0, 0),
		"10:42:07":             time.Date(2026, 5, 4, 10, 42, 7, 0, time.UTC),
		"10:42:07.5":           time.Date(2026, 5, 4, 10, 42, 7, 5e8, time.UTC),
		"12:00:01":             time.Date(2026, 5, 3, 12, 0, 1, 0, time.UTC),
		"2026-05-04T10:42:07Z": time.Date(2026, 5, 4, 10, 42, 7, 0, time.UTC),
	} {
		got, err := ParseWhen(text, noon())
		require.NoError(t, err, text)
		require.Nil(t, got.ID, text)
		require.True(t, want.Equal(got.Time), "%s: got %s, want %s", text, got.Time, want)
	}
	for text, want := range map[string]broker.MessageID{
		"12:7":       {Ledger: 12, Entry: 7, Partition: -1},
		"12:42":      {Ledger: 12, Entry: 42, Partition: -1},
		"1234:0:3":   {Ledger: 1234, Entry: 0, Partition: 3},
		"010:42:17":  {Ledger: 10, Entry: 42, Partition: 17},
		"70:42:17":   {Ledger: 70, Entry: 42, Partition: 17},
		"7:12:10000": {Ledger: 7, Entry: 12, Partition: 10000},
	} {
		got, err := ParseWhen(text, noon())
		require.NoError(t, err, text)
		require.NotNil(t, got.ID, text)
		require.Equal(t, want, *got.ID, text)
	}
	for text, want := range map[string]string{
		"5m":                   `"5m" is in the future; -5m is 5m ago`,
		"2026-05-04T13:00:00Z": `"2026-05-04T13:00:00Z" is in the future; it is 2026-05-04T12:00:00Z now`,
		"yesterday":            `"yesterday" is neither a time nor a message (-5m, earliest, latest, 10:42:07, ledger:entry)`,
		"2026-05-04":           `"2026-05-04" has no time of day; midnight is 2026-05-04T00:00:00Z`,
		"10:00":                `"10:00" is no message, whose numbers begin with no 0; a time of day has seconds, 10:00:00`,
		"9:05":                 `"9:05" is no message, whose numbers begin with no 0; a time of day has seconds, 9:05:00`,
		"-100000d":             `"-100000d" is before 1970; the oldest message is at earliest`,
	} {
		_, err := ParseWhen(text, noon())
		require.EqualError(t, err, want)
	}
}

func FuzzWhen(f *testing.F) {
	for _, text := range []string{"-5m", "earliest", "10:42:07", "10:42:17:1", "1:2", "010:42:17", "2026-05-04T10:42:07.25+02:00", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWhen(text, noon())
		if err != nil {
			return
		}
		require.NotEqual(t, w.ID == nil, w.Time.IsZero(), "either an instant or a message")
		require.False(t, w.Time.After(noon()))
		require.False(t, w.ID == nil && w.Time.Before(time.Unix(0, 0)))
	})
}

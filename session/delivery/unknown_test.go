package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

func TestFailedSendsAreUnknownAgainAfterASeek(t *testing.T) {
	l := NewAudit(64)
	l.Open(1, 0)
	for n := uint64(100); n < 300; n++ {
		l.SendFailed(1, n)
	}
	feed(l, 0, 99)
	feed(l, 300, 999)
	require.EqualValues(t, 200, l.Totals().Unknown, "they have left the window")
	l.SendFailed(1, 998)
	l.NewPeriod()
	feed(l, 50, 99)
	feed(l, 300, 1099)
	got := l.Totals()
	require.EqualValues(t, 200, got.Unknown)
	require.Zero(t, got.Lost)
	require.Zero(t, l.Previous().Lost)
}

// from takes in a message of a sender outside that has failed so many before.
func from(r *Reader, n, failed uint64) Class {
	return r.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n, Failed: failed}, Entry: uint32(n)})
}

func TestASenderOutsideTellsOfItsFailedSends(t *testing.T) {
	l := NewAudit(64)
	r := l.Reader()
	from(r, 1000, 40) // of before
	for n := uint64(1100); n < 1400; n++ {
		from(r, n, 138)
	}
	got := l.Totals()
	require.EqualValues(t, 98, got.Unknown)
	require.EqualValues(t, 1, got.Lost, "one was neither stored nor reported")
	for n := uint64(1400); n < 1500; n++ {
		from(r, n, 139)
	}
	require.Zero(t, l.Totals().Lost, "it is reported late")
	for n := uint64(1500 + payload.MaxFailed); n < 1600+payload.MaxFailed; n++ {
		from(r, n, payload.MaxFailed)
	}
	require.EqualValues(t, 139, l.Totals().Lost, "no stamp tells of more")
}

func TestFailedSendsDoNotLookLikeTheEndOfThePeriodBefore(t *testing.T) {
	l := NewAudit(64)
	l.Open(1, 0)
	feed(l, 0, 999)
	l.NewPeriod()
	feed(l, 500, 599)
	for n := uint64(600); n < 990; n++ {
		l.SendFailed(1, n)
	}
	feed(l, 990, 1200)
	got := l.Totals()
	require.Zero(t, got.OutsideWindow)
	require.EqualValues(t, 390, got.Unknown)
	require.Zero(t, got.Lost)
}

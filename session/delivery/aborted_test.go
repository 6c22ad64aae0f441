package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// take takes the numbers of producer 1 from first to last, each as an entry of its own.
func take(a *Audit, first, last uint64) {
	r := a.Reader()
	for n := first; n <= last; n++ {
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n)})
	}
}

func TestAbortedMessagesAreNeitherLostNorUnknown(t *testing.T) {
	a := NewAudit(64)
	a.Open(1, 0)
	take(a, 0, 99)
	a.Aborted(1, 100, 150)
	take(a, 150, 199)
	a.Aborted(1, 250, 300) // before 200–249, whose transaction takes longer
	a.OutcomeUnknown(1, 300, 310)
	a.Aborted(1, 200, 250)
	a.Expect(1, 310)
	got := a.Totals()
	require.EqualValues(t, 150, got.Aborted)
	require.EqualValues(t, 10, got.Unknown)
	require.Zero(t, got.Missing())
	require.Zero(t, got.AbortedReceived)

	take(a, 310, 999) // all of them leave the window
	got = a.Totals()
	require.EqualValues(t, 150, got.Aborted)
	require.EqualValues(t, 10, got.Unknown)
	require.Zero(t, got.Missing())
}

func TestAbortedMessagesThatArriveAreReported(t *testing.T) {
	a := NewAudit(256)
	a.Open(1, 0)
	take(a, 0, 119) // 100 to 119 before the abort is known
	a.Aborted(1, 100, 150)
	take(a, 120, 129) // and 120 to 129 after it
	take(a, 150, 199)
	a.Expect(1, 200)
	got := a.Totals()
	require.EqualValues(t, 30, got.AbortedReceived)
	require.EqualValues(t, 20, got.Aborted)
	require.Zero(t, got.Missing())
	require.Zero(t, got.Unknown)

	take(a, 110, 110) // the same entry
	require.EqualValues(t, 30, a.Totals().AbortedReceived, "a redelivery is the same message")
	require.EqualValues(t, 30, a.Totals().Since(Totals{}).AbortedReceived)
	require.Zero(t, a.Totals().Since(a.Totals()).AbortedReceived)
}

func TestAbortedMessagesStayAbortedAfterASeek(t *testing.T) {
	a := NewAudit(64)
	a.Open(1, 0)
	take(a, 0, 99)
	a.Aborted(1, 100, 150)
	take(a, 150, 499)
	a.Expect(1, 500)
	a.NewPeriod()
	take(a, 50, 99)
	take(a, 150, 499)
	got := a.Totals()
	require.EqualValues(t, 50, got.Aborted)
	require.Zero(t, got.Missing())
	take(a, 120, 120) // outside the window: its transaction was aborted before the seek
	require.Zero(t, a.Totals().Missing())
}

func TestManyAbortedTransactionsAreCounted(t *testing.T) {
	a := NewAudit(64)
	a.Open(1, 0)
	const runs = MaxUnknownSpans + 500
	for n := uint64(0); n < runs; n++ {
		take(a, 10*n, 10*n+4)
		a.Aborted(1, 10*n+5, 10*n+10)
		a.Totals() // as the sampler does
	}
	take(a, 10*runs, 10*runs+999)
	got := a.Totals()
	require.EqualValues(t, 5*runs, got.Aborted)
	require.Zero(t, got.Missing())
}

package report

import (
	"math"
	"time"

	"pulsh/session/export"
	"pulsh/session/snapshot"
)

// chaosOf returns the faults that were caused as data, nil if there are none.
func chaosOf(is *snapshot.Chaos) *export.Chaos {
	if is == nil || is.Sum.Events == 0 {
		return nil
	}
	out := &export.Chaos{Sum: export.ChaosSum{
		Events: is.Sum.Events, P99: milliseconds(is.Sum.P99), Lost: is.Sum.Lost, Duplicated: is.Sum.Duplicated,
		FirstAck: known(is.Sum.FirstAck, is.Sum.Acks > 0), FirstReceive: known(is.Sum.FirstRecv, is.Sum.Recvs > 0),
		NotBack: is.Sum.NotBack, Failed: is.Sum.Failed, Outcome: is.Sum.String(),
	}}
	for _, e := range is.Events {
		out.Events = append(out.Events, export.Fault{
			Number: e.Number, At: e.At, Name: e.Fault, Detail: e.Detail, Lasted: e.Lasted.Seconds(),
			FirstAck: known(e.FirstAck.After, e.FirstAck.Known()), FirstReceive: known(e.FirstRecv.After, e.FirstRecv.Known()),
			P99: milliseconds(e.P99), Lost: e.Lost, Duplicated: e.Duplicated, Failure: e.Err, Outcome: e.Outcome(),
		})
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// known returns a duration in seconds, NaN if it is not known.
func known(d time.Duration, ok bool) export.Number {
	if !ok {
		return export.Number(math.NaN())
	}
	return export.Number(d.Seconds())
}

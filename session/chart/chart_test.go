package chart_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
	"pulsh/session/chart"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func TestUnitsAreWrittenInTheirOwnWay(t *testing.T) {
	for unit, want := range map[spec.Unit]string{
		spec.Count: "2.0k", spec.PerSecond: "2.00k/s", spec.BytesPerSecond: "2.00 kB/s",
		spec.Nanoseconds: "2µs", spec.Bytes: "2 KiB", spec.Percent: "2000.0 %",
	} {
		value := 2000.0
		if unit == spec.Bytes {
			value = 2048
		}
		require.Equal(t, want, chart.Unit(unit).Format(value), unit)
	}
}

func TestMarksHaveSigns(t *testing.T) {
	for kind, want := range map[snapshot.MarkKind]graphs.Sign{
		snapshot.MarkCommand: graphs.Event, snapshot.MarkNote: graphs.Remark,
		snapshot.MarkReconnect: graphs.Mended, snapshot.MarkError: graphs.Trouble,
	} {
		require.Equal(t, want, chart.Sign(kind), kind)
	}
}

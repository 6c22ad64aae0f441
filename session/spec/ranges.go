package spec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Range holds the least and the most value of a setting, as they are typed.
type Range struct{ Least, Most string }

// String returns the range for help: 1 to 1000.
func (r Range) String() string { return r.Least + " to " + r.Most }

// limitRange is the range of the limits that colour a figure.
const limitRange = "more than 0"

// ranges holds the ranges of all settings whose values are numbers, by name. It never
// changes.
var ranges = map[string]Range{
	"partitions":    counts(0, broker.MaxPartitions),
	"workers":       counts(1, WorkersMax),
	"producers":     counts(1, ProducersEach-1),
	"size":          sizes(payload.StampSize, payload.MaxSize),
	"keys":          counts(1, payload.MaxKeys),
	"batch":         counts(1, BatchMax),
	"bytes":         sizes(BatchBytesMin, BatchBytesMax),
	"delay":         spans(time.Millisecond, BatchDelayMax),
	"pending":       counts(1, PendingMax),
	"timeout":       spans(SendTimeoutMin, SendTimeoutMax),
	"ratio":         {fmt.Sprint(payload.RatioMin), "1"},
	"ordering-key":  counts(1, payload.MaxKeys),
	"deliver-after": spans(DelayMin, DelayMax),
	"topics":        counts(1, ProducerTopicsMax),
	"count":         counts(1, CountMost),
	"for":           spans(ForMin, ForMax),
	"connections":   counts(1, ConnectionsMax),
	"txn":           counts(1, TransactionMax),
	"txn-abort":     {"0%", "100%"},
	"txn-timeout":   spans(TransactionTimeoutMin, TransactionTimeoutMax),

	"queue":          counts(1, QueueMax),
	"subscriptions":  counts(1, SubscriptionsMax),
	"priority":       counts(0, PriorityMax),
	"nack":           {"0%", "100%"},
	"drop":           {"0%", "100%"},
	"nackdelay":      spans(NackDelayMin, NackDelayMax),
	"work":           spans(WorkMin, WorkMax),
	"maxredeliver":   counts(0, MaxRedeliverMax),
	"retrydelay":     spans(time.Millisecond, RetryDelayMax),
	"chunks-pending": counts(1, ChunksPendingMax),
	"chunks-expire":  spans(ChunksExpireMin, ChunksExpireMax),

	"refresh":        spans(RefreshMin, RefreshMax),
	"dead":           spans(deadMin, deadMax),
	"rate":           rates,
	"protected-rate": rates,
}

// innerRanges are the ranges of the numbers within values of several parts.
var innerRanges = map[string]string{
	"churn":    "more than 0%, up to 100%; every " + spans(ChurnMin, ChurnMax).String(),
	"chunking": "chunks of " + sizes(ChunkMin, payload.MaxSize).String(),
	"routing":  "partitions " + counts(0, broker.MaxPartitions-1).String(),
	"until":    "idle of " + spans(IdleMin, IdleMax).String(),
	"ack": fmt.Sprintf("batches of %s messages and %s, delays of %s", counts(AckGroupMin, AckGroupMax), spans(time.Millisecond, AckGroupDelayMax),
		spans(AckAfterMin, AckAfterMax)),
}

// rates is the range of a rate that is not max.
var rates = Range{pacing.Least.String(), pacing.Limit.String()}

func counts(least, most int64) Range {
	return Range{strconv.FormatInt(least, 10), strconv.FormatInt(most, 10)}
}

func sizes(least, most int64) Range {
	return Range{payload.FormatBytes(least), payload.FormatBytes(most)}
}

func spans(least, most time.Duration) Range {
	return Range{pacing.FormatDuration(least), pacing.FormatDuration(most)}
}

// RangeOf returns the range of a setting, "" if it has none.
func RangeOf(setting string) string {
	r, ok := ranges[setting]
	switch {
	case ok:
		return r.String()
	case strings.HasSuffix(setting, "-warn"), strings.HasSuffix(setting, "-fail"):
		return limitRange
	}
	return innerRanges[setting]
}

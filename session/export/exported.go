package export

import "strings"

// exported is a column that is a metric family.
type exported struct {
	kind, column string
	name         string
	metric       MetricType
	help         string
	scale        float64 // from the column's unit to the base unit; 0 is 1
}

// exportedColumns returns the columns for Prometheus. It leaves out rates and
// averages where a counter gives them for any range, and quantiles, which the
// distributions give.
func exportedColumns() []exported {
	return []exported{
		{kind: Produce, column: "target_messages_per_second", name: "pulsh_target_messages_per_second", metric: Gauge, help: "Messages a second that are wanted now, absent where it is as fast as possible."},
		{kind: Produce, column: "peak_messages_per_second", name: "pulsh_peak_acked_messages_per_second", metric: Gauge, help: "Highest rate of a second since the first start or the last reset, messages acked."},
		{kind: Consume, column: "peak_messages_per_second", name: "pulsh_peak_received_messages_per_second", metric: Gauge, help: "Highest rate of a second since the first start or the last reset, messages received."},
		{kind: Produce, column: "due", name: "pulsh_messages_due_total", metric: Counter, help: "Messages that fell due by the schedule."},
		{kind: Produce, column: "missed", name: "pulsh_messages_missed_total", metric: Counter, help: "Messages given up as too late."},
		{kind: Produce, column: "sent", name: "pulsh_messages_sent_total", metric: Counter, help: "Messages handed to the client."},
		{kind: Produce, column: "acked", name: "pulsh_messages_acked_total", metric: Counter, help: "Messages that the broker has acked."},
		{kind: Produce, column: "failed", name: "pulsh_messages_failed_total", metric: Counter, help: "Messages that were refused."},
		{kind: Produce, column: "unknown", name: "pulsh_messages_unanswered_total", metric: Counter, help: "Messages without an answer when their producer closed."},
		{kind: Produce, column: "pending", name: "pulsh_messages_pending", metric: Gauge, help: "Messages sent and not yet answered."},
		{kind: Produce, column: "batch", name: "pulsh_batch_messages", metric: Gauge, help: "Messages of a batch, the mean of the last second."},
		{kind: Produce, column: "ratio_percent", name: "pulsh_compression_percent", metric: Gauge, help: "Size of the compressed messages as a share of their size, the mean of the last second."},
		{kind: Produce, column: "chunked", name: "pulsh_messages_sent_chunked_total", metric: Counter, help: "Messages acked that were sent in chunks."},
		{kind: Produce, column: "producers", name: "pulsh_lanes", metric: Gauge, help: "Pulsar producers in use."},
		{kind: Produce, column: "connections", name: "pulsh_producer_connections", metric: Gauge, help: "Connections to the brokers."},
		{kind: Produce, column: "remaining", name: "pulsh_messages_to_send", metric: Gauge, help: "Messages until the group reaches its count, absent without a count."},
		{kind: Consume, column: "remaining", name: "pulsh_messages_to_receive", metric: Gauge, help: "Messages until the group reaches its count, absent without a count."},
		{kind: Produce, column: "storage_bytes", name: "pulsh_topic_storage_bytes", metric: Gauge, help: "Bytes that the topic stores."},
		{kind: Consume, column: "received", name: "pulsh_messages_received_total", metric: Counter, help: "Messages received."},
		{kind: Consume, column: "acked", name: "pulsh_messages_acknowledged_total", metric: Counter, help: "Messages that the group has acknowledged."},
		{kind: Consume, column: "failed", name: "pulsh_acknowledgements_failed_total", metric: Counter, help: "Acknowledgements that failed."},
		{kind: Consume, column: "pending", name: "pulsh_messages_unacknowledged", metric: Gauge, help: "Messages received and not yet acknowledged."},
		{kind: Consume, column: "backlog", name: "pulsh_backlog_messages", metric: Gauge, help: "Messages that wait in the broker, estimated from its entries."},
		{kind: Consume, column: "entries", name: "pulsh_backlog_entries", metric: Gauge, help: "Entries that wait in the broker, as it counts them."},
		{kind: Consume, column: "unacked", name: "pulsh_broker_unacknowledged_messages", metric: Gauge, help: "Messages that the broker waits to see acknowledged."},
		{kind: Consume, column: "lost", name: "pulsh_messages_lost", metric: Gauge, help: "Messages that were passed over for good, by the delivery audit."},
		{kind: Consume, column: "missing", name: "pulsh_messages_missing", metric: Gauge, help: "Messages not received so far, the lost ones too, by the delivery audit."},
		{kind: Consume, column: "duplicated", name: "pulsh_messages_duplicated_total", metric: Counter, help: "Messages that are stored twice, by the delivery audit."},
		{kind: Consume, column: "redelivered", name: "pulsh_messages_redelivered_total", metric: Counter, help: "Messages that came again, by the delivery audit."},
		{kind: Consume, column: "outoforder", name: "pulsh_messages_disordered_total", metric: Counter, help: "Messages out of order, by the delivery audit."},
		{kind: Consume, column: "unstamped", name: "pulsh_messages_unstamped_total", metric: Counter, help: "Messages that pulsh did not send."},
		{kind: Consume, column: "consumers", name: "pulsh_consumers", metric: Gauge, help: "Consumers connected to the broker."},
		{kind: Consume, column: "connections", name: "pulsh_consumer_connections", metric: Gauge, help: "Connections to the brokers."},
		{kind: Consume, column: "period", name: "pulsh_delivery_period", metric: Gauge, help: "Periods of the delivery audit, one more with each seek."},
		{kind: Consume, column: "target_messages_per_second", name: "pulsh_receive_limit_messages_per_second", metric: Gauge, help: "Messages a second that may be taken now, absent where there is no limit."},
		{kind: Consume, column: "kept", name: "pulsh_messages_kept", metric: Gauge, help: "Messages processed and held back by ack=delayed or ack=manual."},
		{kind: Consume, column: "waiting", name: "pulsh_client_queue_messages", metric: Gauge, help: "Messages that wait in the client's queue."},
		{kind: Consume, column: "nacked", name: "pulsh_messages_nacked_total", metric: Counter, help: "Messages given back."},
		{kind: Consume, column: "dropped", name: "pulsh_messages_dropped_total", metric: Counter, help: "Messages neither acknowledged nor given back."},
		{kind: Consume, column: "released", name: "pulsh_messages_released_total", metric: Counter, help: "Messages given up by their consumer's end, to come again."},
		{kind: Consume, column: "deadlettered", name: "pulsh_messages_deadlettered_total", metric: Counter, help: "Messages stored in the dead-letter topic."},
		{kind: Consume, column: "retried", name: "pulsh_messages_retried_total", metric: Counter, help: "Messages stored in the retry topic."},
		{kind: Consume, column: "unforwarded", name: "pulsh_messages_unforwarded_total", metric: Counter, help: "Messages that neither topic took, given back instead."},
		{kind: Consume, column: "chunked", name: "pulsh_messages_received_chunked_total", metric: Counter, help: "Messages received in chunks."},
		{kind: Consume, column: "undecrypted", name: "pulsh_entries_undecrypted_total", metric: Counter, help: "Entries that could not be decrypted, each time they came."},
		{kind: Consume, column: "undecoded", name: "pulsh_messages_undecoded_total", metric: Counter, help: "Messages that do not fit their schema."},
		{kind: Consume, column: "discarded", name: "pulsh_entries_discarded_total", metric: Counter, help: "Entries that the engine threw away as damaged."},
		{kind: Consume, column: "churned", name: "pulsh_consumers_churned_total", metric: Counter, help: "Consumers closed and subscribed again by churn."},
		{kind: Consume, column: "gaps", name: "pulsh_messages_passed_over", metric: Gauge, help: "Messages passed over that may still come, by the delivery audit."},
		{kind: Consume, column: "notreceived", name: "pulsh_messages_ahead", metric: Gauge, help: "Messages acked to their producer, above the last one received."},
		{kind: Consume, column: "removed", name: "pulsh_messages_removed", metric: Gauge, help: "Missing messages that the cluster removed from the backlog: expired, skipped, evicted or deleted. An estimate."},
		{kind: Consume, column: "unknown", name: "pulsh_sends_doubtful", metric: Gauge, help: "Failed sends that may be stored."},
		{kind: Consume, column: "outoforder_key", name: "pulsh_messages_disordered_in_key_total", metric: Counter, help: "Messages out of order within a key, by the delivery audit."},
		{kind: Consume, column: "outsidewindow", name: "pulsh_messages_too_old_total", metric: Counter, help: "Messages older than the window of the delivery audit, not judged."},
		{kind: eitherKind, column: "disconnects", name: "pulsh_disconnects_total", metric: Counter, help: "Times that producers or consumers lost their connection; those of one time count once."},
		{kind: eitherKind, column: "disconnected_ms", name: "pulsh_disconnected_seconds_total", metric: Counter, help: "Time in which a producer or consumer of the group had no connection.", scale: 0.001},
		{kind: eitherKind, column: "disconnected_max_ms", name: "pulsh_disconnected_longest_seconds", metric: Gauge, help: "Longest of these times.", scale: 0.001},
		{kind: eitherKind, column: "disconnected_now", name: "pulsh_disconnected", metric: Gauge, help: "Producers or consumers without a connection now."},
		{kind: Consume, column: "aborted", name: "pulsh_messages_aborted", metric: Gauge, help: "Messages of aborted transactions that did not arrive, by the delivery audit."},
		{kind: Consume, column: "aborted_received", name: "pulsh_messages_aborted_received_total", metric: Counter, help: "Messages of aborted transactions that arrived nonetheless, by the delivery audit."},
		{kind: Process, column: "cpu_percent", name: "pulsh_cpu_cores", metric: Gauge, help: "Processor time of pulsh over the last second, in cores.", scale: 0.01},
		{kind: Process, column: "broker_percent", name: "pulsh_embedded_broker_cpu_cores", metric: Gauge, help: "Processor time of the embedded broker over the last seconds, in cores; part of pulsh_cpu_cores.", scale: 0.01},
		{kind: Process, column: "memory_bytes", name: "pulsh_resident_memory_bytes", metric: Gauge, help: "Resident memory of pulsh."},
		{kind: Process, column: "goroutines", name: "pulsh_goroutines", metric: Gauge, help: "Goroutines of pulsh."},
	}
}

// eitherKind is the kind of columns that producer and consumer groups have.
const eitherKind = "either"

// holds reports whether groups of a kind have the column.
func (e exported) holds(kind string) bool {
	return kind == e.kind || e.kind == eitherKind && (kind == Produce || kind == Consume)
}

// causesPrefix is the beginning of the columns of redeliveries by cause.
const causesPrefix = "redelivered_"

// redeliveries returns the redelivered messages by cause.
func (r *Report) redeliveries() Family {
	f := Family{Name: "pulsh_redeliveries_total", Help: "Messages that came again, by cause.", Type: Counter, Labels: []string{"cause", "group"}}
	for _, g := range r.Groups {
		for _, v := range g.Figures {
			if cause, found := strings.CutPrefix(v.Name, causesPrefix); found && v.Value.Known() {
				f.Samples = append(f.Samples, Sample{Labels: []string{cause, g.Name}, Value: float64(v.Value)})
			}
		}
	}
	return f
}

// transactions returns the open transactions, and those that have ended by outcome.
func (r *Report) transactions() []Family {
	open := Family{Name: "pulsh_transactions_open", Help: "Transactions that are open.", Type: Gauge, Labels: []string{"group"}}
	ended := Family{Name: "pulsh_transactions_total", Help: "Transactions that ended, by outcome.", Type: Counter, Labels: []string{"group", "outcome"}}
	for _, g := range r.Groups {
		if v, ok := g.Figures.Get("txn_open"); ok && v.Known() {
			open.Samples = append(open.Samples, Sample{Labels: []string{g.Name}, Value: float64(v)})
		}
		for _, outcome := range []string{"committed", "aborted", "failed"} {
			if v, ok := g.Figures.Get("txn_" + outcome); ok && v.Known() {
				ended.Samples = append(ended.Samples, Sample{Labels: []string{g.Name, outcome}, Value: float64(v)})
			}
		}
	}
	return []Family{open, ended}
}

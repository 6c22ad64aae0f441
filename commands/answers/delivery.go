package answers

import (
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

// ProducerTable lists the producers, the worst first, if there are several.
func ProducerTable(l snapshot.Delivery) []string {
	if len(l.Producers) < 2 {
		return nil
	}
	var rows [][]string
	for _, a := range l.Producers {
		rows = append(rows, accountRow(a.Name, a.Totals))
	}
	table := accountTable("producer", rows)
	if more := int(l.Present.Producers) - len(l.Producers); more > 0 {
		table = append(table, fmt.Sprintf("and %s with no worse figures", graphs.Plural(more, "more producer")))
	}
	return table
}

// SubscriptionTable lists the subscriptions of a group, if there are several.
func SubscriptionTable(l snapshot.Delivery) []string {
	if len(l.Subscriptions) < 2 {
		return nil
	}
	var rows [][]string
	for _, a := range l.Subscriptions {
		rows = append(rows, accountRow(a.Name, a.Totals))
	}
	return accountTable("subscription", rows)
}

func accountRow(name string, t delivery.Totals) []string {
	return []string{name, Whole(int64(t.Received)), Whole(int64(t.Lost)), Whole(int64(t.Gaps + t.NotYetReceived)),
		Whole(int64(t.Duplicated)), Whole(int64(t.Redelivered)), Whole(int64(t.OutOfOrder))}
}

func accountTable(of string, rows [][]string) []string {
	right := graphs.AlignRight
	return graphs.Table([]string{of, "received", "lost", "open", "duplicated", "redelivered", "out of order"}, rows,
		[]graphs.Align{0, right, right, right, right, right, right}, lang.AnswerWidth)
}

// OrderSentence tells which order the subscription keeps, "" if no message was out
// of order.
func OrderSentence(g snapshot.Group, l delivery.Totals) string {
	r := g.Consumer
	if l.OutOfOrder == 0 {
		return ""
	}
	switch g.Order() {
	case snapshot.ProducerOrder:
		return fmt.Sprintf("%s keeps the order of each producer, and %s that order", r.Type, graphs.Plural(l.OutOfOrder, "message broke", "messages broke"))
	case snapshot.KeyOrder:
		if l.OutOfOrderKey == 0 {
			return fmt.Sprintf("%s keeps only the order of each key, and kept it", r.Type)
		}
		text := fmt.Sprintf("%s keeps only the order of each key, and %s that order", r.Type, graphs.Plural(l.OutOfOrderKey, "message broke", "messages broke"))
		if r.Type == string(broker.KeyShared) && l.KeyBatched < l.Received {
			text += ": batches mix keys; use batchby=key (or batch=1) on the producer"
		}
		return text
	}
	switch {
	case r.Consumers+g.Disconnects.Now > 1:
		return fmt.Sprintf("no order is kept: %s share the subscription", graphs.Plural(r.Consumers+g.Disconnects.Now, "consumer"))
	case g.Partitions > 1:
		return fmt.Sprintf("no order is kept between the %d partitions", g.Partitions)
	}
	return "a " + r.Type + " subscription keeps no order"
}

// Sending reports whether any producer may still send to the topics of the group.
func Sending(s *snapshot.Snapshot, g snapshot.Group) bool {
	for _, other := range s.Groups {
		if other.Producer == nil || !other.State.Active() || other.Cluster != g.Cluster && g.Consumer.Delivery.Replicating == 0 {
			continue
		}
		for _, topic := range append([]string{other.Topic}, other.Topics...) {
			if Receives(g, topic) {
				return true
			}
		}
	}
	return g.Consumer.Broker.Producers > 0
}

// SameTopic reports whether two names, short or full, are of one topic.
func SameTopic(a, b string) bool {
	first, err := broker.ParseTopic(a)
	second, wrong := broker.ParseTopic(b)
	if err != nil || wrong != nil {
		return a == b
	}
	return first.String() == second.String()
}

// Verdict sums up the delivery check in a sentence. With settled, nobody sends, the
// backlog is empty and nothing arrives: outstanding messages are then lost.
func Verdict(g snapshot.Group, books snapshot.Delivery, settled bool) string {
	l := books.Present
	open := l.Gaps + l.NotYetReceived
	var parts []string
	switch {
	case l.Received == 0 && open == 0:
		return "nothing received yet"
	case !g.Consumer.Judged():
		parts = append(parts, "loss is not judged: others receive from the subscription ("+snapshot.SomeOf(g.Consumer.Others)+")")
	case l.Missing() == 0:
		parts = append(parts, allReceived(l, books.Removed > 0))
	case settled && l.Missing() == l.Replicating:
		parts = append(parts, graphs.Plural(l.Replicating, "message")+" outstanding: acked on another cluster, and not arrived here")
	case settled:
		parts = append(parts, graphs.Plural(l.Missing()-l.Replicating, "message")+" lost: acked, not in the backlog and never received")
	default:
		parts = append(parts, missing(g, l.Lost, open))
	}
	if l.AbortedReceived > 0 {
		parts = append(parts, graphs.Plural(l.AbortedReceived, "message")+" of aborted transactions arrived, which must not")
	}
	if l.Duplicated > 0 {
		parts = append(parts, graphs.Plural(l.Duplicated, "duplicate"))
	}
	if l.Redelivered > 0 {
		parts = append(parts, graphs.Plural(l.Redelivered, "redelivery", "redeliveries"))
	}
	if l.OutsideWindow > 0 {
		parts = append(parts, Whole(int64(l.OutsideWindow))+" not checked")
	}
	if books.Removed > 0 {
		parts = append(parts, fmt.Sprintf("%s were removed (%s)", graphs.Plural(uint64(books.Removed), "message"), g.Consumer.WhyRemoved()))
	}
	if books.Previous.Lost > 0 {
		parts = append(parts, Whole(int64(books.Previous.Lost))+" lost in earlier periods")
	}
	return strings.Join(parts, "; ")
}

// allReceived is the verdict if no message is lost or outstanding. removed reports
// whether the cluster has removed some.
func allReceived(l delivery.Totals, removed bool) string {
	what := "every acked message was received"
	if l.CompactedAway > 0 {
		return "compaction removes messages, so none can be counted as lost"
	}
	if l.Announced < l.Producers { // the acks of other processes are not known
		what = "every message from the first to the last of each producer was received"
	}
	if l.Aborted+l.AbortedReceived > 0 {
		what = strings.Replace(what, "acked", "committed", 1)
	}
	if removed {
		what = strings.Replace(what, " was received", " that was not removed was received", 1)
	}
	if l.Duplicated == 0 && l.Redelivered == 0 {
		what += " exactly once"
	}
	return what
}

// missing is the verdict while messages are lost or outstanding.
func missing(g snapshot.Group, lost, open uint64) string {
	var parts []string
	if lost > 0 {
		parts = append(parts, graphs.Plural(lost, "message")+" lost")
	} else {
		parts = append(parts, "none lost so far")
	}
	switch {
	case open == 0:
	case !g.State.Active():
		parts = append(parts, Whole(int64(open))+" not received before "+g.Name+" stopped")
	case !g.Consumer.Backlog.Known:
		parts = append(parts, Whole(int64(open))+" outstanding, and without the admin API the backlog is unknown")
	default:
		parts = append(parts, Whole(int64(open))+" outstanding")
	}
	return strings.Join(parts, ", ")
}

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

// LaneTable lists the lanes, the worst first, when there are several.
func LaneTable(l snapshot.Delivery) []string {
	if len(l.Producers) < 2 {
		return nil
	}
	var rows [][]string
	for _, a := range l.Producers {
		rows = append(rows, []string{a.Name, Whole(int64(a.Received)), Whole(int64(a.Lost)), Whole(int64(a.Gaps + a.NotYetReceived)),
			Whole(int64(a.Duplicated)), Whole(int64(a.Redelivered)), Whole(int64(a.OutOfOrder))})
	}
	right := graphs.AlignRight
	table := graphs.Table([]string{"lane", "received", "lost", "open", "duplicated", "redelivered", "disorder"}, rows,
		[]graphs.Align{0, right, right, right, right, right, right}, lang.AnswerWidth)
	if more := int(l.Present.Producers) - len(l.Producers); more > 0 {
		table = append(table, fmt.Sprintf("and %s that fared no worse", lang.Count(more, "lane")))
	}
	return table
}

// OrderSentence says which order the subscription promises, where the figures
// of disorder could alarm.
func OrderSentence(g snapshot.Group, l delivery.Totals) string {
	r := g.Consumer
	if l.OutOfOrder == 0 {
		return ""
	}
	switch g.Order() {
	case snapshot.ProducerOrder:
		return fmt.Sprintf("%s promises the order of each lane, and %s it", r.Type, Plural(l.OutOfOrder, "message broke", "messages broke"))
	case snapshot.KeyOrder:
		if l.OutOfOrderKey == 0 {
			return "disorder within a lane is natural here: only the order within a key is promised, and it was kept"
		}
		text := fmt.Sprintf("only the order within a key is promised here, and %s it", Plural(l.OutOfOrderKey, "message broke", "messages broke"))
		if r.Type == string(broker.KeyShared) && l.KeyBatched < l.Received {
			text += "; a batch of several keys goes where its first belongs: the sender needs batchby=key or batch=1"
		}
		return text
	}
	switch {
	case r.Consumers > 1:
		return fmt.Sprintf("disorder is natural here: %s share the subscription", lang.Count(r.Consumers, "consumer"))
	case g.Partitions > 1:
		return fmt.Sprintf("disorder is natural here: %d partitions have no order between them", g.Partitions)
	}
	return "a " + r.Type + " subscription promises no order"
}

// Sending tells whether any producer may still send what the group receives.
func Sending(s *snapshot.Snapshot, g snapshot.Group) bool {
	for _, other := range s.Groups {
		if other.Producer != nil && other.State.Active() && Receives(g, other.Topic) {
			return true
		}
	}
	return g.Consumer.Broker.Producers > 0
}

// SameTopic tells whether two names are of one topic.
func SameTopic(a, b string) bool {
	first, err := broker.ParseTopic(a)
	second, wrong := broker.ParseTopic(b)
	if err != nil || wrong != nil {
		return a == b
	}
	return first.String() == second.String()
}

// Verdict says in a sentence what the ledger comes to. What is open is missing
// once all is settled: nobody sends, the backlog is gone and nothing comes.
func Verdict(g snapshot.Group, books snapshot.Delivery, settled bool) string {
	l := books.Present
	open := l.Gaps + l.NotYetReceived
	var parts []string
	switch {
	case l.Received == 0 && open == 0:
		return "nothing has been received since the figures began"
	case l.Missing() == 0:
		parts = append(parts, allReceived(l))
	case settled:
		parts = append(parts, Plural(l.Missing(), "message is missing", "messages are missing")+": acked, not in the backlog, and never received")
	default:
		parts = append(parts, missing(g, l.Lost, open))
	}
	if l.Duplicated > 0 {
		parts = append(parts, Plural(l.Duplicated, "delivery was a duplicate", "deliveries were duplicates"))
	}
	if l.Redelivered > 0 {
		parts = append(parts, Plural(l.Redelivered, "was a redelivery", "were redeliveries"))
	}
	if l.OutsideWindow > 0 {
		parts = append(parts, Whole(int64(l.OutsideWindow))+" could not be judged")
	}
	if books.Previous.Lost > 0 {
		parts = append(parts, Plural(books.Previous.Lost, "message was lost", "messages were lost")+" in earlier epochs")
	}
	return strings.Join(parts, "; ")
}

// allReceived is the verdict on an account in which nothing is open.
func allReceived(l delivery.Totals) string {
	what := "every message that was acked has been received"
	if l.CompactedAway > 0 {
		return "messages are left out by compaction, and so none can be called lost"
	}
	if l.Announced < l.Producers { // what was promised by others is not known
		what = "every message from the first to the last that came of each lane has been received"
	}
	if l.Duplicated == 0 && l.Redelivered == 0 {
		what += " once"
	}
	return what
}

// missing is the verdict while messages are open.
func missing(g snapshot.Group, lost, open uint64) string {
	var parts []string
	if lost > 0 {
		parts = append(parts, Plural(lost, "message is missing", "messages are missing"))
	} else {
		parts = append(parts, "no message is known to be lost")
	}
	switch {
	case open == 0:
	case !g.State.Active():
		parts = append(parts, Plural(open, "was", "were")+" not received before "+g.Name+" stopped")
	case !g.Consumer.Backlog.Known:
		parts = append(parts, Plural(open, "has", "have")+" not come yet, and without the admin API the backlog is not known")
	default:
		parts = append(parts, Plural(open, "is", "are")+" on the way")
	}
	return strings.Join(parts, ", ")
}

// Plural writes a number with the words that go with it.
func Plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Whole(int64(n)) + " " + many
}

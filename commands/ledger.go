package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

// ledgerLanes is how many lanes the ledger lists: with the rest of the sheet
// they fill a screen. Lanes are many and alike; the worst come first.
const ledgerLanes = 8

// ledgerCommand shows what became of each message.
func ledgerCommand() command {
	return command{name: "ledger", section: lookSection, params: []param{{name: "group", kind: groupOf(snapshot.Consume, "sub1")}},
		summary: "show what became of every message: lost, duplicated, out of order, redelivered, in doubt",
		detail: "The figures are of the present epoch, which began with the last seek, start or rebuild of the consumers; earlier epochs are summed up in one line. " +
			"A message is lost when it was passed over for good, a hole while it may still come, in the tail when it was acked and lies above the last one received.",
		examples: []string{"ledger sub1"}, run: showLedger}
}

func showLedger(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.refuse("group", "show "+g.Name, "%s is a producer group; the ledger is kept where messages are received", g.Name)
	}
	l, err := c.env.Session.Delivery(g.Name, ledgerLanes)
	if err != nil {
		return err
	}
	c.say("%s", headline(g))
	var s sheet
	s.ledger(g.Consumer, l)
	c.print(s.lines)
	c.print(laneTable(l))
	settled := g.Consumer.Backlog.Known && g.Consumer.Backlog.Messages == 0 && g.Consumer.Rate == 0 &&
		g.State == snapshot.Running && !sending(c.fresh(ctx), g)
	for _, sentence := range []string{orderSentence(g, l.Present), g.Consumer.Clock.String(), verdict(g, l, settled)} {
		if sentence != "" {
			c.say("%s", sentence)
		}
	}
	return nil
}

// ledger is the account of the present epoch, and of those before it.
func (s *sheet) ledger(r *snapshot.Consumer, books snapshot.Delivery) {
	l := books.Present
	figure := func(label string, n uint64, remark string) { s.add(label, whole(int64(n)), remark) }
	begun := "the first"
	if l.Period > 1 {
		begun = "begun by a seek, a start or new consumers"
	}
	s.add("epoch", whole(int64(l.Period)), begun)
	figure("received", l.Received, whole(int64(l.Unique()))+" different ones")
	figure("lost", l.Lost, "passed over for good")
	figure("holes", l.Gaps, "passed over so far, may still come")
	figure("tail", l.NotYetReceived, "acked, above the last one received")
	figure("in doubt", l.Unknown, "failed sends that may be stored")
	if l.CompactedAway > 0 {
		figure("left out", l.CompactedAway, "older messages of their keys, by compaction")
	}
	figure("duplicated", l.Duplicated, "stored twice")
	figure("redelivered", l.Redelivered, "came again, "+whole(int64(l.RedeliveredByBroker))+" by the broker's own count")
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.add("", "came again", causes)
	}
	figure("disorder", l.OutOfOrder, "out of order within a lane")
	if l.Keyed > 0 {
		unknown := ""
		if l.KeyUnknown > 0 {
			unknown = ", " + whole(int64(l.KeyUnknown)) + " more unknown"
		}
		figure("by key", l.OutOfOrderKey, "out of order within a key of a lane"+unknown)
	}
	figure("too old", l.OutsideWindow, "of before the window, not to be judged")
	if r.Unstamped > 0 {
		s.add("unstamped", whole(r.Unstamped), "not sent by pulsh, in none of the above")
	}
	if e := books.Previous; e.Received+e.Gaps > 0 {
		s.add("earlier", whole(int64(e.Received)), fmt.Sprintf("received in %s: %s lost, %s left open,", count(int(e.Period), "epoch"), whole(int64(e.Lost)), whole(int64(e.Gaps))))
		s.add("", "", fmt.Sprintf("%s duplicated, %s redelivered", whole(int64(e.Duplicated)), whole(int64(e.Redelivered))))
	}
}

// laneTable lists the lanes, the worst first, when there are several.
func laneTable(l snapshot.Delivery) []string {
	if len(l.Producers) < 2 {
		return nil
	}
	var rows [][]string
	for _, a := range l.Producers {
		rows = append(rows, []string{a.Name, whole(int64(a.Received)), whole(int64(a.Lost)), whole(int64(a.Gaps + a.NotYetReceived)),
			whole(int64(a.Duplicated)), whole(int64(a.Redelivered)), whole(int64(a.OutOfOrder))})
	}
	right := graphs.AlignRight
	table := graphs.Table([]string{"lane", "received", "lost", "open", "duplicated", "redelivered", "disorder"}, rows,
		[]graphs.Align{0, right, right, right, right, right, right}, answerWidth)
	if more := int(l.Present.Producers) - len(l.Producers); more > 0 {
		table = append(table, fmt.Sprintf("and %s that fared no worse", count(more, "lane")))
	}
	return table
}

// orderSentence says which order the subscription promises, where the figures
// of disorder could alarm.
func orderSentence(g snapshot.Group, l delivery.Totals) string {
	r := g.Consumer
	if l.OutOfOrder == 0 {
		return ""
	}
	switch g.Order() {
	case snapshot.ProducerOrder:
		return fmt.Sprintf("%s promises the order of each lane, and %s it", r.Type, plural(l.OutOfOrder, "message broke", "messages broke"))
	case snapshot.KeyOrder:
		if l.OutOfOrderKey == 0 {
			return "disorder within a lane is natural here: only the order within a key is promised, and it was kept"
		}
		text := fmt.Sprintf("only the order within a key is promised here, and %s it", plural(l.OutOfOrderKey, "message broke", "messages broke"))
		if r.Type == string(broker.KeyShared) && l.KeyBatched < l.Received {
			text += "; a batch of several keys goes where its first belongs: the sender needs batchby=key or batch=1"
		}
		return text
	}
	switch {
	case r.Consumers > 1:
		return fmt.Sprintf("disorder is natural here: %s share the subscription", count(r.Consumers, "consumer"))
	case g.Partitions > 1:
		return fmt.Sprintf("disorder is natural here: %d partitions have no order between them", g.Partitions)
	}
	return "a " + r.Type + " subscription promises no order"
}

// sending tells whether any producer may still send what the group receives.
func sending(s *snapshot.Snapshot, g snapshot.Group) bool {
	for _, other := range s.Groups {
		if other.Producer != nil && active(other.State) && receives(g, other.Topic) {
			return true
		}
	}
	return g.Consumer.Broker.Producers > 0
}

// sameTopic tells whether two names are of one topic.
func sameTopic(a, b string) bool {
	first, err := broker.ParseTopic(a)
	second, wrong := broker.ParseTopic(b)
	if err != nil || wrong != nil {
		return a == b
	}
	return first.String() == second.String()
}

// verdict says in a sentence what the ledger comes to. What is open is missing
// once all is settled: nobody sends, the backlog is gone and nothing comes.
func verdict(g snapshot.Group, books snapshot.Delivery, settled bool) string {
	l := books.Present
	open := l.Gaps + l.NotYetReceived
	var parts []string
	switch {
	case l.Received == 0 && open == 0:
		return "nothing has been received since the figures began"
	case l.Missing() == 0:
		parts = append(parts, allReceived(l))
	case settled:
		parts = append(parts, plural(l.Missing(), "message is missing", "messages are missing")+": acked, not in the backlog, and never received")
	default:
		parts = append(parts, missing(g, l.Lost, open))
	}
	if l.Duplicated > 0 {
		parts = append(parts, plural(l.Duplicated, "delivery was a duplicate", "deliveries were duplicates"))
	}
	if l.Redelivered > 0 {
		parts = append(parts, plural(l.Redelivered, "was a redelivery", "were redeliveries"))
	}
	if l.OutsideWindow > 0 {
		parts = append(parts, whole(int64(l.OutsideWindow))+" could not be judged")
	}
	if books.Previous.Lost > 0 {
		parts = append(parts, plural(books.Previous.Lost, "message was lost", "messages were lost")+" in earlier epochs")
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
		parts = append(parts, plural(lost, "message is missing", "messages are missing"))
	} else {
		parts = append(parts, "no message is known to be lost")
	}
	switch {
	case open == 0:
	case !active(g.State):
		parts = append(parts, plural(open, "was", "were")+" not received before "+g.Name+" stopped")
	case !g.Consumer.Backlog.Known:
		parts = append(parts, plural(open, "has", "have")+" not come yet, and without the admin API the backlog is not known")
	default:
		parts = append(parts, plural(open, "is", "are")+" on the way")
	}
	return strings.Join(parts, ", ")
}

// plural writes a number with the words that go with it.
func plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return whole(int64(n)) + " " + many
}

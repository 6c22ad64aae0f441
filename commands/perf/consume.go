package perf

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"pulsh/session/spec"
)

// consumeFlags are the flags of pulsar-perf consume alone.
func consumeFlags() []*flag {
	return []*flag{
		{names: of("-n", "--num-consumers"), value: "NUMBER", sample: "3", standard: "1", needs: "-st Shared", setting: "workers", typed: "`workers=NUMBER`, for all subscriptions together", do: consumers},
		{names: of("-ns", "--num-subscriptions"), value: "NUMBER", sample: "3", standard: "1", setting: "subscriptions", do: checkWhole},
		{names: of("-s", "--subscriber-name"), value: "NAME", sample: "load", needs: "-ns 2", setting: "subscription", do: nothing},
		{names: of("-ss", "--subscriptions"), value: "NAMES", sample: "audit", standard: "sub", setting: "subscription", typed: "`subscription=NAME`; a `consume start` for each of several", do: nothing},
		{names: of("-st", "--subscription-type"), value: "TYPE", sample: "Shared", standard: "Exclusive", setting: "type", convert: lower, typed: "`type=shared`"},
		{names: of("-sp", "--subscription-position"), value: "POSITION", sample: "Earliest", standard: "Latest", setting: "from", convert: lower, typed: "`from=earliest`"},
		{names: of("-r", "--rate"), value: "NUMBER", sample: "5000", setting: "rate", convert: limit},
		{names: of("-q", "--receiver-queue-size"), value: "NUMBER", sample: "500", standard: "1000", setting: "queue"},
		{names: of("-p", "--receiver-queue-size-across-partitions"), value: "NUMBER", sample: "50000", why: "queue= is of each consumer, whatever its partitions"},
		{names: of("-aq", "--auto-scaled-receiver-queue-size"), why: "queue= is a fixed size, so that runs can be compared"},
		{names: of("-rs", "--replicated"), why: "the state of a subscription of pulsh is not replicated to other clusters"},
		{names: of("--acks-delay-millis"), value: "MS", sample: "50", standard: "100", setting: "ack", convert: ackDelay, typed: "`ack=batched(1000,50ms)`, and `ack=immediate` for 0"},
		{names: of("-m", "--num-messages"), value: "NUMBER", sample: "1000000", setting: "count", convert: amount},
		{names: of("-time", "--test-duration"), value: "SECONDS", sample: "60", setting: "for", convert: seconds, typed: "`for=1m`"},
		{names: of("-v", "--encryption-key-value-file"), value: "FILE", sample: "private.pem", setting: "decrypt", typed: "`decrypt=NAME:FILE`, with the name that the producer gave the key", do: decryption},
		{names: of("--batch-index-ack"), setting: "batchindex", typed: "`batchindex=on`", do: turnOn},
		{names: of("-pm", "--pool-messages"), value: "true|false", sample: "true", why: "it is about the memory of Java; messages of pulsh are not copied"},
		{names: of("-mc", "--max_chunked_msg"), value: "NUMBER", sample: "100", setting: "chunks-pending", convert: positive},
		{names: of("-ac", "--auto_ack_chunk_q_full"), why: "an oldest message whose chunks have not all come is given up by itself, as chunks-pending says"},
		{names: of("-e", "--expire_time_incomplete_chunked_messages"), value: "MS", sample: "60000", setting: "chunks-expire", convert: millis, typed: "`chunks-expire=1m`"},
		{names: of("-sct", "--scalable-consumer-type"), value: "TYPE", sample: "Queue", why: "it is for scalable topics, which the clients of pulsh do not know"},
		{names: of("-txn", "--txn-enable"), setting: "txn", typed: "`txn=50`", do: transactions},
		{names: of("-tto", "--txn-timeout"), value: "SECONDS", sample: "20", standard: "10", needs: "-txn", setting: "txn-timeout", typed: "`txn-timeout=20s`", do: inTransaction(seconds)},
		{names: of("-nmt", "--numMessage-perTransaction"), value: "NUMBER", sample: "100", standard: "50", needs: "-txn", setting: "txn", typed: "`txn=100`", do: inTransaction(nil)},
		{names: of("-ntxn"), value: "NUMBER", sample: "10", needs: "-txn", setting: "count", typed: "`count=`: this number × the messages of a transaction", do: transactionCount("-nmt")},
		{names: of("-abort"), needs: "-txn", setting: "txn-abort", typed: "`txn-abort=100%`", do: inTransaction(always)},
		isolatedFlag(),
		histogramFlag(),
	}
}

// buildConsume makes the lines of consumer groups, one for each named subscription.
func buildConsume(p *plan) error {
	p.verb = consumeVerb
	subscriptions := strings.Split(p.value("-ss"), ",")
	wanted := p.number("-ns", 1)
	if len(subscriptions) > 1 && len(subscriptions) != wanted {
		return refuse(p.value("-ss"), "%s takes as many names with -ss as -ns says: -ns is %d, and there are %d", programName, wanted, len(subscriptions))
	}
	if strings.EqualFold(p.value("-st"), "exclusive") && p.number("-n", 1) > 1 {
		return refuse("", "-n %s: an exclusive subscription has one consumer, also for %s", p.value("-n"), programName)
	}
	if len(subscriptions) == 1 && wanted > 1 && p.given("-s") {
		subscriptions[0] = p.value("-s")
	}
	if err := p.nameGroup(subscriptions[0]); err != nil {
		return err
	}
	names, err := p.topicNames()
	if err != nil {
		return err
	}
	p.topic(names)
	if subscriptions[0] != p.group {
		put(&p.start, setting{"subscription", subscriptions[0]})
	}
	if len(subscriptions) == 1 && wanted > 1 {
		if err := p.addTo(p.program.find("-ns"), "", "subscriptions", strconv.Itoa(wanted)); err != nil {
			return err
		}
	}
	if err := p.apply(); err != nil {
		return err
	}
	for _, name := range subscriptions[1:] {
		p.more = append(p.more, line(p.verb+" "+groupName(name), again(p.start, name)))
	}
	p.end()
	return nil
}

// again is the settings of a group with another subscription.
func again(settings []setting, subscription string) []setting {
	var out []setting
	for _, s := range settings {
		if s.name != "subscription" {
			out = append(out, s)
		}
	}
	if groupName(subscription) != subscription {
		out = append(out, setting{"subscription", subscription})
	}
	return out
}

func nothing(*plan, *flag, string) error { return nil }

func consumers(p *plan, f *flag, value string) error {
	if err := checkWhole(p, f, value); err != nil {
		return err
	}
	n := p.number("-n", 1)
	if !strings.Contains(p.value("-ss"), ",") {
		n *= p.number("-ns", 1)
	}
	return p.add(f, strconv.Itoa(n))
}

// limit reads a rate of consumers, "" for none.
func limit(value string) (string, error) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || n > 1e9 {
		return "", fmt.Errorf("%q is not a number of messages a second", value)
	}
	if n <= 0 {
		return "", nil
	}
	if n < 1 || n != math.Trunc(n) {
		return strconv.FormatFloat(math.Round(n*60), 'f', -1, 64) + "/m", nil
	}
	return value, nil
}

// positive reads a whole number, "" for none.
func positive(value string) (string, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return "", fmt.Errorf("%q is not a whole number", value)
	}
	if n == 0 {
		return "", nil
	}
	return value, nil
}

func ackDelay(value string) (string, error) {
	text, err := millis(value)
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "immediate", nil
	case text == "100ms":
		return "batched", nil
	}
	return "batched(1000," + text + ")", nil
}

func decryption(p *plan, f *flag, value string) error {
	p.note("%s: the name before the colon is that of -k of the producer; it is not part of this line", f.name())
	return p.add(f, "key:"+keyFile(value))
}

// transactionCount is a number of transactions, as messages. each is the flag with the
// messages of one.
func transactionCount(each string) func(p *plan, f *flag, value string) error {
	return func(p *plan, f *flag, value string) error {
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 {
			return refuse(value, "%s: %q is not a whole number", f.name(), value)
		}
		if p.program.find("-txn") != nil && !p.given("-txn") {
			p.note("%s: it means nothing without -txn", f.name())
			return nil
		}
		if n == 0 {
			return nil
		}
		p.ends = true
		return p.add(f, spec.FormatAmount(n*int64(p.number(each, 1))))
	}
}

// readFlags are the flags of pulsar-perf read alone.
func readFlags() []*flag {
	return []*flag{
		{names: of("-r", "--rate"), value: "NUMBER", sample: "5000", setting: "rate", convert: limit},
		{names: of("-m", "--start-message-id"), value: "ID", sample: "latest", standard: "earliest", setting: "from", do: readFrom},
		{names: of("-q", "--receiver-queue-size"), value: "NUMBER", sample: "500", standard: "1000", setting: "queue"},
		{names: of("-n", "--num-messages"), value: "NUMBER", sample: "1000000", setting: "count", convert: amount},
		{names: of("-time", "--test-duration"), value: "SECONDS", sample: "60", setting: "for", convert: seconds, typed: "`for=1m`"},
		{names: of("--use-tls"), typed: "`connect pulsar+ssl://HOST:6651`", do: func(p *plan, f *flag, _ string) error {
			p.note("%s: the URL says it: connect pulsar+ssl://HOST:6651", f.name())
			return nil
		}},
	}
}

// buildRead makes the line of a reader group; of a consumer group without a cursor where
// there are no readers.
func buildRead(p *plan) error {
	p.verb = readVerb
	if p.row(readVerb) == nil {
		p.verb = consumeVerb
		p.note("a reader is an exclusive consumer without a cursor: durable=off")
	}
	if err := p.nameGroup(""); err != nil {
		return err
	}
	names, err := p.topicNames()
	if err != nil {
		return err
	}
	p.topic(names)
	if p.verb == consumeVerb {
		p.start = append(p.start, setting{"type", "exclusive"}, setting{"durable", "off"})
	} else if p.row(readVerb) != nil && len(p.start) == 0 {
		put(&p.start, setting{"topic", p.group})
	}
	if err := p.apply(); err != nil {
		return err
	}
	p.ends = p.given("-n") && p.number("-n", 0) > 0
	p.program = &program{name: p.program.name, flags: p.program.flags[:0:0]} // -m is the place here, not a number of messages
	if p.ends || len(p.after) > 0 || hasSetting(p.start, "for") {
		p.after = append(p.after, "wait done")
	}
	return nil
}

func hasSetting(all []setting, name string) bool {
	for _, s := range all {
		if s.name == name {
			return true
		}
	}
	return false
}

func readFrom(p *plan, f *flag, value string) error {
	if p.verb == consumeVerb && value != "earliest" && value != "latest" {
		p.note("%s: a consumer group without a cursor begins at earliest or latest, not at a message", f.name())
		return nil
	}
	return p.add(f, value)
}

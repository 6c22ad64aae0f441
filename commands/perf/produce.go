package perf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// produceFlags are the flags of pulsar-perf produce alone.
func produceFlags() []*flag {
	return append(loadFlags(),
		&flag{names: of("-threads", "--num-test-threads"), value: "NUMBER", sample: "2", standard: "1", typed: "`workers=` and `producers=`: each thread has its own producers", do: checkWhole},
		&flag{names: of("-n", "--num-producers"), value: "NUMBER", sample: "4", standard: "1", setting: "producers", typed: "`workers=NUMBER producers=each`; with several topics NUMBER for each of them", do: producers},
		&flag{names: of("--separator"), value: "TEXT", sample: "-", typed: "`topic=a_0,a_1…`; `topics=` writes -", do: separator},
		&flag{names: of("--send-timeout"), value: "SECONDS", sample: "30", setting: "timeout", typed: "`timeout=30s`; pulsar-perf waits for ever by default", do: sendTimeout},
		&flag{names: of("-pn", "--producer-name"), value: "NAME", sample: "load", setting: "prefix"},
		&flag{names: of("-au", "--admin-url"), value: "URL", sample: "http://localhost:8080", verb: connectVerb, setting: "admin"},
		&flag{names: of("-ch", "--chunking"), setting: "chunking", typed: "`chunking=on`", do: turnOn},
		&flag{names: of("-o", "--max-outstanding"), value: "NUMBER", sample: "1000", setting: "pending", typed: "`pending=`, of the whole group; pulsar-perf's is of each producer", do: outstanding},
		&flag{names: of("-p", "--max-outstanding-across-partitions"), value: "NUMBER", sample: "50000", setting: "pending", typed: "`pending=`, which is of all partitions together", do: outstanding},
		&flag{names: of("-np", "--partitions"), value: "NUMBER", sample: "8", setting: "partitions"},
		&flag{names: of("-z", "--compression"), value: "NAME", sample: "LZ4", standard: "NONE", setting: "compression", convert: lower, typed: "`compression=lz4`"},
		&flag{names: of("-b", "--batch-time-window"), value: "MS", sample: "5", standard: "1", setting: "delay", convert: millis, typed: "`delay=5ms`"},
		&flag{names: of("-bm", "--batch-max-messages"), value: "NUMBER", sample: "500", standard: "1000", setting: "batch"},
		&flag{names: of("-bb", "--batch-max-bytes"), value: "BYTES", sample: "131072", standard: "4194304", setting: "bytes", convert: bytes},
		&flag{names: of("-db", "--disable-batching"), setting: "batch", typed: "`batch=1`", do: func(p *plan, f *flag, _ string) error { return p.add(f, "1") }},
		&flag{names: of("-k", "--encryption-key-name"), value: "NAME", sample: "key1", needs: "-v public.pem", setting: "encrypt", typed: "`encrypt=NAME:FILE`", do: encryption},
		&flag{names: of("-v", "--encryption-key-value-file"), value: "FILE", sample: "public.pem", needs: "-k key1", setting: "encrypt", typed: "`encrypt=NAME:FILE`", do: encryption},
		&flag{names: of("-d", "--delay"), value: "SECONDS", sample: "5", setting: "deliver-after", convert: seconds, typed: "`deliver-after=5s`"},
		&flag{names: of("-dr", "--delay-range"), value: "LOW,HIGH", sample: "1,300", setting: "deliver-after", convert: delayRange, typed: "`deliver-after=1s..299s`"},
		&flag{names: of("-set", "--set-event-time"), setting: "event-time", typed: "`event-time=on`", do: turnOn},
		&flag{names: of("-ef", "--exit-on-failure"), typed: "`guard GROUP.failed=0 abort`", do: func(p *plan, _ *flag, _ string) error {
			p.after = append(p.after, "guard "+p.group+".failed=0 abort")
			return nil
		}},
		&flag{names: of("-mk", "--message-key-generation-mode"), value: "autoIncrement|random", sample: "random", setting: "keys", typed: "`keys=1000000`", do: keys},
		&flag{names: of("-am", "--access-mode"), value: "MODE", sample: "WaitForExclusive", setting: "access", convert: accessMode, typed: "`access=wait`"},
		&flag{names: of("-e", "--payload-delimiter"), value: "TEXT", sample: ";", needs: "-f orders.txt", typed: "`body=file(FILE,delimiter=;)`", do: needsFile},
		&flag{names: of("-fp", "--format-payload"), needs: "-f orders.txt", typed: "`body=template(@FILE)` with `{{counter}}` for %i and `{{time(ns)}}` for %t", do: needsFile},
		&flag{names: of("-fc", "--format-class"), value: "CLASS", sample: "org.example.Formatter", why: "it loads a Java class; body=template(TEXT) makes bodies from counters, times, random values and names"},
		&flag{names: of("-txn", "--txn-enable"), setting: "txn", typed: "`txn=50`", do: transactions},
		&flag{names: of("-tto", "--txn-timeout"), value: "SECONDS", sample: "20", standard: "10", needs: "-txn", setting: "txn-timeout", typed: "`txn-timeout=20s`", do: inTransaction(seconds)},
		&flag{names: of("-nmt", "--numMessage-perTransaction"), value: "NUMBER", sample: "100", standard: "50", needs: "-txn", setting: "txn", typed: "`txn=100`", do: inTransaction(nil)},
		&flag{names: of("-abort"), needs: "-txn", setting: "txn-abort", typed: "`txn-abort=100%`", do: inTransaction(always)},
		isolatedFlag(),
		&flag{names: of("--warmup-time"), value: "SECONDS", sample: "5", typed: "`warmup 5s`", do: warmup},
		histogramFlag(),
	)
}

// loadFlags are those that both producers have.
func loadFlags() []*flag {
	return []*flag{
		{names: of("-r", "--rate"), value: "NUMBER", sample: "10000", standard: "100", setting: "rate", do: produceRate},
		{names: of("-s", "--size"), value: "BYTES", sample: "512", standard: "1024", setting: "size", convert: bytes},
		{names: of("-f", "--payload-file"), value: "FILE", sample: "orders.txt", setting: "body", typed: "`body=file(FILE)`", do: payloadFile},
		{names: of("-m", "--num-messages"), value: "NUMBER", sample: "1000000", setting: "count", convert: amount},
		{names: of("-time", "--test-duration"), value: "SECONDS", sample: "60", setting: "for", convert: seconds, typed: "`for=1m`"},
	}
}

// webSocketFlags are the flags of pulsar-perf websocket-producer alone.
func webSocketFlags() []*flag {
	return append(loadFlags(),
		&flag{names: of("-u", "--proxy-url"), value: "URL", sample: "ws://localhost:8080/", why: "pulsh speaks Pulsar's own protocol and not WebSocket: connect takes a pulsar:// URL, and figures are those without the WebSocket proxy"})
}

func isolatedFlag() *flag {
	return &flag{names: of("--isolated-clients"), value: "NUMBER", sample: "4", setting: "isolated", typed: "`isolated=on`, a connection of its own for each", do: turnOn}
}

func histogramFlag() *flag {
	return &flag{names: of("--histogram-file"), value: "FILE", sample: "run.hlog", typed: "`export FILE.hlog`, at the end", do: func(p *plan, f *flag, file string) error {
		if !strings.HasSuffix(file, ".hlog") {
			file += ".hlog"
			p.note("%s: the ending .hlog picks the format", f.name())
		}
		p.histogram = file
		return nil
	}}
}

// buildProduce makes the line of a producer group.
func buildProduce(p *plan) error {
	p.verb = produceVerb
	if err := p.nameGroup(""); err != nil {
		return err
	}
	if n := p.number("--num-topics", 1); len(p.topics) > 1 || n <= 1 || p.value("--separator") != "" && p.value("--separator") != "-" {
		names, err := p.topicNames()
		if err != nil {
			return err
		}
		p.topic(names)
	} else {
		p.topic(p.topics)
		if err := p.addTo(p.program.find("--num-topics"), "", "topics", strconv.Itoa(n)); err != nil {
			return err
		}
	}
	if err := p.apply(); err != nil {
		return err
	}
	p.end()
	return nil
}

// topic sets the topics, unless they are the one named like the group.
func (p *plan) topic(names []string) {
	text := strings.Join(names, ",")
	if topic, err := broker.ParseTopic(text); err == nil {
		text = topic.Short()
	}
	if text != p.group {
		put(&p.start, setting{"topic", text})
	}
}

// nameGroup names the group like a subscription, or like the first topic if that is "".
func (p *plan) nameGroup(subscription string) error {
	if len(p.topics) == 0 {
		return refuse("", "%s %s needs a topic at its end", programName, p.program.name)
	}
	for _, topic := range p.topics {
		if _, err := broker.ParseTopic(topic); err != nil {
			return refuse(topic, "%s", err)
		}
	}
	p.group = groupName(p.topics[0])
	if subscription != "" {
		p.group = groupName(subscription)
	}
	return nil
}

// topicNames lists all topics: those named, or as many as -t says, numbered.
func (p *plan) topicNames() ([]string, error) {
	n := p.number("--num-topics", 1)
	switch {
	case n < 1:
		return nil, refuse(p.value("--num-topics"), "-t %s: a number of topics from 1 on", p.value("--num-topics"))
	case len(p.topics) == n:
		return p.topics, nil
	case len(p.topics) > 1:
		return nil, refuse("", "%s takes one topic, or as many as -t says: -t is %d, and %d topics are named", programName, n, len(p.topics))
	case n > spec.ProducerTopicsMax:
		return nil, refuse(p.value("--num-topics"), "-t %d: %d topics exceed the limit of %d", n, n, spec.ProducerTopicsMax)
	}
	between := "-"
	if s := p.value("--separator"); s != "" {
		between = s
	}
	names := make([]string, n)
	for i := range names {
		names[i] = p.topics[0] + between + strconv.Itoa(i)
	}
	return names, nil
}

// end adds the lines after the start.
func (p *plan) end() {
	ends := p.given("-time") && p.seconds("-time") > 0 || p.given("-m") && p.number("-m", 0) > 0 || p.ends
	if ends {
		p.after = append(p.after, "wait done")
	}
	if p.histogram != "" {
		if !ends {
			p.note("the export is for the end of the run, which nothing sets")
		}
		p.after = append(p.after, "export "+p.histogram)
	}
}

func (p *plan) seconds(name string) float64 {
	v, _ := strconv.ParseFloat(p.value(name), 64)
	return v
}

// topicCount is the number of topics.
func (p *plan) topicCount() int { return max(p.number("--num-topics", 1), len(p.topics)) }

// producersEach is how many producers there are on each topic.
func (p *plan) producersEach() int { return p.number("-n", 1) * p.number("-threads", 1) }

func checkWhole(_ *plan, f *flag, value string) error {
	if n, err := strconv.Atoi(value); err != nil || n < 1 {
		return refuse(value, "%s: %q is not a whole number from 1 on", f.name(), value)
	}
	return nil
}

func producers(p *plan, f *flag, value string) error {
	if err := checkWhole(p, f, value); err != nil {
		return err
	}
	total := p.producersEach()
	workers := total
	if p.topicCount() > 1 && total > 1 {
		workers = total * p.topicCount()
	}
	if err := p.addTo(f, "", "workers", strconv.Itoa(workers)); err != nil || total == 1 {
		return err
	}
	return p.add(f, "each")
}

func separator(p *plan, f *flag, value string) error {
	if !p.given("-t") {
		p.note("%s: it means nothing without -t", f.name())
	}
	return nil
}

func sendTimeout(p *plan, f *flag, value string) error {
	text, err := seconds(value)
	if err != nil {
		return refuse(value, "%s: %s", f.name(), err)
	}
	if text == "" {
		p.note("%s: 0 waits for ever, which pulsh does not; timeout=%s is the longest", f.name(), pacing.FormatDuration(spec.SendTimeoutMax))
		text = pacing.FormatDuration(spec.SendTimeoutMax)
	}
	return p.add(f, text)
}

func outstanding(p *plan, f *flag, value string) error {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil || n < 0:
		return refuse(value, "%s: %q is not a whole number", f.name(), value)
	case n == 0:
		p.note("%s: 0 is no limit, which pulsh does not have; pending=%d is the largest", f.name(), spec.PendingMax)
		n = spec.PendingMax
	default:
		n *= p.producersEach() * p.topicCount()
	}
	if f.name() == "-p" && p.given("-o") {
		n = min(n, p.number("-o", n)*p.producersEach()*p.topicCount())
	}
	if n > spec.PendingMax {
		p.note("%s: %d pending messages of all producers exceed the limit of %d", f.name(), n, spec.PendingMax)
		n = spec.PendingMax
	}
	return p.add(f, strconv.Itoa(n))
}

func produceRate(p *plan, f *flag, value string) error {
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 1 {
		return refuse(value, "%s: %q is not a whole number of messages a second from 1 on, as %s needs it", f.name(), value, programName)
	}
	if n > rateMost {
		value = "max"
	}
	return p.add(f, value)
}

func encryption(p *plan, f *flag, _ string) error {
	if !p.given("-k") || !p.given("-v") {
		p.note("%s: encryption needs both -k and -v", f.name())
		return nil
	}
	return p.add(f, p.value("-k")+":"+keyFile(p.value("-v")))
}

// keyFile is the name of the file that a Java client's key reader is given.
func keyFile(text string) string {
	return strings.TrimPrefix(strings.TrimPrefix(text, "file://"), "file:")
}

func keys(p *plan, f *flag, value string) error {
	switch value {
	case "random":
	case "autoIncrement":
		p.note("%s: autoIncrement counts the keys up; those of pulsh are drawn at random", f.name())
	default:
		return &fault{fmt.Sprintf("%s: %q is neither autoIncrement nor random", f.name(), value), value, "random"}
	}
	return p.add(f, strconv.Itoa(payload.MaxKeys))
}

func payloadFile(p *plan, f *flag, file string) error {
	switch delimiter := p.value("-e"); {
	case p.given("-fp"):
		p.note("-fp: write {{counter}} for %%i and {{time(ns)}} for %%t in %s, which is one body then", file)
		return p.add(f, "template(@"+file+")")
	case p.given("-e") && delimiter != "\\n":
		return p.add(f, "file("+file+",delimiter="+delimiter+")")
	}
	return p.add(f, "file("+file+")")
}

func needsFile(p *plan, f *flag, _ string) error {
	if !p.given("-f") {
		p.note("%s: it means nothing without -f", f.name())
	}
	return nil
}

func transactions(p *plan, f *flag, _ string) error { return p.add(f, p.value("-nmt")) }

// inTransaction is a flag that means nothing without -txn.
func inTransaction(convert func(string) (string, error)) func(p *plan, f *flag, value string) error {
	return func(p *plan, f *flag, value string) error {
		if !p.given("-txn") {
			if p.given(f.name()) {
				p.note("%s: it means nothing without -txn", f.name())
			}
			return nil
		}
		if convert != nil {
			var err error
			if value, err = convert(value); err != nil {
				return refuse(value, "%s: %s", f.name(), err)
			}
		}
		return p.add(f, value)
	}
}

func turnOn(p *plan, f *flag, _ string) error { return p.add(f, "on") }

func always(string) (string, error) { return "100%", nil }

func warmup(p *plan, f *flag, value string) error {
	text, err := seconds(value)
	if err != nil {
		return refuse(value, "%s: %s", f.name(), err)
	}
	if text != "" {
		p.after = append(p.after, "warmup "+text)
	}
	return nil
}

func lower(value string) (string, error) { return strings.ToLower(value), nil }

// millis reads milliseconds, "" for none.
func millis(value string) (string, error) { return duration(value, time.Millisecond, "milliseconds") }

// seconds reads seconds, "" for none.
func seconds(value string) (string, error) { return duration(value, time.Second, "seconds") }

func duration(value string, unit time.Duration, name string) (string, error) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || n > 1e9 {
		return "", fmt.Errorf("%q is not a number of %s", value, name)
	}
	if n <= 0 {
		return "", nil
	}
	return pacing.FormatDuration(time.Duration(n * float64(unit))), nil
}

// amount reads a number of messages, "" for no limit.
func amount(value string) (string, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return "", fmt.Errorf("%q is not a whole number", value)
	}
	if n <= 0 {
		return "", nil
	}
	return spec.FormatAmount(n), nil
}

// bytes reads a number of bytes, which may end with K, M or G.
func bytes(value string) (string, error) {
	digits, factor := value, int64(1)
	if i := strings.IndexAny(value, "kKmMgG"); i > 0 && i == len(value)-1 {
		digits = value[:i]
		factor = map[byte]int64{'k': 1 << 10, 'm': 1 << 20, 'g': 1 << 30}[value[i]|0x20]
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 0 {
		return "", fmt.Errorf("%q is not a number of bytes", value)
	}
	return payload.FormatBytes(n * factor), nil
}

// delayRange reads two numbers of seconds, the second of which is not reached.
func delayRange(value string) (string, error) {
	low, high, found := strings.Cut(value, ",")
	from, err := strconv.Atoi(strings.TrimSpace(low))
	to, wrong := strconv.Atoi(strings.TrimSpace(high))
	if err != nil || wrong != nil || !found || from < 0 || to <= from {
		return "", fmt.Errorf("%q is not a range of seconds such as 1,300", value)
	}
	if to--; from == to {
		return seconds(low)
	}
	if from == 0 {
		return "1ms.." + pacing.FormatDuration(time.Duration(to)*time.Second), nil
	}
	return pacing.FormatDuration(time.Duration(from)*time.Second) + ".." + pacing.FormatDuration(time.Duration(to)*time.Second), nil
}

func accessMode(value string) (string, error) {
	modes := map[string]broker.Access{"shared": broker.SharedAccess, "exclusive": broker.ExclusiveAccess,
		"waitforexclusive": broker.WaitAccess, "exclusivewithfencing": broker.FencingAccess}
	mode, known := modes[strings.ToLower(value)]
	if !known {
		return "", fmt.Errorf("%q is none of Shared, Exclusive, WaitForExclusive, ExclusiveWithFencing", value)
	}
	return string(mode), nil
}

package perf

import (
	"strconv"
	"strings"
)

// transactionFlags are the flags of pulsar-perf transaction alone.
func transactionFlags() []*flag {
	return []*flag{
		{names: of("--topics-c"), value: "TOPICS", sample: "in", typed: "`transform copy from=in to=out`", do: nothing},
		{names: of("--topics-p"), value: "TOPICS", sample: "out", typed: "`transform copy from=in to=out`", do: nothing},
		{names: of("-threads", "--num-test-threads"), value: "NUMBER", sample: "2", standard: "1", setting: "workers"},
		{names: of("-au", "--admin-url"), value: "URL", sample: "http://localhost:8080", verb: connectVerb, setting: "admin"},
		{names: of("-np", "--partitions"), value: "NUMBER", sample: "8", typed: "`topic create OUT partitions=8`", do: createOutput},
		{names: of("-time", "--test-duration"), value: "SECONDS", sample: "60", setting: "for", convert: seconds, typed: "`for=1m`"},
		{names: of("-ss", "--subscriptions"), value: "NAMES", sample: "audit", standard: "sub", setting: "subscription", typed: "`subscription=NAME`", do: nothing},
		{names: of("-ns", "--num-subscriptions"), value: "NUMBER", sample: "1", setting: "subscriptions"},
		{names: of("-sp", "--subscription-position"), value: "POSITION", sample: "Earliest", standard: "Latest", setting: "from", typed: "`sub create TOPIC NAME from=earliest`, before", do: transformFrom},
		{names: of("-st", "--subscription-type"), value: "TYPE", sample: "Shared", standard: "Shared", setting: "type", convert: lower, typed: "`type=shared`"},
		{names: of("-rs", "--replicated"), why: "the state of a subscription of pulsh is not replicated to other clusters"},
		{names: of("-q", "--receiver-queue-size"), value: "NUMBER", sample: "500", standard: "1000", setting: "queue"},
		{names: of("-tto", "--txn-timeout"), value: "SECONDS", sample: "20", standard: "5", setting: "txn-timeout", convert: seconds, typed: "`txn-timeout=20s`"},
		{names: of("-ntxn", "--number-txn"), value: "NUMBER", sample: "10", setting: "count", typed: "`count=`: this number × the messages of a transaction", do: transactionCount("-nmc")},
		{names: of("-nmp", "--numMessage-perTransaction-produce"), value: "NUMBER", sample: "2", standard: "1", needs: "-nmc 2", typed: "`txn=`: as many messages are stored as are received", do: storedEach},
		{names: of("-nmc", "--numMessage-perTransaction-consume"), value: "NUMBER", sample: "2", standard: "1", setting: "txn"},
		{names: of("--txn-disable"), why: "a message is stored again only together with its acknowledgement, in a transaction"},
		{names: of("-abort"), setting: "txn-abort", convert: always, typed: "`txn-abort=100%`"},
		{names: of("-txnRate"), value: "NUMBER", sample: "10", setting: "rate", typed: "`rate=`: this number × the messages of a transaction", do: transactionRate},
		{names: of("--scalable"), why: "it is for scalable topics, which the clients of pulsh do not know"},
		{names: of("--scalable-segments"), value: "NUMBER", sample: "4", why: "it is for scalable topics, which the clients of pulsh do not know"},
	}
}

// buildTransaction makes the lines of groups that store what they receive in other
// topics.
func buildTransaction(p *plan) error {
	for _, name := range []string{"--topics-c", "--topics-p"} {
		if p.value(name) == "" {
			return refuse("", "%s transaction needs both --topics-c and --topics-p", programName)
		}
	}
	from, to := strings.Split(p.value("--topics-c"), ","), strings.Split(p.value("--topics-p"), ",")
	p.verb = transformVerb
	if p.row(transformVerb) == nil {
		p.verb = consumeVerb
		p.note("%s transaction: there is no command %s, which stores in one topic what it receives from another", programName, transformVerb)
	}
	p.topics = from
	if err := p.nameGroup(""); err != nil {
		return err
	}
	p.group = groupName("copy-" + p.group)
	if p.verb == transformVerb {
		p.start = append(p.start, setting{"from", from[0]}, setting{"to", to[0]})
	} else {
		p.start = append(p.start, setting{"topic", from[0]})
	}
	subscriptions := strings.Split(p.value("-ss"), ",")
	put(&p.start, setting{"subscription", subscriptions[0]})
	if err := p.apply(); err != nil {
		return err
	}
	for i := 1; i < max(len(from), len(to)); i++ {
		settings := append([]setting(nil), p.start...)
		if p.verb == transformVerb {
			put(&settings, setting{"from", from[i%len(from)]})
			put(&settings, setting{"to", to[i%len(to)]})
		} else {
			put(&settings, setting{"topic", from[i%len(from)]})
		}
		p.more = append(p.more, line(p.verb+" "+p.group+"-"+strconv.Itoa(i), settings))
	}
	if len(p.more) > 0 {
		p.note("a transaction of %s spans all topics; here each pair of topics has its own", programName)
	}
	p.end()
	return nil
}

func createOutput(p *plan, f *flag, value string) error {
	if err := checkWhole(p, f, value); err != nil {
		return err
	}
	for to := range strings.SplitSeq(p.value("--topics-p"), ",") {
		p.before = append(p.before, "topic create "+to+" partitions="+value)
	}
	return nil
}

// transformFrom is the place where a new subscription begins: a transform has none of its
// own, so the subscription is created before.
func transformFrom(p *plan, f *flag, value string) error {
	position := strings.ToLower(value)
	if position != "earliest" && position != "latest" {
		return &fault{f.name() + ": " + strconv.Quote(value) + " is neither Earliest nor Latest", value, "Earliest"}
	}
	if p.verb == consumeVerb {
		return p.add(f, position)
	}
	if p.given("-sp") {
		subscription, _, _ := strings.Cut(p.value("-ss"), ",")
		for from := range strings.SplitSeq(p.value("--topics-c"), ",") {
			p.before = append(p.before, "sub create "+from+" "+subscription+" from="+position)
		}
	}
	return nil
}

func storedEach(p *plan, f *flag, value string) error {
	if err := checkWhole(p, f, value); err != nil {
		return err
	}
	if p.number("-nmp", 1) != p.number("-nmc", 1) {
		p.note("%s: as many messages are stored as are received, %s in a transaction", f.name(), p.value("-nmc"))
	}
	return nil
}

func transactionRate(p *plan, f *flag, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 1e6 {
		return refuse(value, "%s: %q is not a whole number of transactions a second", f.name(), value)
	}
	if n == 0 {
		return nil
	}
	return p.add(f, strconv.Itoa(n*p.number("-nmc", 1)))
}

package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"pulsh/session/broker"
)

// ProducerTopicsMax is how many topics a producer group may send to: it has a Pulsar
// producer on each of them. With the embedded broker, ten thousand take 0.3 to 0.4 GiB and
// 1 to 4 s to open.
const ProducerTopicsMax = 10_000

// zipfMax bounds the exponent of Zipf's law: from here on practically every message
// goes to the first topic.
const zipfMax = 10

// Spread is how a producer group divides its messages among topics. The zero Spread is
// one topic, or the named ones in turn.
type Spread struct {
	Count  int // of topics named TOPIC-0, TOPIC-1 …; 0 for the named ones
	Random bool
	Zipf   float64 // the share of the topic of rank r is proportional to 1/r^Zipf; 0 for even shares
}

// ParseSpread reads 100, 100,random or 100,zipf=1.1. The number may be left out or 1 if
// the topics are named.
func ParseSpread(text string) (Spread, error) {
	var s Spread
	for i, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		exponent, zipf := strings.CutPrefix(word, "zipf=")
		switch {
		case zipf && s.Zipf == 0 && !s.Random:
			v, err := strconv.ParseFloat(exponent, 64)
			if err != nil || !(v > 0 && v <= zipfMax) {
				return Spread{}, fmt.Errorf("%q is not an exponent for zipf, above 0 and up to %d", exponent, zipfMax)
			}
			s.Zipf = v
		case word == "random" && s.Zipf == 0 && !s.Random:
			s.Random = true
		case i == 0:
			if err := readCount(&s.Count, word, "topics", 1, ProducerTopicsMax); err != nil {
				return Spread{}, err
			}
		default:
			return Spread{}, fmt.Errorf("%q is not a number of topics such as 100, with random or zipf=1.1", text)
		}
	}
	if s.Count == 1 {
		s.Count = 0
	}
	return s, nil
}

// String writes the spread as ParseSpread reads it.
func (s Spread) String() string {
	text := strconv.Itoa(max(s.Count, 1))
	switch {
	case s.Random:
		text += ",random"
	case s.Zipf > 0:
		text += ",zipf=" + strconv.FormatFloat(s.Zipf, 'g', -1, 64)
	}
	return text
}

// Even reports whether the topics take turns.
func (s Spread) Even() bool { return !s.Random && s.Zipf == 0 }

// Shares returns the sum of the shares of the first topics, for each of n topics. The
// last is 1.
func (s Spread) Shares(n int) []float64 {
	sums, all := make([]float64, n), 0.0
	for i := range sums {
		all += math.Pow(float64(i+1), -s.Zipf)
		sums[i] = all
	}
	for i := range sums {
		sums[i] /= all
	}
	sums[n-1] = 1
	return sums
}

// TopicNames lists the topics that the group sends to, at least one.
func (spec Producer) TopicNames() []string {
	named := strings.Split(spec.Topic, ",")
	if spec.Spread.Count == 0 || len(named) > 1 {
		return named
	}
	names := make([]string, spec.Spread.Count)
	for i := range names {
		names[i] = spec.Topic + "-" + strconv.Itoa(i)
	}
	return names
}

// TopicCount is how many topics the group sends to.
func (spec Producer) TopicCount() int {
	if named := 1 + strings.Count(spec.Topic, ","); spec.Spread.Count == 0 || named > 1 {
		return named
	}
	return spec.Spread.Count
}

// TopicName returns one of TopicNames without making the others: for thousands of topics
// that is asked thousands of times.
func (spec Producer) TopicName(i int) string {
	if spec.Spread.Count > 0 && !strings.Contains(spec.Topic, ",") {
		return spec.Topic + "-" + strconv.Itoa(i)
	}
	rest := spec.Topic
	for range i {
		_, rest, _ = strings.Cut(rest, ",")
	}
	name, _, _ := strings.Cut(rest, ",")
	return name
}

// TopicText names the topics of the group in a few characters: fast, a,b,c or
// fast-0..99.
func (spec Producer) TopicText() string {
	if spec.Spread.Count == 0 {
		return spec.Topic
	}
	return fmt.Sprintf("%s-0..%d", spec.Topic, spec.Spread.Count-1)
}

// Routing is how the messages of a partitioned topic are divided among its partitions.
type Routing struct {
	Mode      string // "" stands for RoundRobin
	Partition int    // of RouteFixed
}

// The modes of routing. Messages with a key go to the partition of the key, unless the
// partition is fixed.
const (
	RoundRobin  = "round-robin"
	RouteSingle = "single"
	RouteByKey  = "key"
	RouteFixed  = "partition"
)

// ParseRouting reads round-robin, single, key or partition=3.
func ParseRouting(text string) (Routing, error) {
	number, fixed := strings.CutPrefix(text, RouteFixed+"=")
	switch {
	case fixed:
		r := Routing{Mode: RouteFixed}
		return r, readCount(&r.Partition, number, "the partition", 0, broker.MaxPartitions-1)
	case text == RoundRobin:
		return Routing{}, nil
	case text == RouteSingle || text == RouteByKey:
		return Routing{Mode: text}, nil
	}
	return Routing{}, fmt.Errorf("%q is not a routing (round-robin, single, key, partition=3)", text)
}

// String writes the routing as ParseRouting reads it.
func (r Routing) String() string {
	switch r.Mode {
	case "":
		return RoundRobin
	case RouteFixed:
		return RouteFixed + "=" + strconv.Itoa(r.Partition)
	}
	return r.Mode
}

// topicSettings returns the settings about topics and partitions.
func topicSettings() []Setting[Producer] {
	type P = Producer
	return []Setting[P]{
		{Name: "topics", Kind: "SPREAD", Doc: "number of topics named TOPIC-0, TOPIC-1 …, which take turns, or are chosen at random or by Zipf's law",
			Read: func(p *P) string { return p.Spread.String() },
			Write: func(p *P, text string) error {
				spread, err := ParseSpread(text)
				if err == nil {
					p.Spread = spread
				}
				return err
			}},
		{Name: "routing", Kind: "ROUTING", Doc: "partitions of messages without a key: round-robin, single (one for each producer); key needs keys; partition=3 is for all messages",
			Read: func(p *P) string { return p.Routing.String() },
			Write: func(p *P, text string) error {
				routing, err := ParseRouting(text)
				if err == nil {
					p.Routing = routing
				}
				return err
			}},
		{Name: "access", Kind: "WORD", Words: texts(broker.AccessModes()), Doc: "who may send to the topic: exclusive and fencing (which ends other producers) allow one producer; wait waits to be the one",
			Read:  func(p *P) string { return string(p.Access) },
			Write: func(p *P, text string) error { return p.Access.UnmarshalText([]byte(text)) }},
	}
}

// checkTopics refuses topics and settings of topics that do not fit together. name is
// the group's name, for the advice in the error.
func (spec Producer) checkTopics(name string) error {
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: "set " + name + " " + try}
	}
	named := strings.Split(spec.Topic, ",")
	for _, topic := range named {
		parsed, err := broker.ParseTopic(topic)
		if err != nil {
			return err
		}
		if parsed.Partition >= 0 && spec.Spread.Count > 0 {
			return refuse("topics=1", "topics=%s needs the name of a topic, and %s is a partition", spec.Spread, topic)
		}
	}
	switch n := len(named); {
	case n > ProducerTopicsMax:
		return fmt.Errorf("%d topics exceed the limit of %d", n, ProducerTopicsMax)
	case n > 1 && spec.Spread.Count > 0 && spec.Spread.Count != n:
		return refuse("topics=1", "topics=%s is for one topic=, whose name gets a number; %d are named", spec.Spread, n)
	case spec.Routing.Mode == RouteByKey && spec.Keys.Count() == 0 && spec.Ordering.Count() == 0:
		return refuse("keys=10k routing=key", "routing=key needs messages with keys")
	}
	return nil
}

// readProducerTopics reads the name of a topic or several with commas between them.
func readProducerTopics(into *string, text string) error {
	if strings.HasPrefix(text, patternMark) {
		return fmt.Errorf("%q is a pattern; a producer group sends to topics that are named", text)
	}
	var names []string
	for one := range strings.SplitSeq(text, ",") {
		topic, err := broker.ParseTopic(strings.TrimSpace(one))
		if err != nil {
			return err
		}
		if short := topic.Short(); !slices.Contains(names, short) {
			names = append(names, short)
		}
	}
	*into = strings.Join(names, ",")
	return nil
}

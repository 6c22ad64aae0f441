package perf

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// nearest becomes the command line of pulsar-perf that is nearest to a group.
type nearest struct {
	words []string
	notes []string
	last  []string // the topics
	// setting is the one that is told at the moment.
	setting string
}

func (n *nearest) flag(name string, values ...string) {
	n.words = append(n.words, name)
	for _, v := range values {
		n.words = append(n.words, quoteForShell(v))
	}
}

// cannot says what pulsar-perf cannot do.
func (n *nearest) cannot(format string, args ...any) {
	n.notes = append(n.notes, fmt.Sprintf(format, args...))
}

// quoteForShell quotes a word for the shell of the system.
func quoteForShell(text string) string {
	plain := text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=@%+") == ""
	if plain {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// target adds the flags of the cluster.
func (n *nearest) target(t broker.Target, admin bool) {
	if t.URL != "" {
		n.flag("-u", t.URL)
	}
	if admin && t.AdminURL != "" {
		n.flag("-au", t.AdminURL)
	}
	switch {
	case t.TokenFile != "":
		n.flag("--auth-plugin", tokenClass)
		n.flag("--auth-params", "file://"+t.TokenFile)
	case t.TokenEnv != "":
		n.flag("--auth-plugin", tokenClass)
		n.words = append(n.words, "--auth-params", `"token:$`+t.TokenEnv+`"`)
	case t.Token != (broker.Secret{}) || t.Login != (broker.Login{}):
		n.cannot("the login is for -cf FILE or --auth-plugin and --auth-params: a secret is not part of this line")
	}
	if t.TrustFile != "" {
		n.flag("--trust-cert-file", t.TrustFile)
	}
	switch t.TLSCheck {
	case broker.TLSNone:
		n.flag("--tls-allow-insecure")
	case broker.TLSFull:
		n.flag("--tls-enable-hostname-verification")
	}
}

// a told setting writes its flags for a value that is not the default. before is the
// default.
type told func(n *nearest, value string)

// no is a setting without an equal.
func no(what string) told {
	return func(n *nearest, value string) { n.cannot("%s=%s: %s", n.setting, value, what) }
}

// silent is a setting whose flags another one writes.
func silent(*nearest, string) {}

// settingsOf walks through the settings of a group that differ from the default. tell has
// an entry for each setting.
func settingsOf[S any](n *nearest, settings []spec.Setting[S], group, standard *S, tell map[string]told) {
	for _, s := range settings {
		value := s.Get(group)
		if value == s.Get(standard) {
			continue
		}
		n.setting = s.Name
		if f, known := tell[s.Name]; known {
			f(n, value)
		} else {
			n.cannot("%s=%s: pulsar-perf has no equal", s.Name, value)
		}
	}
}

// rateMost is the highest rate of pulsh; pulsar-perf sends as fast as it can below it.
const rateMost = 100_000_000

// Producer returns the command line that is nearest to a producer group, and sentences
// about what pulsar-perf cannot do.
func Producer(group spec.Producer, at broker.Target) (command string, notes []string) {
	n := &nearest{words: []string{programName, "produce"}}
	n.target(at, group.Partitions > 0)
	rate := group.Rate.Peak(0)
	if constant, ok := group.Rate.IsHold(); ok {
		rate = constant
	} else {
		n.cannot("rate=%s: it sends at one rate; this is the highest", group.Rate)
	}
	switch perSecond := math.Round(float64(rate)); {
	case rate.IsMax():
		n.flag("-r", strconv.Itoa(rateMost))
		n.cannot("rate=max: it has no such rate; this is above what it can send")
	case perSecond < 1:
		n.flag("-r", "1")
		n.cannot("rate=%s: it sends at least one message a second", group.Rate)
	default:
		n.flag("-r", strconv.FormatFloat(min(perSecond, math.MaxInt32), 'f', -1, 64))
	}
	n.flag("-s", strconv.Itoa(int(group.Size.Mean())))
	if !group.Size.IsFixed() {
		n.cannot("size=%s: its messages have one size; this is the mean", group.Size)
	}
	topics := group.TopicNames()
	if each := group.ProducerCount() / len(topics); each > 1 {
		n.flag("-n", strconv.Itoa(each))
	}
	if len(topics) > 1 {
		n.flag("-t", strconv.Itoa(len(topics)))
	}
	n.last = topics
	if group.Spread.Count > 0 {
		n.last = []string{group.Topic}
	}
	batching(n, group)
	n.flag("-z", strings.ToUpper(string(group.Compression)))
	if group.Pending > 0 {
		n.flag("-o", strconv.Itoa(max(1, group.Pending/group.ProducerCount())))
	}
	n.flag("--send-timeout", wholeSeconds(group.Timeout))
	standard := spec.DefaultProducer("")
	settingsOf(n, spec.ProducerSettings(), &group, &standard, producerFlags(group))
	n.cannot("it does not check that each message arrives, and changes nothing while it runs; its latency begins when a message is sent, not when it was due")
	return strings.Join(append(n.words, quoted(n.last)...), " "), n.notes
}

func batching(n *nearest, group spec.Producer) {
	if group.Batch == 1 {
		n.flag("-db")
		return
	}
	n.flag("-b", strconv.FormatFloat(float64(group.Delay)/float64(time.Millisecond), 'f', -1, 64))
	n.flag("-bm", strconv.Itoa(group.Batch))
	n.flag("-bb", strconv.Itoa(group.BatchBytes))
}

func quoted(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, quoteForShell(w))
	}
	return out
}

// wholeSeconds writes a duration in seconds, at least one.
func wholeSeconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

// producerFlags has an entry for each setting of a producer group. Settings that the other
// parts write are silent.
func producerFlags(group spec.Producer) map[string]told {
	tell := map[string]told{
		"ratio":        no("it sends one body of random letters again and again, whose batches compress to almost nothing"),
		"properties":   no("its messages carry no properties"),
		"ordering-key": no("its messages have no ordering keys"),
		"batchby":      no("it batches without regard to keys, so key_shared consumers get batches of several keys"),
		"schema":       no("its messages have no schema"),
		"fields":       no("its messages have no schema"),
		"routing":      no("it sends round-robin, or by key with -mk"),
		"engine":       silent, // it has a client of its own, whichever is chosen here
		"partitions":   func(n *nearest, v string) { n.flag("-np", v) },
		"prefix":       func(n *nearest, v string) { n.flag("-pn", v) },
		"event-time":   func(n *nearest, _ string) { n.flag("-set") },
		"chunking":     func(n *nearest, _ string) { n.flag("-ch") },
		"count":        func(n *nearest, _ string) { n.flag("-m", strconv.FormatInt(group.Count, 10)) },
		"for":          func(n *nearest, _ string) { n.flag("-time", wholeSeconds(group.For)) },
		"access":       func(n *nearest, v string) { n.flag("-am", accessNames()[broker.Access(v)]) },
		"keys":         func(n *nearest, v string) { n.keys(v) },
		"body":         func(n *nearest, v string) { n.body(group, v) },
		"topics": func(n *nearest, v string) {
			if !group.Spread.Even() {
				n.cannot("topics=%s: its topics take turns", v)
			}
		},
		"deliver-after": func(n *nearest, v string) { n.delay(group.DeliverAfter) },
		"encrypt":       func(n *nearest, v string) { n.encrypt(v) },
	}
	connectionTold(tell)
	transactionTold(tell)
	for _, name := range []string{"topic", "rate", "workers", "producers", "size", "batch", "bytes", "delay", "compression", "pending", "timeout"} {
		tell[name] = silent
	}
	return tell
}

func connectionTold(tell map[string]told) {
	tell["cluster"] = func(*nearest, string) {} // its URL is that of -u
	tell["connections"] = func(n *nearest, v string) { n.flag("-c", v) }
	tell["isolated"] = func(n *nearest, v string) {
		n.cannot("isolated=%s: --isolated-clients NUMBER is the same, for V4 clients from Pulsar 4.3 on", v)
	}
}

func transactionTold(tell map[string]told) {
	tell["txn"] = func(n *nearest, v string) { n.flag("-txn"); n.flag("-nmt", v) }
	tell["txn-timeout"] = func(n *nearest, v string) {
		if d, err := pacing.ParseDuration(v); err == nil {
			n.flag("-tto", wholeSeconds(d))
		}
	}
	tell["txn-abort"] = func(n *nearest, v string) {
		if v == "100%" {
			n.flag("-abort")
			return
		}
		n.cannot("txn-abort=%s: it aborts all transactions, with -abort, or none", v)
	}
}

func accessNames() map[broker.Access]string {
	return map[broker.Access]string{broker.ExclusiveAccess: "Exclusive", broker.WaitAccess: "WaitForExclusive", broker.FencingAccess: "ExclusiveWithFencing"}
}

func (n *nearest) keys(text string) {
	n.flag("-mk", "random")
	n.cannot("keys=%s: its keys are random numbers without a limit to their number", text)
}

func (n *nearest) body(group spec.Producer, text string) {
	if group.Body == payload.FileKind {
		if file, err := payload.ParseFileBody(group.Pattern); err == nil {
			n.flag("-f", file.Name)
			if file.Delimiter != "\n" {
				n.flag("-e", file.Delimiter)
			}
			return
		}
	}
	n.cannot("body=%s: it sends one body of random letters, or with -f FILE -fp bodies with a counter (%%i) and the time (%%t)", text)
}

func (n *nearest) delay(d payload.Delay) {
	low, high := int64(d.Least/time.Second), int64(math.Ceil(d.Most.Seconds()))
	if d.Least == d.Most {
		n.flag("-d", strconv.FormatInt(max(1, high), 10))
	} else {
		n.flag("-dr", fmt.Sprintf("%d,%d", low, high+1))
	}
	if d.Least%time.Second != 0 || d.Most%time.Second != 0 {
		n.cannot("its delays are whole seconds")
	}
}

func (n *nearest) encrypt(text string) {
	first, more, several := strings.Cut(text, ",")
	name, file, _ := strings.Cut(first, ":")
	n.flag("-k", name)
	n.flag("-v", file)
	if several {
		n.cannot("encrypt=…,%s: it encrypts with one key", more)
	}
}

// Consumer returns the command line that is nearest to a consumer group, and sentences
// about what pulsar-perf cannot do.
func Consumer(group spec.Consumer, at broker.Target) (command string, notes []string) {
	n := &nearest{words: []string{programName, "consume"}}
	n.target(at, false)
	standard := spec.DefaultConsumer("")
	values := map[string]string{}
	for _, s := range spec.ConsumerSettings() {
		values[s.Name] = s.Get(&group)
	}
	workers, subscriptions := group.Workers, 1
	if v, err := strconv.Atoi(values["subscriptions"]); err == nil && v > 1 {
		subscriptions = v
		n.flag("-ns", values["subscriptions"])
	}
	n.flag("-ss", group.Subscription)
	n.flag("-st", typeName(group.Type))
	n.flag("-sp", capital(string(group.From)))
	if group.Type == broker.Exclusive {
		workers = subscriptions
	}
	n.flag("-n", strconv.Itoa(max(1, workers/subscriptions)))
	n.flag("-q", strconv.Itoa(group.Queue))
	topics := group.Topics()
	switch n.last = topics.Names(); {
	case topics.Pattern():
		n.last = []string{"TOPIC"}
		n.cannot("topic=%s: it takes no pattern; name the topics in place of TOPIC, and their number with -t", topics)
	case len(n.last) > 1:
		n.flag("-t", strconv.Itoa(len(n.last)))
	}
	settingsOf(n, spec.ConsumerSettings(), &group, &standard, consumerFlags(group))
	n.cannot("it acknowledges every message, does not check that each arrives, and changes nothing while it runs")
	return strings.Join(append(n.words, quoted(n.last)...), " "), n.notes
}

func typeName(t broker.SubscriptionType) string {
	parts := strings.Split(string(t), "_")
	for i := range parts {
		parts[i] = capital(parts[i])
	}
	return strings.Join(parts, "_")
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// consumerFlags has an entry for each setting of a consumer group.
func consumerFlags(group spec.Consumer) map[string]told {
	tell := map[string]told{
		"durable":        no("its subscriptions are durable; pulsar-perf read is without one"),
		"priority":       no("its consumers have no priority"),
		"compacted":      no("it does not read compacted"),
		"sticky":         no("the broker divides the keys of its consumers"),
		"prefix":         no("the broker names its consumers"),
		"response":       no("it does not wait for receipts of acknowledgements"),
		"nack":           no("it acknowledges every message"),
		"drop":           no("it acknowledges every message"),
		"nackdelay":      no("it acknowledges every message"),
		"work":           no("its consumers do no work; -r bounds their rate"),
		"maxredeliver":   no("it knows no dead-letter topic"),
		"dlq":            no("it knows no dead-letter topic"),
		"retry":          no("it knows no retry topic"),
		"retrydelay":     no("it knows no retry topic"),
		"churn":          no("its consumers stay"),
		"until":          no("it ends by -m or -time"),
		"schema":         no("it decodes nothing"),
		"crypto-failure": no("an entry that it cannot decrypt fails"),
		"to":             no("pulsar-perf transaction --topics-c IN --topics-p OUT is that"),
		"engine":         silent,
		"batchindex":     func(n *nearest, _ string) { n.flag("--batch-index-ack") },
		"count":          func(n *nearest, _ string) { n.flag("-m", strconv.FormatInt(group.Count, 10)) },
		"for":            func(n *nearest, _ string) { n.flag("-time", wholeSeconds(group.For)) },
		"rate":           func(n *nearest, v string) { n.limit(group.Rate) },
		"ack":            func(n *nearest, v string) { n.ack(v) },
		"chunks-pending": func(n *nearest, v string) { n.flag("-mc", v) },
		"chunks-expire": func(n *nearest, v string) {
			if d, err := pacing.ParseDuration(v); err == nil {
				n.flag("-e", strconv.FormatInt(d.Milliseconds(), 10))
			}
		},
		"decrypt": func(n *nearest, v string) {
			_, file, _ := strings.Cut(v, ":")
			n.flag("-v", file)
		},
	}
	connectionTold(tell)
	transactionTold(tell)
	for _, name := range []string{"topic", "subscription", "subscriptions", "type", "workers", "queue", "from"} {
		tell[name] = silent
	}
	return tell
}

func (n *nearest) limit(shape pacing.Shape) {
	rate, constant := shape.IsHold()
	if !constant {
		rate = shape.Peak(0)
		n.cannot("rate=%s: it receives at one rate; this is the highest", shape)
	}
	if !rate.IsMax() {
		n.flag("-r", strconv.FormatFloat(float64(rate), 'f', -1, 64))
	}
}

func (n *nearest) ack(text string) {
	inner, batched := strings.CutPrefix(text, "batched(")
	switch {
	case text == "immediate":
		n.flag("--acks-delay-millis", "0")
	case batched:
		_, delay, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ",")
		if d, err := pacing.ParseDuration(strings.TrimSpace(delay)); err == nil {
			n.flag("--acks-delay-millis", strconv.FormatInt(d.Milliseconds(), 10))
		}
	default:
		n.cannot("ack=%s: it acknowledges at once, grouped by time", text)
	}
}

// Told lists the settings of groups that a line of pulsar-perf is made from, for the test
// that compares them with those that exist.
func Told() (producer, consumer []string) {
	for name := range producerFlags(spec.Producer{}) {
		producer = append(producer, name)
	}
	for name := range consumerFlags(spec.Consumer{}) {
		consumer = append(consumer, name)
	}
	slices.Sort(producer)
	slices.Sort(consumer)
	return producer, consumer
}

// suggestions are what may stand after explain.
func suggestions(s *lang.Scene, groups []lang.Suggestion) []lang.Suggestion {
	at := slices.IndexFunc(s.Words, isProgram)
	switch {
	case at < 0:
		return append(groups, lang.Suggestion{Text: programName, Description: "a command line of Pulsar's own tool"})
	case at == len(s.Words)-1:
		var out []lang.Suggestion
		for _, c := range programs() {
			out = append(out, lang.Suggestion{Text: c.name, Description: "a command of " + programName})
		}
		return out
	}
	i := slices.IndexFunc(programs(), func(c *program) bool { return c.name == s.Words[at+1] })
	if i < 0 || !strings.HasPrefix(s.Partial, "-") {
		return nil
	}
	var out []lang.Suggestion
	for _, f := range programs()[i].flags {
		for _, name := range f.names {
			out = append(out, lang.Suggestion{Text: name, Description: f.equal(nil, programs()[i].name)})
		}
	}
	return out
}

package embedded_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/metrics"
)

// trace is what a script of operations saw of a broker, a line each, with what
// differs from run to run replaced: addresses, times, ledgers, names of the run.
type trace struct {
	*rig
	url      string
	adminURL string
	api      *admin.Admin
	calls    int
	lines    []string
	ledgers  map[string]string
	open     map[string]broker.Consumer
	held     map[string][]broker.Delivery
}

const differs = "public/default/differential"

// record runs a script on a broker.
func record(t *testing.T, url, adminURL string, script func(*trace)) []string {
	r := &rig{t: t, base: time.Now(), shards: metrics.NewSendShards(time.Now)}
	r.engine = r.open("wire", url)
	api, err := admin.New(adminURL, admin.Options{})
	require.NoError(t, err)
	defer api.Close()
	tr := &trace{rig: r, url: url, adminURL: adminURL, api: api, ledgers: map[string]string{}, open: map[string]broker.Consumer{}, held: map[string][]broker.Delivery{}}
	script(tr)
	for _, c := range tr.open {
		require.NoError(t, c.Close(r.within()))
	}
	return tr.lines
}

func (tr *trace) say(format string, args ...any) {
	tr.lines = append(tr.lines, fmt.Sprintf("%d ", tr.calls)+fmt.Sprintf(format, args...))
}

// call makes a call of the admin API and notes its answer.
func (tr *trace) call(method, path, body string) {
	tr.calls++
	request, err := http.NewRequestWithContext(tr.within(), method, strings.Replace(tr.adminURL+"/admin/v2/"+path, "/v2/../", "/", 1), strings.NewReader(body))
	require.NoError(tr.t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(tr.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(tr.t, err)
	tr.say("%s %s %s = %d", method, path, body, answer.StatusCode)
	for _, line := range tr.fields("", data) {
		tr.say("  %s", line)
	}
}

// fields lists the values of a document, a line each.
func (tr *trace) fields(at string, data []byte) (lines []string) {
	if page := errorPage.FindSubmatch(data); page != nil {
		return []string{at + ".reason = " + tr.masked(html.UnescapeString(string(page[1])))}
	}
	var any any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&any) != nil {
		return []string{at + tr.masked(strings.TrimSpace(string(data)))}
	}
	tr.walk(at, any, &lines)
	return lines
}

// errorPage is what a real Pulsar answers to some mistakes.
var errorPage = regexp.MustCompile(`(?s)<tr><th>MESSAGE:</th><td>(.*?)</td>`)

// walk lists the values below one.
func (tr *trace) walk(at string, value any, lines *[]string) {
	switch v := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if !varies(at, name) {
				tr.walk(at+"."+name, v[name], lines)
			}
		}
		if len(v) == 0 {
			*lines = append(*lines, at+" = {}")
		}
	case []any:
		if len(v) == 0 {
			*lines = append(*lines, at+" = []")
		}
		for i, one := range v {
			tr.walk(fmt.Sprintf("%s[%d]", at, i), one, lines)
		}
	case json.Number:
		if strings.HasSuffix(at, "edgerId") {
			value = tr.ledger(v.String())
		}
		if f, err := v.Float64(); err == nil && f == 0 {
			value = 0 // 0.0 is 0
		}
		*lines = append(*lines, fmt.Sprintf("%s = %v", at, value))
	default:
		*lines = append(*lines, fmt.Sprintf("%s = %s", at, tr.masked(fmt.Sprint(v))))
	}
}

// variable are fields whose values differ from run to run, or that describe the
// storage of a real Pulsar.
var variable = regexp.MustCompile(`^(msgRate\w*|msgThroughput\w*|messageAckRate|address|connectedSince|clientVersion|ownerBroker|topicCreationTimeStamp|last\w*Time\w*|lastLedger\w*|creationTimeStamp|bytes\w*Counter|storageSize|backlogSize|averageMsgSize|offloadedStorageSize|earliestMsgPublishTimeInBacklogs|producerId|replication|consumersCount|appId|readPositionWhenJoining|topicEpoch|totalSize|size|currentLedgerSize|cursorLedger\w*|properties|schemaLedgers|timestamp|underReplicated|metadata|backlogQuotaLimitSize|firstMessagePublishTime|lastMessagePublishTime|filter\w*|delayedMessageIndexSizeInBytes|ledgerOffloaded\w*|bucketDelayedIndexStats|compaction|oldestBacklogMessage\w*|recover(Start|End)Time|openTimestamp|delayedTrackerMemoryUsage)$`)

func varies(_, name string) bool { return variable.MatchString(name) }

var (
	ledgerEntry = regexp.MustCompile(`\b(\d+):(-?\d+)\b`)
	hosts       = regexp.MustCompile(`127\.0\.0\.1:\d+|localhost:\d+`)
)

// masked replaces ledgers by their order of appearance, and addresses.
func (tr *trace) masked(s string) string {
	for _, java := range []string{"\n\nStacktrace:", " caused by org.apache.avro.SchemaParse", " caused by com.fasterxml."} {
		s, _, _ = strings.Cut(s, java)
	}
	s = hosts.ReplaceAllString(s, "HOST")
	return ledgerEntry.ReplaceAllStringFunc(s, func(id string) string {
		ledger, entry, _ := strings.Cut(id, ":")
		return tr.ledger(ledger) + ":" + entry
	})
}

// ledger names a ledger by the order of its appearance.
func (tr *trace) ledger(id string) string {
	if strings.HasPrefix(id, "-") {
		return id
	}
	if _, ok := tr.ledgers[id]; !ok {
		tr.ledgers[id] = fmt.Sprintf("L%d", len(tr.ledgers))
	}
	return tr.ledgers[id]
}

// publish sends n messages in batches of some.
func (tr *trace) publish(topic string, n, batch int, change func(*broker.ProducerSpec)) {
	p := tr.producer(topic, func(s *broker.ProducerSpec) {
		s.Compression, s.Batch.Messages, s.Batch.Delay = "none", batch, 50*time.Millisecond
		if change != nil {
			change(s)
		}
	})
	tr.send(p, n)
	require.NoError(tr.t, p.Close(tr.within()))
	tr.say("published %d to %s", n, topic)
}

// subscribe opens a consumer under a name, and notes what it is refused with.
func (tr *trace) subscribe(name, topic string, change func(*broker.ConsumerSpec)) {
	spec := broker.ConsumerSpec{
		Topics: []string{topic}, Subscription: "s", Type: broker.Shared, Name: name,
		Queue: 1000, Position: broker.Earliest, NackDelay: 100 * time.Millisecond,
	}
	if change != nil {
		change(&spec)
	}
	c, err := tr.engine.Subscribe(tr.within(), spec)
	if err != nil {
		tr.say("subscribe %s: %s: %s", name, broker.Classify(err), tr.masked(err.Error()))
		return
	}
	tr.say("subscribe %s", name)
	tr.open[name] = c
}

// take receives n messages and notes their places and redelivery counts, in order.
func (tr *trace) take(name string, n int) {
	got := tr.receive(tr.open[name], n)
	tr.held[name] = append(tr.held[name], got...)
	var all []string
	for _, d := range got {
		all = append(all, fmt.Sprintf("%d/%d~%d", d.Partition, d.Index, d.Redelivery))
	}
	slices.Sort(all)
	tr.say("%s received %s", name, strings.Join(all, " "))
}

// ack acknowledges the oldest n messages that a consumer holds; nack gives them back.
func (tr *trace) ack(name string, n int) {
	failed, err := tr.open[name].Ack(tr.held[name][:n])
	tr.held[name] = tr.held[name][n:]
	tr.say("%s acknowledged %d: %d %v", name, n, failed, err)
	tr.settle()
}

func (tr *trace) nack(name string, n int) {
	tr.open[name].Nack(tr.held[name][:n])
	tr.held[name] = tr.held[name][n:]
	tr.say("%s gave %d back", name, n)
}

func (tr *trace) leave(name string) {
	require.NoError(tr.t, tr.open[name].Close(tr.within()))
	delete(tr.open, name)
	tr.held[name] = nil
	tr.say("%s left", name)
	tr.settle()
}

// settle leaves a broker time to note what has no answer.
func (tr *trace) settle() { time.Sleep(150 * time.Millisecond) }

func (tr *trace) stats(topic string) {
	tr.settle()
	tr.call("GET", "persistent/"+topic+"/stats", "")
}

// differential is a script of operations on a topic.
type differential struct {
	name   string
	script func(*trace, string)
	except string // a field that may differ
}

// differentials are the scripts. Each has a topic of its own.
var differentials = []differential{
	{"topics", func(tr *trace, topic string) {
		for range 2 {
			tr.call("PUT", "persistent/"+topic, "")
		}
		tr.call("GET", "persistent/"+topic+"/partitions", "")
		tr.call("GET", "persistent/"+topic+"-none/stats", "")
		tr.call("GET", "persistent/"+topic+"-none/subscriptions", "")
		tr.call("GET", "persistent/"+topic+"/subscriptions", "")
		tr.call("POST", "persistent/"+topic+"/partitions", "4")
		for _, n := range []string{"3", "3", "0"} {
			tr.call("PUT", "persistent/"+topic+"-parts/partitions", n)
		}
		tr.call("GET", "persistent/"+topic+"-parts/partitions", "")
		for _, n := range []string{"5", "2"} {
			tr.call("POST", "persistent/"+topic+"-parts/partitions", n)
		}
		tr.call("POST", "persistent/"+topic+"-parts/terminate", "")
		tr.call("DELETE", "persistent/"+topic+"-parts", "")
		tr.call("DELETE", "persistent/"+topic+"-parts/partitions", "")
		tr.call("DELETE", "persistent/"+topic+"-parts/partitions", "")
		tr.stats(topic)
		tr.call("DELETE", "persistent/"+topic, "")
		tr.call("DELETE", "persistent/"+topic, "")
	}, ""},
	{"subscriptions", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.publish(topic, 40, 10, nil)
		for range 2 {
			tr.call("PUT", "persistent/"+topic+"/subscription/all", `{"ledgerId":-1,"entryId":-1,"partitionIndex":-1}`)
		}
		tr.call("PUT", "persistent/"+topic+"/subscription/new", `{"ledgerId":9223372036854775807,"entryId":9223372036854775807,"partitionIndex":-1}`)
		tr.call("GET", "persistent/"+topic+"/subscriptions", "")
		tr.stats(topic)
		tr.call("POST", "persistent/"+topic+"/subscription/all/skip/2", "")
		tr.stats(topic)
		tr.call("POST", "persistent/"+topic+"/subscription/none/skip/2", "")
		tr.call("POST", "persistent/"+topic+"/subscription/none/skip_all", "")
		tr.call("POST", "persistent/"+topic+"/subscription/all/resetcursor/0", "")
		tr.stats(topic)
		tr.call("POST", "persistent/"+topic+"/subscription/none/resetcursor/0", "")
		tr.call("POST", "persistent/"+topic+"/subscription/all/skip_all", "")
		tr.stats(topic)
		tr.call("POST", "persistent/"+topic+"/subscription/all/expireMessages/3600", "")
		tr.subscribe("a", topic, func(s *broker.ConsumerSpec) { s.Subscription = "all" })
		tr.call("DELETE", "persistent/"+topic+"/subscription/all", "")
		tr.call("DELETE", "persistent/"+topic+"/subscription/new", "")
		tr.call("DELETE", "persistent/"+topic+"/subscription/new", "")
		tr.call("DELETE", "persistent/"+topic, "")
		tr.leave("a")
		tr.call("DELETE", "persistent/"+topic+"/subscription/all", "")
		tr.stats(topic)
	}, ""},
	{"shared", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.subscribe("a", topic, nil)
		tr.publish(topic, 30, 5, nil)
		tr.take("a", 30)
		tr.stats(topic)
		tr.ack("a", 10)
		tr.stats(topic)
		tr.nack("a", 5)
		tr.take("a", 5)
		tr.stats(topic)
		tr.ack("a", 15)
		tr.stats(topic)
		tr.leave("a")
		tr.stats(topic)
		tr.subscribe("b", topic, nil)
		tr.take("b", 5)
		tr.stats(topic)
		tr.ack("b", 5)
		tr.stats(topic)
		tr.call("GET", "persistent/"+topic+"/internalStats", "")
	}, ""},
	{"exclusive and failover", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		exclusive := func(s *broker.ConsumerSpec) { s.Type = broker.Exclusive }
		failover := func(s *broker.ConsumerSpec) { s.Type, s.Subscription = broker.Failover, "f" }
		tr.subscribe("a", topic, exclusive)
		tr.subscribe("b", topic, exclusive)
		tr.subscribe("c", topic, nil)
		tr.subscribe("d", topic, failover)
		tr.subscribe("e", topic, func(s *broker.ConsumerSpec) {
			failover(s)
			s.Priority = 1 // d is active, whatever the hash of the names says
		})
		tr.publish(topic, 20, 4, nil)
		tr.take("a", 20)
		tr.take("d", 20)
		tr.stats(topic)
		require.NoError(tr.t, tr.open["a"].AckUpTo(tr.held["a"][:8]))
		tr.stats(topic)
		tr.leave("d")
		tr.take("e", 20)
		tr.stats(topic)
		tr.leave("a")
		tr.stats(topic)
	}, ""},
	{"key_shared", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.subscribe("a", topic, func(s *broker.ConsumerSpec) { s.Type = broker.KeyShared })
		tr.publish(topic, 20, 1, nil)
		tr.take("a", 20)
		tr.stats(topic)
		tr.ack("a", 20)
		tr.stats(topic)
		tr.subscribe("x", topic, func(s *broker.ConsumerSpec) {
			s.Type, s.Subscription, s.Ranges = broker.KeyShared, "sticky", []broker.HashRange{{First: 0, Last: 40_000}}
		})
		tr.subscribe("y", topic, func(s *broker.ConsumerSpec) {
			s.Type, s.Subscription, s.Ranges = broker.KeyShared, "sticky", []broker.HashRange{{First: 30_000, Last: 65_535}}
		})
		tr.stats(topic)
	}, ""},
	{"seek and the end", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.publish(topic, 12, 3, nil)
		tr.subscribe("a", topic, nil)
		tr.take("a", 12)
		tr.ack("a", 12)
		tr.stats(topic)
		tr.call("POST", "persistent/"+topic+"/subscription/s/resetcursor/0", "")
		tr.held["a"] = nil
		tr.take("a", 12)
		tr.stats(topic)
		tr.ack("a", 12)
		tr.call("POST", "persistent/"+topic+"/terminate", "")
		tr.call("POST", "persistent/"+topic+"/terminate", "")
		_, err := tr.engine.OpenProducer(tr.within(), broker.ProducerSpec{
			Topic: topic, Name: "late", Batch: broker.Batch{Messages: 1}, Pending: 1, Timeout: time.Second,
			Clock: tr.clock, Base: tr.base, Recorder: tr.shards.Attach(),
		})
		tr.say("a producer on a terminated topic: %v", err)
		tr.stats(topic)
		tr.call("GET", "persistent/"+topic+"/internalStats", "")
		tr.call("GET", "persistent/"+topic+"/lastMessageId", "")
		tr.leave("a") // else it creates the topic again, sooner or later
		tr.call("DELETE", "persistent/"+topic+"?force=true", "")
		tr.call("GET", "persistent/"+topic+"/stats", "")
	}, ""},
	{"unload", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.subscribe("a", topic, nil)
		tr.publish(topic, 9, 3, nil)
		tr.take("a", 9)
		tr.ack("a", 3)
		tr.call("PUT", "persistent/"+topic+"/unload", "")
		tr.held["a"] = nil
		tr.take("a", 6)
		tr.ack("a", 6)
		tr.stats(topic)
		tr.call("PUT", "persistent/"+topic+"-none/unload", "")
		tr.call("GET", "persistent/"+topic+"/internalStats", "")
	}, ""},
	{"partitioned", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic+"/partitions", "2")
		tr.subscribe("a", topic, nil)
		tr.publish(topic, 40, 5, nil)
		tr.take("a", 40)
		for _, part := range []string{"", "-partition-0", "-partition-1", "-partition-2"} {
			tr.call("GET", "persistent/"+topic+part+"/stats", "")
			tr.call("GET", "persistent/"+topic+part+"/partitions", "")
		}
		tr.settle()
		tr.call("GET", "persistent/"+topic+"/subscriptions", "")
		tr.call("PUT", "persistent/"+topic+"/unload", "")
		tr.held["a"] = nil
		tr.take("a", 40)
		tr.ack("a", 40)
		tr.call("GET", "persistent/"+topic+"-partition-1/stats", "")
		tr.leave("a")
		tr.call("DELETE", "persistent/"+topic+"/subscription/s", "")
		tr.call("GET", "persistent/"+topic+"/subscriptions", "")
		tr.call("DELETE", "persistent/"+topic+"/partitions", "")
		tr.call("GET", "persistent/"+topic+"-partition-0/stats", "")
	}, ""},
	{"non-persistent", func(tr *trace, topic string) {
		topic = "non-persistent://" + topic
		path := strings.Replace(topic, "://", "/", 1)
		tr.subscribe("a", topic, nil)
		tr.publish(topic, 10, 5, nil)
		tr.take("a", 10)
		tr.call("POST", path+"/subscription/s/resetcursor/0", "")
		tr.call("GET", path+"/subscriptions", "")
		tr.leave("a")
		tr.call("DELETE", path+"?force=true", "")
		tr.call("DELETE", path, "")
	}, ""},
	{"limits", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.call("POST", "persistent/"+topic+"/maxConsumersPerSubscription", "1")
		tr.call("POST", "persistent/"+topic+"/maxUnackedMessagesOnConsumer", "6")
		time.Sleep(time.Second) // a real Pulsar stores policies in a topic
		tr.subscribe("a", topic, nil)
		tr.subscribe("b", topic, nil)
		tr.publish(topic, 30, 3, nil)
		tr.take("a", 6)
		tr.stats(topic)
		tr.ack("a", 6)
		tr.take("a", 6)
		tr.stats(topic)
	}, "msgInReplay"}, // of a Pulsar that has read more than it may deliver
	{"compaction", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.call("GET", "persistent/"+topic+"/compaction", "")
		tr.call("PUT", "persistent/"+topic+"-none/compaction", "")
		tr.call("GET", "persistent/"+topic+"-none/compaction", "")
	}, ""},
	{"policies", func(tr *trace, topic string) {
		tr.call("PUT", "persistent/"+topic, "")
		tr.publish(topic, 1, 1, nil)
		for _, one := range []string{"retention", "messageTTL", "backlogQuotaMap", "maxProducers", "publishRate", "dispatchRate", "maxUnackedMessagesOnConsumer", "maxMessageSize", "compactionThreshold", "deduplicationEnabled"} {
			tr.call("GET", "persistent/"+topic+"/"+one, "")
		}
		for _, one := range []string{"retention", "messageTTL", "publishRate", "persistence"} { // the local server has quotas
			tr.call("GET", "namespaces/public/default/"+one, "")
		}
		tr.call("GET", "namespaces/public/none/topics", "")
	}, ""},
}

// TestItAnswersAsPulsarDoes runs the same scripts of operations on the broker in
// memory and on a real Pulsar, and compares every event, count, field and error.
func TestItAnswersAsPulsarDoes(t *testing.T) {
	memory, err := embedded.Start(embedded.Config{})
	require.NoError(t, err)
	defer memory.Close()
	real := localtest.Start(t)
	for _, d := range differentials {
		t.Run(d.name, func(t *testing.T) { compare(t, d, real.URL(), real.AdminURL(), memory.URL(), memory.AdminURL()) })
	}
	http.DefaultClient.CloseIdleConnections()
}

// compare runs a script on a real Pulsar and on the broker in memory.
func compare(t *testing.T, d differential, url, adminURL, memoryURL, memoryAdminURL string) {
	t.Helper()
	topic := fmt.Sprintf("%s-%d", differs, time.Now().UnixNano())
	mask := strings.NewReplacer(topic, "TOPIC", strings.TrimPrefix(topic, "public/default/"), "TOPIC")
	run := func(url, adminURL string) (lines []string) {
		for _, line := range record(t, url, adminURL, func(tr *trace) { d.script(tr, topic) }) {
			if d.except != "" && strings.Contains(line, d.except) {
				continue
			}
			lines = append(lines, mask.Replace(line))
		}
		return lines
	}
	want, got := run(url, adminURL), run(memoryURL, memoryAdminURL)
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("Pulsar alone:   %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("embedded alone: %s", line)
		}
	}
	t.Logf("%d lines agree", len(want))
}

package messages

import (
	"context"
	"fmt"

	"pulsh/commands/cluster"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/schema"
	"pulsh/session/spec"
)

// Commands returns the commands on single messages, in the order of the manual.
func Commands() []lang.Command {
	topic := cluster.TopicParam()
	return []lang.Command{
		{Name: "peek", Section: host.ClusterSection,
			Params: append([]lang.Param{{Name: "subscription", Kind: subscription()}, {Name: "messages", Kind: count("messages", "3", peekMost), Optional: true},
				{Name: "topic", Kind: topic.Kind, Keyed: true, Optional: true, Doc: "topic of the subscription; needed unless a consumer group is named"}}, shownParams()...),
			Summary: "show the next messages of a subscription without taking them",
			Detail: "A reader of its own begins where the cursor is: nothing is acknowledged, and no cursor moves. Messages that consumers have and did not acknowledge are shown too. " +
				"It shows id, key, size, publish and event time, schema, properties and body: as indented JSON if its schema or the body is JSON, text as it is, anything else in hexadecimal. " +
				"A body is decoded by the version of the schema that the message carries (Avro, JSON, PROTOBUF_NATIVE and the primitive kinds). Control characters are escaped.",
			Examples: []string{"peek sub1", "peek sub1 3", "peek sub1 3 topic=fast body=hex"}, Run: host.Verb(Peek)},
		{Name: "tail", Section: host.ClusterSection, Waits: true,
			Params: append([]lang.Param{topic,
				{Name: "key", Kind: words("a"), Keyed: true, Optional: true, Doc: "only messages with this key"},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long; until Ctrl-C if not given"},
				{Name: "n", Kind: count("messages", "10", peekMost), Keyed: true, Optional: true, Doc: "how many messages to show"}}, shownParams()...),
			Summary: "show the messages of a topic as they come",
			Detail: "Reads from the end of the topic until Ctrl-C, for a time, or until n messages are shown. It receives every message and shows at most 20 a second, " +
				"and says how many it left out. Nothing is acknowledged, and no subscription stays.",
			Examples: []string{"tail fast n=3", "tail fast for=2s body=none", "tail fast key=a for=1s"}, Run: host.Verb(Tail)},
		{Name: "send", Section: host.ClusterSection, Disturbs: true,
			Params: []lang.Param{topic, {Name: "text", Kind: words("hello")},
				{Name: "key", Kind: words("a"), Keyed: true, Optional: true, Doc: "key of the message"},
				{Name: "ordering-key", Kind: words("a"), Keyed: true, Optional: true, Doc: "ordering key, which key_shared prefers to the key"},
				{Name: "properties", Kind: kinds.Properties(), Keyed: true, Optional: true, Doc: "name:value with commas between them; a value may have fields as body=template has"},
				{Name: "event-time", Kind: instant(), Keyed: true, Optional: true, Doc: "event time; none if not given"},
				{Name: "deliver-after", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "delay of the delivery to shared and key_shared subscriptions"},
				{Name: "n", Kind: count("messages", "10", sendMost), Keyed: true, Optional: true, Doc: "how many times to send it, one after the other; default 1"}},
			Summary: "send one message",
			Detail: "The text is the body. It is sent by the Go client through a producer of its own, uncompressed and not in a batch, and the answer has its id. " +
				"It has no stamp: groups that receive it count it as a message of another program. " +
				"An empty text without properties is stored, and groups of engine=wire receive it; the Go client throws it away as damaged.",
			Examples: []string{`send fast hello`, `send fast '{"order": 7}' key=a properties=region:eu,tenant:7 event-time=now`, "send fast later deliver-after=30s", "send fast hello n=10"}, Run: host.Verb(Send)},
	}
}

// shownParams are the settings of how messages are shown.
func shownParams() []lang.Param {
	most := kinds.Bytes()
	most.Sample, most.Range, most.Complete = "4KiB", "1B to "+payload.FormatBytes(bodyMost), lang.Offer("256B", "", "4KiB", "", "64KiB", "")
	most.Parse = func(text string) (any, error) {
		n, err := payload.ParseBytes(text)
		if err == nil && (n < 1 || n > bodyMost) {
			err = fmt.Errorf("%q is not a size from 1B to %s", text, payload.FormatBytes(bodyMost))
		}
		return int(n), err
	}
	return []lang.Param{
		{Name: "body", Kind: lang.Words(bodyWords()...), Keyed: true, Optional: true, Doc: "how bodies are shown; auto decodes by the schema that a message carries, or chooses indented JSON, text or hexadecimal"},
		{Name: "bytes", Kind: most, Keyed: true, Optional: true, Doc: "how much of a body is shown; default 1KiB"},
	}
}

// formOf returns how the line wants messages of a cluster shown.
func formOf(ctx context.Context, c *host.Call, on string) form {
	admin, _ := c.AdminOf(on) // without it no body is decoded by its schema, and each says so
	viewer := schema.NewViewer(admin)
	f := form{body: autoBody, most: bodyShown, now: c.Env.Now(),
		view: func(m broker.Message) schema.View { return viewer.View(ctx, m.Topic, m.Schema, m.Body) }}
	if word := c.Text("body"); word != "" {
		f.body = word
	}
	if most, given := host.Value[int](c, "bytes"); given {
		f.most = most
	}
	return f
}

// subscription is the kind of the name of a consumer group or of a subscription.
func subscription() lang.Kind {
	k, groups := kinds.Subscription(), kinds.GroupOf("consume", "sub1")
	k.Sample, k.Doc, k.Complete = "sub1", "a consumer group, or a subscription of the topic that is named", groups.Complete
	return k
}

// words is the kind of any text.
func words(sample string) lang.Kind {
	k := lang.TextKind()
	k.Sample = sample
	k.Doc = "a text, in quotes if it has spaces"
	return k
}

// count is the kind COUNT from 1 to most.
func count(what, sample string, most int) lang.Kind {
	k := kinds.Count()
	k.Sample, k.Forms, k.Doc, k.Range = sample, "1, 20", "a number of "+what, fmt.Sprintf("1 to %d", most)
	k.Parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > most) {
			err = fmt.Errorf("%q is not a number of %s from 1 to %s", text, what, graphs.Whole(float64(most)))
		}
		return n, err
	}
	return k
}

// instant is the kind of an event time.
func instant() lang.Kind {
	k := kinds.Position()
	k.Name, k.Aliases, k.Sample, k.Forms = "INSTANT", nil, "now", "now, -5m, 10:42:07, an RFC 3339 time"
	k.Doc = "an instant: now, -5m (5 minutes ago), a time of day 10:42:07, or an RFC 3339 time"
	k.Complete = lang.Offer("now", "when it is sent", "-5m", "five minutes ago")
	k.Parse = func(text string) (any, error) {
		if text == "now" {
			return text, nil
		}
		at, err := spec.ParseWhenForm(text)
		if err == nil && (at.ID != nil || text == "earliest" || text == "latest") {
			err = fmt.Errorf("%q is not an instant (%s)", text, k.Forms)
		}
		return text, err
	}
	return k
}

package spec

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestReaderSettings(t *testing.T) {
	r := DefaultReader("r1")
	for _, s := range ReaderSettings() {
		again := DefaultReader("r1")
		require.NoError(t, s.Set(&again, s.Get(&r)), s.Name)
		require.Equal(t, r, again, s.Name)
	}
	require.Equal(t, "read", r.Verb())
	for _, name := range notOfReaders {
		_, known := FindSetting(ConsumerSettings(), name)
		require.True(t, known, name)
		_, known = FindSetting(ReaderSettings(), name)
		require.False(t, known, name)
	}
	own, ok := FindSetting(ConsumerSettings(), "workers")
	require.True(t, ok)
	require.Contains(t, own.Doc, "exclusive", "the settings of consumer groups are as they were")
}

func TestWhereAReaderBegins(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	id := broker.MessageID{Ledger: 12, Entry: 3, Partition: -1}
	for text, want := range map[string]broker.Start{
		"earliest": {}, "latest": {}, "-5m": {Time: now.Add(-5 * time.Minute)}, "11:00:00": {Time: now.Add(-time.Hour)}, "12:3": {ID: &id},
	} {
		r := DefaultReader("r1")
		from, _ := FindSetting(ReaderSettings(), "from")
		require.NoError(t, from.Set(&r, text))
		require.Equal(t, text, from.Get(&r))
		require.Equal(t, text == "earliest", r.From == broker.Earliest)
		start, err := r.Reader.Start(now)
		require.NoError(t, err)
		require.Equal(t, want, start, text)
		require.NoError(t, withSubscription(r).Check("r1"))
	}
	r := DefaultReader("r1")
	from, _ := FindSetting(ReaderSettings(), "from")
	require.Error(t, from.Set(&r, "soon"))
	require.Equal(t, DefaultReader("r1"), r)
	require.NoError(t, from.Set(&r, "2026-03-02T00:00:00Z"))
	_, err := r.Reader.Start(now)
	require.ErrorContains(t, err, "future")
}

func withSubscription(c Consumer) Consumer {
	c.Subscription = "reader"
	return c
}

func TestWhatNoReaderCanBe(t *testing.T) {
	for name, change := range map[string]func(*Consumer){
		"type=shared":  func(c *Consumer) { c.Type = broker.Shared },
		"durable=on":   func(c *Consumer) { c.Durable = true },
		"ack=manual":   func(c *Consumer) { c.Ack = Ack{Way: "manual"} },
		"the pattern":  func(c *Consumer) { c.Topic = "/x.*/" },
		"one topic":    func(c *Consumer) { c.Topic, c.Reader.Begin = "a,b", "1:2" },
		"partition 3":  func(c *Consumer) { c.Reader.Begin = "1:2:3" },
		"not persist":  func(c *Consumer) { c.Topic, c.Compacted = "non-persistent://public/default/x", true },
		"subscription": func(c *Consumer) { c.Subscription = "" },
	} {
		r := withSubscription(DefaultReader("r1"))
		change(&r)
		require.ErrorContains(t, r.Check("r1"), name)
	}
	r := withSubscription(DefaultReader("r1"))
	r.Topic, r.Reader.Begin = "x-partition-3", "1:2:3"
	require.NoError(t, r.Check("r1"))
}

// TestAReaderGoesOn changes what needs another consumer, and what needs another place.
func TestAReaderGoesOn(t *testing.T) {
	old := withSubscription(DefaultReader("r1"))
	r := old
	r.Queue = 10
	require.False(t, r.OtherCursor(old))
	require.False(t, r.SameConsumers(old))
	r = old
	r.Reader.Begin = "-5m"
	require.True(t, r.OtherCursor(old))
	require.False(t, r.SameConsumers(old))
	r = old
	r.Compacted = true
	require.True(t, r.OtherCursor(old))
}

// Nothing is stored on a non-persistent topic, so nobody can begin at what was sent before.
func TestNothingIsStoredToBeginAt(t *testing.T) {
	const np = "non-persistent://public/default/np"
	for _, c := range []struct {
		reader      bool
		topic, from string
		want        string
	}{
		{false, np, "latest", ""},
		{false, np, "earliest", "from=earliest needs a persistent topic: nothing is stored on " + np},
		{false, np + "," + np + "2", "earliest", "from=earliest needs a persistent topic: nothing is stored on " + np + "," + np + "2"},
		{false, np + ",stored", "earliest", ""},
		{false, "/np.*/", "earliest", ""},
		{true, np, "latest", ""},
		{true, np, "earliest", "from=earliest needs a persistent topic: nothing is stored on " + np},
		{true, np, "-5m", "from=-5m needs a persistent topic: nothing is stored on " + np},
		{true, np, "3:0", "from=3:0 needs a persistent topic: nothing is stored on " + np},
	} {
		spec := DefaultConsumer("g")
		if c.reader {
			spec = DefaultReader("g")
		}
		spec.Topic, spec.Subscription = c.topic, "g"
		for _, s := range spec.Settings() {
			if s.Name == "from" {
				require.NoError(t, s.Write(&spec, c.from))
			}
		}
		err := spec.Check("g")
		if c.want == "" {
			require.NoError(t, err, "%s %s", c.topic, c.from)
			continue
		}
		require.ErrorContains(t, err, c.want)
		var refused *broker.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, spec.Verb()+" start g topic="+c.topic+" from=latest", refused.Try)
	}
}

package spec

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

func TestSpread(t *testing.T) {
	for text, want := range map[string]Spread{
		"1": {}, "100": {Count: 100}, "100,random": {Count: 100, Random: true}, "1k,zipf=1.1": {Count: 1000, Zipf: 1.1}, "random": {Random: true}, "zipf=2": {Zipf: 2},
	} {
		got, err := ParseSpread(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := ParseSpread(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for text, want := range map[string]string{
		"0": "topics must be at least 1", "10001": "topics must be at most 10000", "": `"" is not a whole number`, "ten": `"ten" is not a whole number`,
		"10,10":           `"10,10" is not a number of topics such as 100, with random or zipf=1.1`,
		"10,zipf=0":       `"0" is not an exponent for zipf, above 0 and up to 10`,
		"zipf=1,10":       `"zipf=1,10" is not a number of topics such as 100, with random or zipf=1.1`,
		"3,random,zipf=1": `"3,random,zipf=1" is not a number of topics such as 100, with random or zipf=1.1`,
	} {
		_, err := ParseSpread(text)
		require.EqualError(t, err, want, text)
	}
	require.InDeltaSlice(t, []float64{0.545, 0.818, 1}, Spread{Zipf: 1}.Shares(3), 0.001)
	require.InDeltaSlice(t, []float64{0.25, 0.5, 0.75, 1}, Spread{Random: true}.Shares(4), 1e-9)
}

func FuzzParseSpread(f *testing.F) {
	f.Add("100,zipf=1.1")
	f.Add("random")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSpread(text); err == nil {
			again, err := ParseSpread(s.String())
			require.NoError(t, err)
			require.Equal(t, s, again)
		}
	})
}

func TestTopicNames(t *testing.T) {
	p := DefaultProducer("fast")
	set := func(name, text string) error {
		s, found := FindSetting(ProducerSettings(), name)
		require.True(t, found)
		return s.Set(&p, text)
	}
	require.Equal(t, []string{"fast"}, p.TopicNames())
	require.NoError(t, set("topics", "3"))
	require.Equal(t, []string{"fast-0", "fast-1", "fast-2"}, p.TopicNames())
	require.Equal(t, "fast-0..2", p.TopicText())
	require.Equal(t, 3, p.ProducerCount())
	p.Workers, p.Producers = 10, 10
	require.Equal(t, 9, p.ProducerCount(), "each topic has as many")
	p.Access = broker.ExclusiveAccess
	require.Equal(t, 3, p.ProducerCount())
	p.Access = broker.SharedAccess

	require.NoError(t, set("topic", "a, b,t/n/c,a"))
	require.Equal(t, []string{"a", "b", "persistent://t/n/c"}, p.TopicNames())
	require.NoError(t, p.Check("fast"), "as many as are named")
	require.NoError(t, set("topics", "5"))
	require.EqualError(t, p.Check("fast"), "topics=5 is for one topic=, whose name gets a number; 3 are named")
	require.EqualError(t, set("topic", "/a.*/"), `"/a.*/" is a pattern; a producer group sends to topics that are named`)
	require.Error(t, set("topic", "a,,b"))
	require.NoError(t, set("topic", "fast-partition-1"))
	require.EqualError(t, p.Check("fast"), "topics=5 needs the name of a topic, and fast-partition-1 is a partition")
}

func TestRouting(t *testing.T) {
	for _, text := range []string{"round-robin", "single", "key", "partition=0", "partition=17"} {
		r, err := ParseRouting(text)
		require.NoError(t, err)
		require.Equal(t, text, r.String())
	}
	for text, want := range map[string]string{
		"": `"" is not a routing (round-robin, single, key, partition=3)`, "partition": `"partition" is not a routing (round-robin, single, key, partition=3)`,
		"partition=": `"" is not a whole number`, "partition=-1": `"-1" is not a whole number`, "partition=10k": "the partition must be at most 9999",
	} {
		_, err := ParseRouting(text)
		require.EqualError(t, err, want, text)
	}
	p := DefaultProducer("fast")
	p.Routing.Mode = RouteByKey
	require.EqualError(t, p.Check("fast"), "routing=key needs messages with keys")
	p.Keys, _ = payload.ParseKeys("10")
	require.NoError(t, p.Check("fast"))
}

func TestDelays(t *testing.T) {
	for _, text := range []string{"none", "30s", "1s..5m"} {
		d, err := ParseDelay(text)
		require.NoError(t, err)
		require.Equal(t, text, writeDelay(d))
	}
	d, err := ParseDelay("1s..1s")
	require.NoError(t, err)
	require.Equal(t, payload.Delay{Least: time.Second, Most: time.Second}, d)
	for text, want := range map[string]string{
		"5m..1s": `"5m..1s" runs from 5m down to 1s`, "soon": `"soon" is not a duration`, "1s..": `"" is not a duration`, "31d": `"31d" is too long; at most 30d`,
	} {
		_, err := ParseDelay(text)
		require.EqualError(t, err, want, text)
	}
}

func TestMessagesThatDoNotFit(t *testing.T) {
	p := DefaultProducer("fast")
	require.True(t, p.Plain())
	p.Ratio, p.Body = 0.4, payload.TextKind
	require.EqualError(t, p.Check("fast"), "ratio=0.4 is for body=random, not text")
	p = DefaultProducer("fast")
	p.DeliverAfter, p.Topic = payload.Delay{Least: 1e9, Most: 1e9}, "non-persistent://public/default/x"
	require.False(t, p.Plain())
	require.EqualError(t, p.Check("fast"), "deliver-after=1s needs a persistent topic; a message of non-persistent://public/default/x is not stored to wait")
	require.True(t, p.NeedsProducers(DefaultProducer("fast")))
}

package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsRefuseWithASentence(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"rate", "50kk", `"50kk" is not a rate`},
		{"workers", "10000", "workers must be at most 1000"},
		{"workers", "10k", "workers must be at most 1000"},
		{"workers", "0", "workers must be at least 1"},
		{"workers", "-1", `"-1" is not a whole number`},
		{"workers", "99999999999999999999", `"99999999999999999999" is too large`},
		{"pending", "9223372036854775808", `"9223372036854775808" is too large`},
		{"compression", "gzip", `"gzip" is not a compression (none, lz4, zlib, zstd, snappy)`},
		{"batch", "200k", "batch must be at most 100000"},
		{"bytes", "1GiB", `"1GiB" is not a batch size from 1KiB to 64MiB`},
		{"delay", "1us", `"1us" is too short; at least 1ms`},
		{"timeout", "1h", `"1h" is too long; at most 10m`},
		{"producers", "some", `"some" is not a whole number`},
		{"topic", "a/b/c/d", `"a/b/c/d" is not a topic: it has 4 parts, at most tenant/namespace/topic`},
	} {
		spec := DefaultProducer("fast")
		s, ok := FindSetting(ProducerSettings(), c.name)
		require.True(t, ok, c.name)
		require.EqualError(t, s.Set(&spec, c.value), c.want)
		require.Equal(t, DefaultProducer("fast"), spec, "a refused %s changes nothing", c.name)
	}
	for _, rate := range []string{"0", "-1", "0/s"} {
		spec := DefaultProducer("fast")
		s, _ := FindSetting(ProducerSettings(), "rate")
		require.Error(t, s.Set(&spec, rate), rate)
	}
	spec := DefaultProducer("fast")
	size, _ := FindSetting(ProducerSettings(), "size")
	require.Error(t, size.Set(&spec, "31"), "smaller than the stamp")
}

func TestSettingsReadWhatTheyWrite(t *testing.T) {
	p := DefaultProducer("fast")
	readBack(t, ProducerSettings(), &p)
	p.Producers = ProducersEach
	readBack(t, ProducerSettings(), &p)
	c := DefaultConsumer("sub1")
	readBack(t, ConsumerSettings(), &c)
}

func readBack[S any](t *testing.T, settings []Setting[S], spec *S) {
	t.Helper()
	var copied S
	for _, s := range settings {
		require.NoError(t, s.Set(&copied, s.Get(spec)), s.Name)
		require.NotEmpty(t, s.Doc, s.Name)
		require.NotEmpty(t, s.Kind, s.Name)
	}
	require.Equal(t, *spec, copied)
}

func TestWordsOfSettingsAreAccepted(t *testing.T) {
	for _, s := range ProducerSettings() {
		for _, w := range s.Words {
			spec := DefaultProducer("fast")
			require.NoError(t, s.Set(&spec, w), "%s=%s", s.Name, w)
			require.Equal(t, w, s.Get(&spec))
		}
	}
	for _, s := range ConsumerSettings() {
		for _, w := range s.Words {
			spec := DefaultConsumer("sub1")
			require.NoError(t, s.Set(&spec, w), "%s=%s", s.Name, w)
			require.Equal(t, w, s.Get(&spec))
		}
	}
}

package broker

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTopicReadsEveryFormOfAName(t *testing.T) {
	for typed, want := range map[string]struct{ full, short string }{
		"fast":                                {"persistent://public/default/fast", "fast"},
		"fast-partition-3":                    {"persistent://public/default/fast-partition-3", "fast-partition-3"},
		"load/fast":                           {"persistent://public/load/fast", "persistent://public/load/fast"},
		"acme/load/fast":                      {"persistent://acme/load/fast", "persistent://acme/load/fast"},
		"public/default/fast":                 {"persistent://public/default/fast", "fast"},
		"persistent://public/default/fast":    {"persistent://public/default/fast", "fast"},
		"non-persistent://public/default/x":   {"non-persistent://public/default/x", "non-persistent://public/default/x"},
		"größe":                               {"persistent://public/default/größe", "größe"},
		"-partition-1":                        {"persistent://public/default/-partition-1", "-partition-1"},
		"a-partition-01":                      {"persistent://public/default/a-partition-01", "a-partition-01"},
		"a-partition-1-partition-2":           {"persistent://public/default/a-partition-1-partition-2", "a-partition-1-partition-2"},
		"persistent://a.b/c_d/e=f:g-h%20?#42": {"persistent://a.b/c_d/e=f:g-h%20?#42", "persistent://a.b/c_d/e=f:g-h%20?#42"},
	} {
		got, err := ParseTopic(typed)
		require.NoError(t, err, typed)
		require.Equal(t, want.full, got.String(), typed)
		require.Equal(t, want.short, got.Short(), typed)
	}
}

func TestParseTopicTakesThePartitionOff(t *testing.T) {
	name, err := ParseTopic("acme/load/fast-partition-12")
	require.NoError(t, err)
	require.Equal(t, TopicName{Persistent, "acme", "load", "fast", 12}, name)
	require.Equal(t, "persistent://acme/load/fast", name.Of(-1).String())
	require.Equal(t, "fast-partition-4", name.Of(4).Leaf())
}

func TestParseTopicRefusesWithASentence(t *testing.T) {
	for typed, want := range map[string]string{
		"":                           "a topic needs a name",
		"a/b/c/d":                    `"a/b/c/d" is not a topic: it has 4 parts, at most tenant/namespace/topic`,
		"http://host/x":              `"http://host/x" is not a topic: it begins with "http://" instead of persistent:// or non-persistent://`,
		"persistent://fast":          `"persistent://fast" is not a topic: the domain must be followed by tenant/namespace/topic`,
		"persistent://a/b/":          `"persistent://a/b/" is not a topic: its name is empty`,
		"/fast":                      `"/fast" is not a topic: its namespace is empty`,
		"//fast":                     `"//fast" is not a topic: its tenant is empty`,
		"a b/fast":                   `"a b/fast" is not a topic: a namespace has no ' ' in its name`,
		"fa st":                      `"fa st" is not a topic: its name has a space or control character`,
		"../x":                       `"../x" is not a topic: the namespace ".." is not allowed`,
		"..":                         `".." is not a topic: ".." is not allowed`,
		"a\xff":                      `"a\xff" is not a topic: it is not UTF-8`,
		"a-partition-10000":          `"a-partition-10000" is not a topic: partition 10000 is beyond 9999`,
		strings.Repeat("a", 2000):    "a topic name of 2000 bytes exceeds the limit of 1024",
		"persistent://a/b/c/d":       `"persistent://a/b/c/d" is not a topic: the domain must be followed by tenant/namespace/topic`,
		"non-persistent://a/größe/x": `"non-persistent://a/größe/x" is not a topic: a namespace has no 'ö' in its name`,
	} {
		_, err := ParseTopic(typed)
		require.EqualError(t, err, want, typed)
	}
}

func TestParseNamespace(t *testing.T) {
	for typed, want := range map[string]string{"": "public/default", "load": "public/load", "acme/load": "acme/load"} {
		got, err := ParseNamespace(typed)
		require.NoError(t, err)
		require.Equal(t, want, got.String())
	}
	for typed, want := range map[string]string{
		"a/b/c": `"a/b/c" is not a namespace (tenant/namespace): a namespace has no '/' in its name`,
		"/b":    `"/b" is not a namespace (tenant/namespace): its tenant is empty`,
		"a/":    `"a/" is not a namespace (tenant/namespace): its namespace is empty`,
	} {
		_, err := ParseNamespace(typed)
		require.EqualError(t, err, want)
	}
}

// FuzzParseTopic holds that what is read can be written and read again.
func FuzzParseTopic(f *testing.F) {
	for _, seed := range []string{"fast", "a/b", "a/b/c", "persistent://a/b/c-partition-7", "http://x", "a b", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := ParseTopic(typed)
		if err != nil {
			require.Zero(t, name)
			return
		}
		for _, written := range []string{name.String(), name.Short()} {
			again, err := ParseTopic(written)
			if len(written) > topicNameMax {
				continue // a short name near the limit, written in full
			}
			require.NoError(t, err)
			require.Equal(t, name, again)
		}
	})
}

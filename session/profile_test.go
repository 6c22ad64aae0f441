package session

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func builtin(t testing.TB) []Profile {
	t.Helper()
	data, err := os.ReadFile("../profiles.toml")
	require.NoError(t, err)
	profiles, err := ParseProfiles(data, "profiles.toml")
	require.NoError(t, err)
	return profiles
}

func TestBuiltinProfiles(t *testing.T) {
	var names []string
	for _, p := range builtin(t) {
		names = append(names, p.Name)
		require.NotEmpty(t, p.Description, p.Name)
		require.NotEmpty(t, p.Groups, p.Name)
	}
	require.Equal(t, []string{"default", "low-latency", "high-throughput", "burst", "sustained", "low", "medium", "high", "stress"}, names)
}

func TestProfileErrorsNameThePlace(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"wrong value", "[produce.fast]\nrate = \"50kk\"\n",
			"p.toml:2:9: rate: \"50kk\" is not a rate\n  rate = \"50kk\"\n          ^^^^"},
		{"unknown key", "[produce.fast]\nrte = \"50k\"\n",
			"p.toml:2:8: [produce.fast] has no key \"rte\"; there are topic, partitions, rate, workers, producers, size, body, keys, batch, bytes, delay, compression, pending, timeout\n  rte = \"50k\"\n         ^^^"},
		{"number", "\n[produce.fast]\n  workers = 10000 # many\n",
			"p.toml:3:13: workers: 10000 workers are more than 1000\n    workers = 10000 # many\n              ^^^^^"},
		{"inline table", "produce = { fast = { workers = 0 } }\n",
			"p.toml:1:11: workers: 0 workers are less than 1\n  produce = { fast = { workers = 0 } }\n            ^"},
		{"type", "[consume.sub1]\nworkers = [1]\n", "p.toml:2:11: workers is a text or a number\n  workers = [1]\n            ^^^"},
		{"group's name", "[produce.1st]\n", "p.toml:1:2: \"1st\" is not a name: it begins with a letter\n  [produce.1st]\n   ^^^^^^^^^^^"},
		{"two groups", "[produce.a]\n[consume.a]\n", "p.toml:2:2: there are two groups \"a\"\n  [consume.a]\n   ^^^^^^^^^"},
		{"secret", "[connection]\ntoken = \"abc\"\n",
			"p.toml:2:10: [connection] has no key \"token\"; there are url, admin_url, token_file, token_env\n  token = \"abc\"\n           ^^^"},
		{"password", "[connection]\nurl = \"pulsar://me:secret@host:6650\"\n",
			"p.toml:2:8: url: a URL with a password would end up in files and on the screen; use token_file or token_env\n  url = \"pulsar://me:secret@host:6650\"\n         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"},
	} {
		_, err := ParseProfile([]byte(c.text), "p.toml", "p")
		require.EqualError(t, err, c.want, c.name)
	}
	_, err := ParseProfile([]byte("[produce.fast]\nrate = 50k\n"), "p.toml", "p")
	require.ErrorContains(t, err, "p.toml:2:")
}

func TestProfileRoundTrip(t *testing.T) {
	for _, p := range builtin(t) {
		p.Connection = Connection{URL: "pulsar://a:6650,b:6650", AdminURL: "http://a:8080", TokenFile: "/run/token \"x\""}
		again, err := ParseProfile(p.TOML(), p.Name, p.Name)
		require.NoError(t, err, p.Name)
		require.Equal(t, p, again)
		require.Equal(t, string(p.TOML()), string(again.TOML()))
	}
}

func TestLibrarySavesForItsUserOnly(t *testing.T) {
	l := Library{Builtin: builtin(t), Dir: filepath.Join(t.TempDir(), "profiles")}
	_, err := l.Load("mine")
	require.ErrorContains(t, err, `no profile "mine"; there are default, low-latency`)
	p, err := l.Load("high")
	require.NoError(t, err)
	_, err = l.Save(p)
	require.EqualError(t, err, `"high" is a built-in profile; choose another name`)
	p.Name = "mine"
	for range 2 { // the second one replaces the first
		path, err := l.Save(p)
		require.NoError(t, err)
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	entries, err := os.ReadDir(l.Dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file stays")
	again, err := l.Load("mine")
	require.NoError(t, err)
	require.Equal(t, p, again)
	require.Equal(t, []string{"mine"}, l.Saved())
	_, err = l.Load("../mine")
	require.Error(t, err)
}

func FuzzProfile(f *testing.F) {
	for _, p := range builtin(f) {
		f.Add(string(p.TOML()))
	}
	f.Add("[connection]\nurl=\"pulsar://x:1\"\n[consume.a]\n[produce.b]\nsize=\"256..4KiB\"\nkeys=\"10k,zipf=1.1\"")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProfile([]byte(text), "f.toml", "f")
		if err != nil {
			return
		}
		again, err := ParseProfile(p.TOML(), "f.toml", "f")
		require.NoError(t, err, "%s", p.TOML())
		require.Equal(t, p, again)
	})
}

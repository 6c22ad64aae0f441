package profile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func builtin(t testing.TB) []Profile {
	t.Helper()
	data, err := os.ReadFile("../../profiles.toml")
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
			"p.toml:2:1: [produce.fast] has no key \"rte\", but \"rate\"\n  rte = \"50k\"\n  ^^^"},
		{"unknown table", "[prodcue.fast]\n", "p.toml:1:2: the profile has no key \"prodcue\", but \"produce\"\n  [prodcue.fast]\n   ^^^^^^^^^^^^"},
		{"unknown preference", "[session]\nrefesh = \"1s\"\n", "p.toml:2:1: [session] has no key \"refesh\", but \"refresh\"\n  refesh = \"1s\"\n  ^^^^^^"},
		{"preference", "[session]\nrefresh = \"1ms\"\n", "p.toml:2:12: refresh: \"1ms\" is too short; at least 20ms\n  refresh = \"1ms\"\n             ^^^"},
		{"contradiction", "[session]\np99-warn = \"1s\"\np99-fail = \"1ms\"\n",
			"p.toml:1:2: p99-warn=1s has no effect with p99-fail=1ms\n  [session]\n   ^^^^^^^"},
		{"window", "[graph]\nwindow = \"long\"\n", "p.toml:2:11: window: \"long\" is not a duration\n  window = \"long\"\n            ^^^^"},
		{"newer", "version = 2\nnew = 1\n", "p.toml:1:11: version 2 is of a newer pulsh; this one reads version 1\n  version = 2\n            ^"},
		{"version", "version = \"one\"\n", "p.toml:1:12: a version is a whole number such as 1\n  version = \"one\"\n             ^^^"},
		{"number", "\n[produce.fast]\n  workers = 10000 # many\n",
			"p.toml:3:13: workers must be at most 1000\n    workers = 10000 # many\n              ^^^^^"},
		{"inline table", "produce = { fast = { workers = 0 } }\n",
			"p.toml:1:11: workers must be at least 1\n  produce = { fast = { workers = 0 } }\n            ^"},
		{"type", "[consume.sub1]\nworkers = [1]\n", "p.toml:2:11: workers is a text, a number, true or false\n  workers = [1]\n            ^^^"},
		{"group's name", "[produce.1st]\n", "p.toml:1:2: \"1st\" is not a name: it must begin with a letter\n  [produce.1st]\n   ^^^^^^^^^^^"},
		{"two groups", "[produce.a]\n[consume.a]\n", "p.toml:2:2: there are two groups \"a\"\n  [consume.a]\n   ^^^^^^^^^"},
		{"a reader has no type", "[read.r1]\ntype = \"shared\"\n",
			"p.toml:2:1: [read.r1] has no key \"type\"; there are topic, engine, workers, queue, from, compacted, prefix, work, rate, cluster, connections, isolated, count, for, until\n  type = \"shared\"\n  ^^^^"},
		{"a reader's place", "[read.r1]\nfrom = \"abc\"\n",
			"p.toml:2:9: from: \"abc\" is neither a time nor a message (-5m, earliest, latest, 10:42:07, ledger:entry)\n  from = \"abc\"\n          ^^^"},
		{"a reader and a consumer group", "[read.a]\n[consume.a]\n", "p.toml:1:2: there are two groups \"a\"\n  [read.a]\n   ^^^^^^"},
		{"secret", "[connection]\ntoken = \"abc\"\n",
			"p.toml:2:1: [connection] holds no token; use token_file or token_env\n  token = (hidden)\n  ^^^^^"},
		{"secret of any name", "[connection]\nmine = \"abc\"\n",
			"p.toml:2:1: [connection] has no key \"mine\"; there are url, admin_url, token_file, token_env, trust_certs, tls_check, tls_cert, tls_key, user, password_file, password_env, oauth_issuer, oauth_file, oauth_audience, oauth_scope, listener, operation_timeout, connection_timeout, keep_alive, memory_limit\n  mine = (hidden)\n  ^^^^"},
		{"token as a file", "[connection]\ntoken_file = \"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln\"\n",
			"p.toml:2:15: token_file: this is a token, and the name of a file was expected; write the token into a file, or set PULSH_TOKEN to it\n  token_file = \"(hidden)\"\n                ^^^^^^^^^"},
		{"a cluster without URL", "[cluster.eu]\ntoken_file = \"/run/token\"\n", "p.toml:1:2: a cluster needs a url\n  [cluster.eu]\n   ^^^^^^^^^^"},
		{"a cluster's name", "[cluster.1st]\nurl = \"pulsar://a:6650\"\n", "p.toml:1:2: \"1st\" is not a name: it must begin with a letter\n  [cluster.1st]\n   ^^^^^^^^^^^"},
		{"the session's own cluster", "[cluster.default]\nurl = \"pulsar://a:6650\"\n", "p.toml:1:2: default is the cluster of the table connection\n  [cluster.default]\n   ^^^^^^^^^^^^^^^"},
		{"a cluster's token", "[cluster.eu]\ntoken = \"abc\"\n",
			"p.toml:2:1: [cluster.eu] holds no token; use token_file or token_env\n  token = (hidden)\n  ^^^^^"},
		{"value for a table", "produce = 5\n", "p.toml:1:11: produce must be a table: [produce]\n  produce = 5\n            ^"},
		{"password", "[connection]\nurl = \"pulsar://me:secret@host:6650\"\n",
			"p.toml:2:8: url: a URL with a password would end up in files and on the screen; use token_file or token_env\n  url = \"pulsar://(hidden)@host:6650\"\n         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"},
	} {
		_, err := ParseProfile([]byte(c.text), "p.toml", "p")
		require.EqualError(t, err, c.want, c.name)
	}
	_, err := ParseProfile([]byte("[produce.fast]\nrate = 50k\n"), "p.toml", "p")
	require.ErrorContains(t, err, "p.toml:2:")
	for _, text := range []string{"[connection]\ntoken = SECRET\n", "[connection]\nmine = SECRET\n", "[produce.a]\npassword = SECRET\n", "[connection]\nmine = 'SECRET\n"} {
		_, err = ParseProfile([]byte(text), "p.toml", "p")
		require.ErrorContains(t, err, "p.toml:2:")
		require.NotContains(t, err.Error(), "SECRET")
	}
}

func TestProfileRoundTrip(t *testing.T) {
	for _, p := range builtin(t) {
		p.Connection = broker.Connection{URL: "pulsar://a:6650,b:6650", AdminURL: "http://a:8080", TokenFile: "/run/token \"x\"", TrustFile: "/ca.pem", TLSCheck: broker.TLSAnyHost,
			Login: broker.Login{CertFile: "/c.pem", KeyFile: "/k.pem", User: "me", PasswordEnv: "SECRET"}}
		p.Clusters = []ProfileCluster{{Name: "us", Connection: broker.Connection{URL: "pulsar://us:6650", TokenFile: "/run/us"}}, {Name: "eu", Connection: broker.Connection{URL: "pulsar+ssl://eu:6651", AdminURL: "https://eu:8443"}}}
		p.Session = []spec.Preference{{Name: "refresh", Value: "250ms"}}
		p.Graph = Graph{Shown: "fast sub1 | fast latency", Window: "5m"}
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
		saved, err := l.Save(p)
		require.NoError(t, err)
		require.Equal(t, Saved{Path: filepath.Join(l.Dir, "mine.toml")}, saved)
		info, err := os.Stat(saved.Path)
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

// anyProfile makes a valid profile out of chance: every setting has one of its
// words, or a value of its kind.
func anyProfile(chance *rand.Rand) Profile {
	p := Profile{Name: "any", Description: anyText(chance)}
	if chance.IntN(2) == 0 {
		p.Connection = broker.Connection{URL: "pulsar://a:6650", AdminURL: "https://b:8443", TokenEnv: "TOKEN", TrustFile: "/ca " + anyText(chance) + ".pem"}
	}
	if chance.IntN(2) == 0 {
		prefer := spec.DefaultPreferences()
		if anySettings(chance, spec.PreferenceSettings(), &prefer); prefer.Check() != nil {
			prefer = spec.DefaultPreferences() // limits that contradict each other
		}
		p.Session = prefer.Entries()
	}
	if chance.IntN(2) == 0 {
		p.Graph = Graph{Shown: "g0 | g1 " + anyText(chance), Window: "90s"}
	}
	for i := range chance.IntN(6) {
		name := fmt.Sprintf("g%d", i)
		if chance.IntN(2) == 0 {
			settings := spec.DefaultProducer(name)
			anySettings(chance, spec.ProducerSettings(), &settings)
			p.Groups = append(p.Groups, ProfileGroup{Name: name, Kind: snapshot.Produce, Producer: &settings})
			continue
		}
		settings := spec.DefaultConsumer(name)
		anySettings(chance, spec.ConsumerSettings(), &settings)
		p.Groups = append(p.Groups, ProfileGroup{Name: name, Kind: snapshot.Consume, Consumer: &settings})
	}
	return p
}

// anyText is text that is hard to quote.
func anyText(chance *rand.Rand) string {
	const letters = "ab \"\\'#=[]\u00e9\u4e16."
	var out []rune
	for range 1 + chance.IntN(12) {
		out = append(out, []rune(letters)[chance.IntN(len([]rune(letters)))])
	}
	return string(out)
}

func anySettings[S any](chance *rand.Rand, settings []spec.Setting[S], spec *S) {
	values := map[string][]string{
		"COUNT": {"0", "1", "7", "64", "1k"}, "DURATION": {"20ms", "1s", "1m", "90s"}, "BYTES": {"1KiB", "1.5MB", "64MiB"},
		"SHAPE": {"max", "50k", "300/m", "ramp(1k..50k,2m)+max", "hold(2k,30s)+spike(x5,10s,every=1m)", "sine(20k,50%,1m)",
			"loop(hold(20k,1m)+hold(0,30s),3)+5", "poisson(20k,seed=7)", "trace(day.csv,x2)"},
		"SIZE": {"512", "256..4KiB", "lognormal(1KiB,0.5)"}, "PRODUCERS": {"auto", "each", "3"},
		"KEYS": {"none", "10k", "10k,zipf=1.1", "10k,hot=20%/3"}, "TOPIC": {"x", "ns/x", "t/ns/x", "non-persistent://t/ns/x"},
		"BODY": {"random", "none", "file(a b.txt,delimiter=;)", `template({"id":{{counter}},"n":"{{name}}"})`, "pattern(x)"}, "PROPERTIES": {"none", "region:eu,id:{{uuid}}"},
		"DELAY": {"none", "30s", "1s..5m"}, "RATIO": {"1", "0.4"}, "SPREAD": {"1", "100", "10,zipf=1.1", "5,random"}, "ROUTING": {"round-robin", "single", "partition=3"},
		"NAME": {"s", "s-1"}, "PERCENT": {"1%", "50%", "97.5%"},
	}
	for _, s := range settings {
		all := append(slices.Clone(s.Words), values[s.Kind]...)
		if len(all) > 0 {
			_ = s.Set(spec, all[chance.IntN(len(all))]) // what is refused changes nothing
		}
	}
}

func FuzzProfileSavedAndLoaded(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		l := Library{Dir: filepath.Join(t.TempDir(), "profiles")}
		chance := rand.New(rand.NewPCG(seed, 0))
		for range 5 {
			p := anyProfile(chance)
			_, err := l.Save(p)
			require.NoError(t, err)
			again, err := l.Load(p.Name)
			require.NoError(t, err, "%s", p.TOML())
			require.Equal(t, p, again)
		}
	})
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

func TestAReaderIsSavedAsOne(t *testing.T) {
	p, err := ParseProfile([]byte("[read.r1]\ntopic = \"fast\"\nfrom = \"7:3\"\nuntil = \"empty\"\nrate = \"5k\"\n"), "p.toml", "p")
	require.NoError(t, err)
	require.Len(t, p.Groups, 1)
	r := p.Groups[0].Consumer
	require.NotNil(t, r)
	require.Equal(t, spec.Reader{Is: true, Begin: "7:3"}, r.Reader)
	require.True(t, r.Until.Empty)
	text := string(p.TOML())
	require.Contains(t, text, "[read.r1]")
	require.NotContains(t, text, "subscription")
	again, err := ParseProfile([]byte(text), "p.toml", "p")
	require.NoError(t, err)
	require.Equal(t, p.Groups, again.Groups)
}

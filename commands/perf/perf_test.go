package perf_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/perf"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/spec"
)

func rows(t *testing.T) []lang.Command {
	t.Helper()
	s := session.New(nil)
	t.Cleanup(func() { s.Close(t.Context()) })
	return commands.New(host.Env{Session: s}).Config.Language.Commands
}

// mustParse checks that the explained lines can be typed.
func mustParse(t *testing.T, lines []string, from string) {
	t.Helper()
	_, err := commands.ParseScript("explained", strings.Join(lines, "\n")+"\n")
	require.NoError(t, err, "%s\n%s", from, strings.Join(lines, "\n"))
}

// line is a command line with a flag and what it needs.
func line(f perf.Flag) []string {
	words := []string{"pulsar-perf", f.Program}
	if f.Program == "transaction" && !strings.HasPrefix(f.Name, "--topics-") {
		words = append(words, "--topics-c", "in", "--topics-p", "out")
	} else if f.Program == "transaction" {
		words = append(words, map[string]string{"--topics-c": "--topics-p", "--topics-p": "--topics-c"}[f.Name], "other")
	}
	words = append(words, strings.Fields(f.Needs)...)
	words = append(words, f.Name)
	if !f.Switch {
		words = append(words, f.Sample)
	}
	if f.Topics {
		words = append(words, "orders")
	}
	return words
}

// TestEveryFlagIsAnswered types each flag. It is part of the lines, or a sentence says
// why not; what a setting that does not exist here would do is such a sentence.
func TestEveryFlagIsAnswered(t *testing.T) {
	all := rows(t)
	for _, f := range perf.Flags() {
		words := line(f)
		lines, notes, err := perf.Translate(words, all)
		require.NoError(t, err, words)
		mustParse(t, lines, strings.Join(words, " "))
		text, said := strings.Join(lines, "\n"), strings.Join(notes, "\n")
		if f.Why != "" {
			require.Contains(t, said, f.Why, words)
			continue
		}
		if f.Setting == "" {
			continue
		}
		found := slices.ContainsFunc(strings.Split(f.Setting, "|"), func(name string) bool {
			return strings.Contains(text, " "+name+"=") || strings.Contains(said, "has no setting "+name)
		})
		// What equals the default is left out only where it was not typed.
		require.True(t, found || strings.Contains(said, strings.Split(f.Text, ",")[0]) || f.Sample == "1" || nameless(f, text), "%s\n%s\n%s", words, text, said)
	}
}

// nameless reports whether the value became the name of the group.
func nameless(f perf.Flag, text string) bool {
	return f.Setting == "subscription" && strings.Contains(text, "start "+f.Sample)
}

// TestFlagsTogether types several flags at once, drawn at random.
func TestFlagsTogether(t *testing.T) {
	all, flags := rows(t), perf.Flags()
	random := rand.New(rand.NewPCG(1, 2))
	explained := 0
	for range 4000 {
		program := flags[random.IntN(len(flags))].Program
		words := []string{"pulsar-perf", program}
		for range 1 + random.IntN(8) {
			f := flags[random.IntN(len(flags))]
			if f.Program != program || slices.Contains(words, f.Name) {
				continue
			}
			words = append(words, f.Name)
			if !f.Switch {
				words = append(words, f.Sample)
			}
		}
		if program != "transaction" {
			words = append(words, "orders")
		}
		lines, _, err := perf.Translate(words, all)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			continue
		}
		explained++
		mustParse(t, lines, strings.Join(words, " "))
	}
	require.Greater(t, explained, 1500)
}

func TestLinesOfPulsarPerf(t *testing.T) {
	all := rows(t)
	for _, test := range []struct{ typed, want string }{
		{"pulsar-perf produce -r 10000 -s 512 -n 4 orders", "produce start orders rate=10000 size=512 workers=4 producers=each compression=none delay=1ms bytes=4MiB"},
		{"docker exec -it pulsar bin/pulsar-perf produce orders", "produce start orders rate=100 workers=1 compression=none delay=1ms bytes=4MiB"},
		{"pulsar-perf produce -t 3 -n 2 orders", "produce start orders topics=3 rate=100 workers=6 producers=each compression=none delay=1ms bytes=4MiB"},
		{"pulsar-perf produce -t 2 a b", "produce start a topic=a,b rate=100 workers=1 compression=none delay=1ms bytes=4MiB"},
		{"pulsar-perf produce --rate=5 -db -z ZSTD -m 5000 -u pulsar://h:6650 -au http://h:8080 x",
			"connect pulsar://h:6650 admin=http://h:8080\nproduce start x rate=5 count=5k workers=1 compression=zstd delay=1ms bytes=4MiB batch=1\nwait done"},
		{"pulsar-perf produce -time 60 --histogram-file out -ef persistent://t/ns/x",
			"produce start x topic=persistent://t/ns/x rate=100 for=1m workers=1 compression=none delay=1ms bytes=4MiB\nguard x.failed=0 abort\nwait done\nexport out.hlog"},
		{"pulsar-perf produce -f o.txt -e ; -dr 1,300 -am WaitForExclusive -set x",
			"produce start x rate=100 body='file(o.txt,delimiter=;)' workers=1 compression=none delay=1ms bytes=4MiB deliver-after=1s..4m59s event-time=on access=wait"},
		{"pulsar-perf consume -st Shared -n 3 -sp Earliest -r 50 --acks-delay-millis 0 x", "consume start sub topic=x workers=3 type=shared from=earliest rate=50 ack=immediate"},
		{"pulsar-perf consume -ns 2 -ss a,b x", "consume start a topic=x type=exclusive\nconsume start b topic=x type=exclusive"},
		{"pulsar-perf produce -r 2147483647 x", "produce start x rate=max workers=1 compression=none delay=1ms bytes=4MiB"},
		{"pulsar-perf-not consume x", ""},
	} {
		words := strings.Fields(test.typed)
		lines, _, err := perf.Translate(words, all)
		if test.want == "" {
			require.Error(t, err, test.typed)
			continue
		}
		require.NoError(t, err, test.typed)
		require.Equal(t, test.want, strings.Join(lines, "\n"), test.typed)
		mustParse(t, lines, test.typed)
	}
}

func TestWrongLinesOfPulsarPerf(t *testing.T) {
	all := rows(t)
	for typed, says := range map[string]string{
		"pulsar-perf":                           "needs a command",
		"pulsar-perf producee x":                `has no command "producee"`,
		"pulsar-perf managed-ledger":            "writes to BookKeeper without a broker",
		"pulsar-perf produce":                   "needs a topic",
		"pulsar-perf produce -r":                "-r needs a value, NUMBER",
		"pulsar-perf produce -r -s 5 x":         "-s is another flag",
		"pulsar-perf produce -r ten x":          `"ten" is not a whole number`,
		"pulsar-perf produce -r 0 x":            "from 1 on",
		"pulsar-perf produce -r 1 -r 2 x":       "given twice",
		"pulsar-perf produce --rat 1 x":         "has no flag --rat",
		"pulsar-perf produce -ns 1 x":           "that is one of consume, transaction",
		"pulsar-perf produce -db=maybe x":       "is a switch",
		"pulsar-perf produce -n 5000 x":         "workers",
		"pulsar-perf produce -n 0 x":            "from 1 on",
		"pulsar-perf produce -t 3 a b":          "2 topics are named",
		"pulsar-perf produce -z BROTLI x":       "compression",
		"pulsar-perf produce -am Mine x":        "none of Shared",
		"pulsar-perf produce -dr 5 x":           "not a range of seconds",
		"pulsar-perf produce -mk up x":          "neither autoIncrement nor random",
		"pulsar-perf produce -u localhost x":    "not the URL",
		"pulsar-perf produce -time soon x":      "not a number of seconds",
		"pulsar-perf produce -m 1e6 x":          "not a whole number",
		"pulsar-perf produce -bb 4MB x":         "not a number of bytes",
		"pulsar-perf produce @args x":           "file of arguments",
		"pulsar-perf produce a//b":              "a//b",
		"pulsar-perf consume -n 2 x":            "an exclusive subscription has one consumer",
		"pulsar-perf consume -ns 3 -ss a,b x":   "-ns is 3, and there are 2",
		"pulsar-perf consume -st Sharing x":     "subscription type",
		"pulsar-perf consume -r NaN x":          "not a number of messages",
		"pulsar-perf transaction --topics-c a":  "needs both --topics-c and --topics-p",
		"pulsar-perf transaction a":             "takes no topic",
		"pulsar-perf websocket-producer -n 1 x": "that is one of produce, consume",
	} {
		_, _, err := perf.Translate(strings.Fields(typed), all)
		require.ErrorContains(t, err, says, typed)
	}
}

// TestSecretsStayOut explains logins: no secret is part of a line or of a sentence.
func TestSecretsStayOut(t *testing.T) {
	all := rows(t)
	const secret = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl"
	for params, want := range map[string]string{
		"token:" + secret:           "token_env=PULSAR_TOKEN",
		"token:$MINE":               "token_env=MINE",
		"token:${MINE}":             "token_env=MINE",
		"file:///run/secrets/token": "token_file=/run/secrets/token",
	} {
		lines, notes, err := perf.Translate([]string{"pulsar-perf", "produce", "--auth-plugin", "org.apache.pulsar.client.impl.auth.AuthenticationToken", "--auth-params", params, "x"}, all)
		require.NoError(t, err)
		require.Contains(t, lines[0], want)
		require.NotContains(t, strings.Join(append(lines, notes...), "\n"), secret)
		mustParse(t, lines, params)
	}
	for params, want := range map[string]string{
		`{"userId":"me","password":"` + secret + `"}`: "user=me password_env=PULSAR_PASSWORD",
		`{"type":"client_credentials","issuerUrl":"https://auth.example.org","privateKey":"file:///k.json","audience":"urn:x","scope":"all"}`: "oauth_issuer=https://auth.example.org oauth_file=/k.json oauth_audience=urn:x oauth_scope=all",
		"tlsCertFile:/c.pem,tlsKeyFile:/k.pem": "tls_cert=/c.pem tls_key=/k.pem",
	} {
		class := "AuthenticationBasic"
		if strings.Contains(params, "issuer") {
			class = "oauth2.AuthenticationOAuth2"
		} else if strings.Contains(params, "tls") {
			class = "AuthenticationTls"
		}
		lines, notes, err := perf.Translate([]string{"pulsar-perf", "consume", "--auth-plugin=" + class, "--auth-params", params, "x"}, all)
		require.NoError(t, err)
		require.Contains(t, lines[0], want)
		require.NotContains(t, strings.Join(append(lines, notes...), "\n"), secret)
		mustParse(t, lines, params)
	}
}

// TestEverySettingHasAWord compares the settings of groups with those that explain GROUP
// knows. A new setting needs an entry in producerFlags or consumerFlags: the flag of
// pulsar-perf, or why there is none.
func TestEverySettingHasAWord(t *testing.T) {
	producer, consumer := perf.Told()
	for _, s := range spec.ProducerSettings() {
		require.Contains(t, producer, s.Name)
	}
	for _, s := range spec.ConsumerSettings() {
		require.Contains(t, consumer, s.Name)
	}
}

func TestGroupsAsLinesOfPulsarPerf(t *testing.T) {
	at := broker.Target{URL: "pulsar://h:6650", AdminURL: "http://h:8080", TokenEnv: "MINE"}
	all := rows(t)
	for _, test := range []struct {
		settings string
		want     string
		says     []string
	}{
		{"", `pulsar-perf produce -u pulsar://h:6650 --auth-plugin org.apache.pulsar.client.impl.auth.AuthenticationToken --auth-params "token:$MINE" -r 1000 -s 1024 `, nil},
		{"rate=ramp(1k..5k,1m) size=256..4KiB", "-r 5000 -s 2176", []string{"at one rate", "the mean"}},
		{"rate=max", "-r 100000000", []string{"no such rate"}},
		{"rate=1/m", "-r 1 ", []string{"at least one message"}},
		{"topics=3 batch=1 count=5k for=90s", "-t 3 -db -z LZ4 -o 3333 --send-timeout 30 -m 5000 -time 90 fast", nil},
		{"keys=10k,zipf=1.1 properties=a:b body=zero deliver-after=1s..5m", "-mk random -dr 1,301", []string{"properties", "body=zero", "keys=10000", "properties=a:b"}},
		{"body=file(o.txt,delimiter=;) access=wait event-time=on partitions=8", "-au http://h:8080", nil},
	} {
		group := spec.DefaultProducer("fast")
		for _, word := range strings.Fields(test.settings) {
			name, value, _ := strings.Cut(word, "=")
			s, ok := spec.FindSetting(spec.ProducerSettings(), name)
			require.True(t, ok)
			require.NoError(t, s.Set(&group, value), word)
		}
		command, notes := perf.Producer(group, at)
		require.Contains(t, command, test.want)
		for _, text := range test.says {
			require.Contains(t, strings.Join(notes, "\n"), text)
		}
		lines, _, err := perf.Translate(strings.Fields(strings.ReplaceAll(command, `"`, "")), all) // and back
		require.NoError(t, err, command)
		mustParse(t, lines, command)
	}
	group := spec.DefaultConsumer("sub1")
	group.Type, group.Workers, group.Topic = broker.KeyShared, 3, "/orders-.*/"
	command, notes := perf.Consumer(group, broker.Target{})
	require.Equal(t, "pulsar-perf consume -ss sub1 -st Key_Shared -sp Latest -n 3 -q 1000 TOPIC", command)
	require.Contains(t, notes[0], "no pattern")
}

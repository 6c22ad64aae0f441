// Package perf knows the command lines of pulsar-perf, the load tool of Apache Pulsar: it
// writes them as lines of pulsh, and groups of pulsh as its command lines.
package perf

import (
	"slices"
	"strings"

	"pulsh/commands/lang"
)

// flag is one flag of a command of pulsar-perf. It has a setting, or something to do, or
// the reason why pulsh has no equal.
type flag struct {
	names    []string // as they are typed, a short one first
	value    string   // what it takes, as the reference names it; "" for a switch
	sample   string   // a value of it
	standard string   // the value if it is not given, where pulsh has another
	verb     string   // the command that has the setting; "" is that of the plan
	setting  string   // the setting of pulsh that does the same
	convert  func(value string) (string, error)
	do       func(p *plan, f *flag, value string) error
	typed    string // what to type here, where that is not setting=VALUE
	why      string // why there is no equal, in a sentence without its subject
	needs    string // other flags without which it means nothing
}

// switchOn is the value of a switch.
const switchOn = "true"

// String names the flag as the reference does: -r, --rate NUMBER.
func (f *flag) String() string {
	text := strings.Join(f.names, ", ")
	if f.value != "" {
		text += " " + f.value
	}
	return text
}

// name is the name that sentences use: the first.
func (f *flag) name() string { return f.names[0] }

// program is one command of pulsar-perf.
type program struct {
	name  string
	flags []*flag
	build func(p *plan) error
	// topics is whether it takes topics as words without a flag.
	topics bool
}

// find returns the flag of a name, nil for none.
func (c *program) find(name string) *flag {
	for _, f := range c.flags {
		if slices.Contains(f.names, name) {
			return f
		}
	}
	return nil
}

// programs returns the commands of pulsar-perf that have an equal here.
func programs() []*program {
	return []*program{
		{name: "produce", topics: true, build: buildProduce, flags: slices.Concat(produceFlags(), topicFlags(), commonFlags())},
		{name: "consume", topics: true, build: buildConsume, flags: slices.Concat(consumeFlags(), topicFlags(), commonFlags())},
		{name: "read", topics: true, build: buildRead, flags: slices.Concat(readFlags(), topicFlags(), commonFlags())},
		{name: "transaction", build: buildTransaction, flags: slices.Concat(transactionFlags(), commonFlags())},
		{name: "websocket-producer", topics: true, build: buildProduce, flags: slices.Concat(webSocketFlags(), topicFlags(), authFlags(), []*flag{confFlag(), helpFlag()})},
	}
}

// others are the commands of pulsar-perf that pulsh does nothing like, with the reason.
func others() map[string]string {
	return map[string]string{
		"monitor-brokers":       "it prints the load reports of brokers from ZooKeeper; pulsh reads the admin API, see topics and topic stats",
		"managed-ledger":        "it writes to BookKeeper without a broker; pulsh speaks to brokers",
		"simulation-client":     "it is driven by simulation-controller, and Pulsar removed both; groups of pulsh change while they run, see set, rate and scale",
		"simulation-controller": "Pulsar removed it; groups of pulsh change while they run, see set, rate and scale",
		"gen-doc":               "it prints pulsar-perf's own documentation",
		"help":                  "it prints pulsar-perf's own help; help prints that of pulsh",
	}
}

// of makes the list of a flag's names.
func of(names ...string) []string { return names }

// topicFlags are the flags about the topics that are named without a flag.
func topicFlags() []*flag {
	return []*flag{
		{names: of("-t", "--num-topics", "--num-topic"), value: "NUMBER", sample: "3", typed: "`topics=NUMBER`, and `topic=a-0,a-1…` of a consumer group", do: checkWhole},
	}
}

// commonFlags are the flags of all commands.
func commonFlags() []*flag {
	return append(authFlags(),
		&flag{names: of("-u", "--service-url"), value: "URL", sample: "pulsar://localhost:6650", typed: "`connect URL`", do: connectTo},
		confFlag(),
		&flag{names: of("--trust-cert-file"), value: "FILE", sample: "ca.pem", verb: connectVerb, setting: "trust_certs"},
		&flag{names: of("--tls-allow-insecure"), verb: connectVerb, setting: "tls_check", typed: "`connect URL tls_check=none`", do: insecure},
		&flag{names: of("--tls-enable-hostname-verification"), verb: connectVerb, setting: "tls_check", typed: "`connect URL tls_check=full`, the default; pulsar-perf's is `tls_check=any-host`",
			do: func(p *plan, f *flag, value string) error {
				if p.given("--tls-allow-insecure") {
					return nil
				}
				return p.add(f, "full")
			}},
		&flag{names: of("-c", "--max-connections"), value: "NUMBER", sample: "4", setting: "connections"},
		&flag{names: of("-i", "--stats-interval-seconds"), value: "SECONDS", sample: "10", why: "figures are taken ten times a second; stream FILE every=10s writes them to a file"},
		&flag{names: of("-ioThreads", "--num-io-threads"), value: "NUMBER", sample: "2", why: "Go's own scheduler serves the connections; GOMAXPROCS=2 in the environment bounds its threads"},
		&flag{names: of("-bw", "--busy-wait"), why: "Go's scheduler never spins for a connection"},
		&flag{names: of("--listener-name"), value: "NAME", sample: "external", verb: connectVerb, setting: "listener"},
		&flag{names: of("-lt", "--num-listener-threads"), value: "NUMBER", sample: "2", why: "workers receive the messages themselves: workers= is their number"},
		&flag{names: of("-mlr", "--max-lookup-request"), value: "NUMBER", sample: "1000", why: "the clients of pulsh do not bound their lookups"},
		&flag{names: of("--proxy-url"), value: "URL", sample: "pulsar+ssl://proxy:4443", why: "pulsh has no routing by SNI through a proxy; a Pulsar proxy's own URL goes to connect"},
		&flag{names: of("--proxy-protocol"), value: "NAME", sample: "SNI", why: "pulsh has no routing by SNI through a proxy; a Pulsar proxy's own URL goes to connect"},
		&flag{names: of("-ml", "--memory-limit"), value: "BYTES", sample: "64M", verb: connectVerb, setting: "memory_limit", convert: memoryLimit, typed: "`connect URL memory_limit=64MiB`"},
		&flag{names: of("--client-api"), value: "V4|V5", sample: "V4", why: "it chooses between two Java clients; engine=client and engine=wire are those of pulsh"},
		helpFlag(),
	)
}

// authFlags are the flags that say who the client is.
func authFlags() []*flag {
	return []*flag{
		{names: of("--auth-plugin", "--auth_plugin"), value: "CLASS", sample: tokenClass, needs: "--auth-params file:///run/secrets/token",
			typed: "`connect URL` with `token_file=`, `token_env=`, `tls_cert= tls_key=`, `user= password_env=` or `oauth_issuer= oauth_file=`", do: login},
		{names: of("--auth-params"), value: "TEXT", sample: "file:///run/secrets/token", needs: "--auth-plugin " + tokenClass,
			typed: "as `--auth-plugin`; a secret itself is never part of a line", do: loginParams},
		{names: of("--ssl-factory-plugin"), value: "CLASS", sample: "org.example.Factory", why: "it loads a Java class; trust_certs=, tls_cert= and tls_key= of connect name files"},
		{names: of("--ssl-factory-plugin-params"), value: "TEXT", sample: "a=b", why: "it is for a Java class; trust_certs=, tls_cert= and tls_key= of connect name files"},
	}
}

func confFlag() *flag {
	return &flag{names: of("-cf", "--conf-file"), value: "FILE", sample: "conf/client.conf", typed: "`pulsh --client-conf FILE` in the system's shell",
		do: func(p *plan, f *flag, value string) error {
			p.note("%s: start pulsh with --client-conf %s, which reads the same file", f.name(), lang.Quote(value))
			return nil
		}}
}

func helpFlag() *flag {
	return &flag{names: of("-h", "--help"), typed: "`help COMMAND`", do: func(p *plan, f *flag, _ string) error {
		p.note("%s: help %s explains the command of pulsh", f.name(), p.verb)
		return nil
	}}
}

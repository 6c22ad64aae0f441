package start

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/profile"
	"pulsh/session/spec"
	"pulsh/session/spell"
)

// option is an option of the command line. The parser, the usage, the shell completions
// and the manual page use the same list.
type option struct {
	name     string   // without dashes
	value    string   // name of its value in the usage, "" for a switch
	words    []string // all values, if it takes one of a few words
	sample   string   // a valid value
	with     string   // the option that this one needs, with a value, or ""
	variable string   // of the environment that sets it, or ""
	doc      string   // lower case, without a full stop
	more     string   // sentences for the manual page, or ""
	repeats  bool
	set      func(*Options, *Level, Setting) error
}

// The kinds of values that shells can complete by themselves.
const (
	fileValue    = "FILE"
	profileValue = "NAME"
)

// optionList lists the options in the order of the usage.
func optionList() []option {
	return slices.Concat(clusterOptions(), embeddedOptions(), loginOptions(), tuningOptions(), scriptOptions(), processOptions(), aboutOptions())
}

// clusterOptions returns the options of the connection.
func clusterOptions() []option {
	level := func(field func(*Level) *Setting, check func(string) error) func(*Options, *Level, Setting) error {
		return func(_ *Options, l *Level, s Setting) error {
			if err := check(s.Value); err != nil {
				return err
			}
			*field(l) = s
			return nil
		}
	}
	return []option{
		{name: "url", value: "URL", sample: defaultURL, variable: "PULSH_URL", doc: "service URL of the cluster",
			set:  level(func(l *Level) *Setting { return &l.URL }, profile.CheckURL),
			more: "Several hosts are separated by commas. Default: " + defaultURL + "."},
		{name: "admin-url", value: "URL", sample: defaultAdminURL, variable: "PULSH_ADMIN_URL", doc: "URL of the admin API, for backlog, seek and topics",
			set:  level(func(l *Level) *Setting { return &l.AdminURL }, profile.CheckAdminURL),
			more: "An admin URL, a token or a certificate from a source of lower precedence than the URL is used for the same host only: credentials never leak to another cluster."},
		{name: "token-file", value: fileValue, sample: "token.txt", variable: "PULSH_TOKEN_FILE", doc: "file with the token; " + envToken + " is the token itself",
			set:  level(func(l *Level) *Setting { return &l.TokenFile }, profile.CheckSecretFile),
			more: "pulsh reads it at each connection, and never stores the token."},
		{name: "trust-certs", value: fileValue, sample: "ca.pem", variable: "PULSH_TRUST_CERTS", doc: "CA certificates to trust in addition to the system's",
			set: level(func(l *Level) *Setting { return &l.TrustFile }, anything)},
		{name: "tls-check", value: "HOW", words: []string{string(broker.TLSFull), string(broker.TLSAnyHost), string(broker.TLSNone)}, sample: "full",
			variable: "PULSH_TLS_CHECK", doc: "verify the server certificate: full, any-host or none",
			set:  level(func(l *Level) *Setting { return &l.TLSCheck }, func(text string) error { _, err := broker.ReadTLSCheck(text); return err }),
			more: "any-host accepts a certificate for another host name; none does not verify the server."},
		{name: "client-conf", value: fileValue, sample: "conf/client.conf", variable: "PULSAR_CLIENT_CONF", doc: "Pulsar's client.conf; default that of PULSAR_HOME",
			set:  func(o *Options, _ *Level, s Setting) error { o.ClientConf = s; return nil },
			more: "pulsh reads brokerServiceUrl, webServiceUrl, authPlugin and authParams (token, TLS, basic and OAuth 2.0), tlsTrustCertsFilePath, tlsCertificateFilePath, tlsKeyFilePath, tlsAllowInsecureConnection, tlsEnableHostnameVerification, useTls, listenerName, operationTimeoutMs, connectionTimeoutMs, keepAliveIntervalSeconds and memoryLimitBytes."},
		{name: "local", doc: "run Apache Pulsar on this machine unless one is running (Java 17, 0.5 GiB)",
			set: func(o *Options, _ *Level, _ Setting) error { o.Local = true; return nil }},
		{name: "keep-local", doc: "leave the local Pulsar running on exit",
			set: func(o *Options, _ *Level, _ Setting) error { o.KeepLocal = true; return nil }},
		{name: "local-dir", value: "DIR", sample: "/tmp/pulsar", variable: "PULSH_LOCAL_DIR", doc: "data folder of the local Pulsar; default your cache folder",
			set:  func(o *Options, _ *Level, s Setting) error { o.LocalDir = s.Value; return nil },
			more: "A server with its own folder uses free ports, so that it can run next to another."},
		{name: "wait", value: "DURATION", sample: "60s", variable: "PULSH_WAIT", doc: "wait for a cluster that is starting; default 0s",
			set:  func(o *Options, _ *Level, s Setting) (err error) { o.Wait, err = readWait(s.Value); return err },
			more: "pulsh tries again while nothing listens, the host is unknown or the broker is not ready. One answer may then take up to 10 s instead of 2 s, for a distant or busy cluster. A refused token or a wrong certificate ends the wait at once."},
		{name: "profile", value: profileValue, sample: "low", variable: "PULSH_PROFILE", doc: "load a profile: its groups and its connection",
			set:  func(o *Options, _ *Level, s Setting) error { o.Profile = s; return spec.CheckName(s.Value) },
			more: "It overrides client.conf; flags and the environment override it."},
	}
}

// scriptOptions returns the options of batches.
func scriptOptions() []option {
	return []option{
		{name: "f", value: fileValue, sample: "smoke.pulsh", doc: "run a script, then exit (\"-\" reads standard input); repeatable", repeats: true,
			set: func(o *Options, _ *Level, s Setting) error { o.Files = append(o.Files, s.Value); return nil }},
		{name: "e", value: "LINE", sample: "list", doc: "run a line, then exit; repeatable", repeats: true,
			set: func(o *Options, _ *Level, s Setting) error { o.Lines = append(o.Lines, s.Value); return nil }},
		{name: "k", doc: "continue after an error",
			set: func(o *Options, _ *Level, _ Setting) error { o.KeepGoing = true; return nil }},
		{name: "set", value: "NAME=VALUE", sample: "rate=20k", doc: "set a variable of scripts; repeatable", repeats: true,
			set: func(o *Options, _ *Level, s Setting) error {
				v, err := lang.ParseVariable(s.Value, s.From)
				o.Set = append(o.Set, v)
				return err
			}, more: "It overrides " + lang.VariablePrefix + "NAME in the environment, which overrides a let. Variables are shown and recorded: keep secrets out of them."},
		{name: "speed", value: "FACTOR", sample: "2", doc: "divide the durations of wait and at",
			set: func(o *Options, _ *Level, s Setting) (err error) { o.Speed, err = readSpeed(s.Value); return err }},
		{name: "engine", value: "ENGINE", sample: "wire", doc: "default engine of groups: client (the Go client) or wire (pulsh's own)",
			set: func(o *Options, _ *Level, s Setting) error { o.Engine = s.Value; return checkEngine(s.Value) }},
		{name: "allow-behind", doc: "do not fail when a producer group is behind its schedule",
			set:  func(o *Options, _ *Level, _ Setting) error { o.AllowBehind = true; return nil },
			more: "Without it a run fails if less than 99 % of the due messages were acked, or more than 0.1 % were skipped as too late."},
		{name: "junit", value: fileValue, sample: "pulsh.xml", doc: "write results as JUnit XML",
			set: func(o *Options, _ *Level, s Setting) error { o.JUnit = s.Value; return anything(s.Value) }},
		{name: "json", value: fileValue, sample: "pulsh.json", doc: "write results as JSON (\"-\" is standard output)",
			set: func(o *Options, _ *Level, s Setting) error { o.JSON = s.Value; return anything(s.Value) }},
		{name: "yes", doc: "do not ask before destructive commands (required in scripts)",
			set: func(o *Options, _ *Level, _ Setting) error { o.Yes = true; return nil }},
		{name: "allow-protected", doc: "with --yes, let a script destroy and disturb on a protected cluster",
			set:  func(o *Options, _ *Level, _ Setting) error { o.AllowProtected = true; return nil },
			more: "A profile with protected = true protects a cluster. At the prompt pulsh asks in any case, also with --yes."},
		{name: "check", value: fileValue, sample: "smoke.pulsh", doc: "check a script without running it",
			set: func(o *Options, _ *Level, s Setting) error { o.Check = s.Value; return nil }},
	}
}

// processOptions returns the options of the process.
func processOptions() []option {
	return []option{
		{name: "no-color", doc: "no colours, as NO_COLOR in the environment",
			set: func(o *Options, _ *Level, _ Setting) error { o.NoColor = true; return nil }},
		{name: "cpuprofile", value: fileValue, sample: "cpu.pprof", doc: "write a CPU profile of this run",
			set: func(o *Options, _ *Level, s Setting) error { o.CPUProfile = s.Value; return nil }},
		{name: "metrics", value: "ADDRESS", sample: "127.0.0.1:9095", variable: "PULSH_METRICS", doc: "serve metrics to Prometheus",
			set: func(o *Options, _ *Level, s Setting) error {
				address, _, err := kinds.ParseMetricsAddress(s.Value)
				o.Metrics = address
				return err
			}, more: "As the command metrics serve. Only this machine can connect, unless --metrics-remote."},
		{name: "metrics-remote", variable: "PULSH_METRICS_REMOTE", doc: "allow --metrics on an address that other machines can reach",
			set: func(o *Options, _ *Level, _ Setting) error { o.MetricsRemote = true; return nil }},
		{name: "pprof", value: "ADDRESS", sample: "127.0.0.1:6060", doc: "serve profiles of pulsh for go tool pprof",
			set: func(o *Options, _ *Level, s Setting) error {
				address, err := pprofAddress(s.Value)
				o.Pprof = address
				return err
			}, more: "Only this machine can connect, unless --pprof-remote."},
		{name: "pprof-remote", doc: "allow --pprof on an address that other machines can reach",
			set: func(o *Options, _ *Level, _ Setting) error { o.PprofRemote = true; return nil }},
	}
}

// aboutOptions returns the options that print something and exit.
func aboutOptions() []option {
	return []option{
		{name: "completion", value: "SHELL", words: []string{"bash", "zsh", "fish"}, sample: "bash", doc: "print the completion script of a shell: bash, zsh or fish",
			set: func(o *Options, _ *Level, s Setting) error {
				if !slices.Contains([]string{"bash", "zsh", "fish"}, s.Value) {
					return fmt.Errorf("no completion for shell %q (bash, zsh, fish)", s.Value)
				}
				o.Completion = s.Value
				return nil
			}},
		{name: "list-profiles", doc: "print names and descriptions of the profiles",
			set: func(o *Options, _ *Level, _ Setting) error { o.ListProfiles = true; return nil }},
		{name: "man", doc: "print the manual page in roff",
			set: func(o *Options, _ *Level, _ Setting) error { o.Man = true; return nil }},
		{name: "version", doc: "print the versions of pulsh, Go and the Pulsar client",
			set: func(o *Options, _ *Level, _ Setting) error { o.Version = true; return nil }},
		{name: "help", doc: "print this help",
			set: func(o *Options, _ *Level, _ Setting) error { o.Help = true; return nil }},
	}
}

// memoryLeast is the least memory in bytes for entries.
const memoryLeast = 16 << 20

func readMemory(text string) (int64, error) {
	n, err := payload.ParseBytes(text)
	if err == nil && n < memoryLeast {
		err = fmt.Errorf("%q is less than 16MiB", text)
	}
	return n, err
}

// checkAddress refuses what is no host:port.
func checkAddress(text string) error {
	_, _, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not an address, host:port", text)
	}
	return nil
}

// anything accepts every value that is not empty.
func anything(text string) error {
	if text == "" {
		return fmt.Errorf("the value is empty")
	}
	return nil
}

// flag is the option as it is typed.
func (o option) flag() string { return dashed(o.name) }

// dashed puts one dash before a letter and two before a word.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// example returns the option with a valid value.
func (o option) example() string {
	if o.value == "" {
		return o.flag()
	}
	return strings.TrimSpace(o.flag() + " " + o.sample + " " + o.with)
}

// refusal returns the error of a value, with its origin and an example.
func (o option) refusal(from string, err error) error {
	return &refusal{from + ": " + err.Error(), "pulsh " + o.example()}
}

func findOption(name string) (option, bool) {
	all := optionList()
	i := slices.IndexFunc(all, func(o option) bool { return o.name == name })
	if i < 0 {
		return option{}, false
	}
	return all[i], true
}

// nearestOption returns the option with the name nearest to typed.
func nearestOption(typed string) (option, bool) {
	var names []string
	for _, o := range optionList() {
		if len(o.name) > 1 {
			names = append(names, o.name)
		}
	}
	typed, _, _ = strings.Cut(typed, "=")
	if near := spell.Nearest(typed, names); len(near) > 0 {
		return findOption(near[0])
	}
	return option{}, false
}

package start

import (
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/profile"
	"pulsh/session/spec"
	"pulsh/session/spell"
)

// option is one row of the list of options. The command line, the usage, the
// completions of shells and the manual page all come from it.
type option struct {
	name     string   // without dashes
	value    string   // what it takes, as the usage writes it; "" for a switch
	words    []string // the values that are words, if there are any
	sample   string   // a value that is right nearly everywhere
	variable string   // of the environment that stands for it, or ""
	doc      string   // lower case, without a full stop
	more     string   // sentences for the manual page, or ""
	repeats  bool
	said     func(*Options, *Level, Said) error
}

// The kinds of values that shells can complete by themselves.
const (
	fileValue    = "FILE"
	profileValue = "NAME"
)

// optionList lists the options in the order of the usage.
func optionList() []option {
	return slices.Concat(clusterOptions(), loginOptions(), scriptOptions(), processOptions(), aboutOptions())
}

// clusterOptions say which cluster to use and how to enter it.
func clusterOptions() []option {
	level := func(field func(*Level) *Said, check func(string) error) func(*Options, *Level, Said) error {
		return func(_ *Options, l *Level, s Said) error {
			if err := check(s.Value); err != nil {
				return err
			}
			*field(l) = s
			return nil
		}
	}
	return []option{
		{name: "url", value: "URL", sample: defaultURL, variable: "PULSH_URL", doc: "the cluster",
			said: level(func(l *Level) *Said { return &l.URL }, profile.CheckURL),
			more: "Several hosts stand with commas between them. Without it " + defaultURL + " is tried."},
		{name: "admin-url", value: "URL", sample: defaultAdminURL, variable: "PULSH_ADMIN_URL", doc: "its admin API, for backlog, seek and topics",
			said: level(func(l *Level) *Said { return &l.AdminURL }, profile.CheckAdminURL),
			more: "An admin URL, a token or a certificate that is said in a weaker place than the URL is used for the same host only: what belongs to one cluster is never sent to another."},
		{name: "token-file", value: fileValue, sample: "token.txt", variable: "PULSH_TOKEN_FILE", doc: "a file that holds the token; " + envToken + " is the token itself",
			said: level(func(l *Level) *Said { return &l.TokenFile }, profile.CheckSecretFile),
			more: "It is read whenever pulsh connects, and the token is kept nowhere."},
		{name: "trust-certs", value: fileValue, sample: "ca.pem", variable: "PULSH_TRUST_CERTS", doc: "certificates to trust beside the system's",
			said: level(func(l *Level) *Said { return &l.TrustFile }, anything)},
		{name: "tls-check", value: "HOW", words: []string{string(broker.TLSFull), string(broker.TLSAnyHost), string(broker.TLSNone)}, sample: "full",
			variable: "PULSH_TLS_CHECK", doc: "check certificates: full, any-host or none",
			said: level(func(l *Level) *Said { return &l.TLSCheck }, func(text string) error { _, err := broker.ReadTLSCheck(text); return err }),
			more: "With any-host a certificate may be made for another host; with none whoever answers is taken for the cluster."},
		{name: "client-conf", value: fileValue, sample: "conf/client.conf", variable: "PULSAR_CLIENT_CONF", doc: "Pulsar's client.conf; else that of PULSAR_HOME",
			said: func(o *Options, _ *Level, s Said) error { o.ClientConf = s; return nil },
			more: "Read are brokerServiceUrl, webServiceUrl, authPlugin and authParams (token, TLS, basic and OAuth 2.0), tlsTrustCertsFilePath, tlsCertificateFilePath, tlsKeyFilePath, tlsAllowInsecureConnection, tlsEnableHostnameVerification and useTls."},
		{name: "local", doc: "run Apache Pulsar here if none answers: Java 17, half a GiB",
			said: func(o *Options, _ *Level, _ Said) error { o.Local = true; return nil }},
		{name: "keep-local", doc: "let it run on when pulsh ends",
			said: func(o *Options, _ *Level, _ Said) error { o.KeepLocal = true; return nil }},
		{name: "local-dir", value: "DIR", sample: "/tmp/pulsar", variable: "PULSH_LOCAL_DIR", doc: "where the local Pulsar keeps its data; else your cache folder",
			said: func(o *Options, _ *Level, s Said) error { o.LocalDir = s.Value; return nil },
			more: "A server with a folder of its own listens on free ports, beside one that runs already."},
		{name: "profile", value: profileValue, sample: "low", variable: "PULSH_PROFILE", doc: "make the groups of a profile ready, and use its connection",
			said: func(o *Options, _ *Level, s Said) error { o.Profile = s; return spec.CheckName(s.Value) },
			more: "What the profile says goes before client.conf, and behind flags and the environment."},
	}
}

// scriptOptions say what to run instead of opening the shell.
func scriptOptions() []option {
	return []option{
		{name: "f", value: fileValue, sample: "smoke.pulsh", doc: "run a script, then end; may be given again", repeats: true,
			said: func(o *Options, _ *Level, s Said) error { o.Files = append(o.Files, s.Value); return nil },
			more: "- is the standard input."},
		{name: "e", value: "LINE", sample: "list", doc: "run a line, then end; may be given again", repeats: true,
			said: func(o *Options, _ *Level, s Said) error { o.Lines = append(o.Lines, s.Value); return nil }},
		{name: "k", doc: "go on after a line that fails",
			said: func(o *Options, _ *Level, _ Said) error { o.KeepGoing = true; return nil }},
		{name: "set", value: "NAME=VALUE", sample: "rate=20k", doc: "a variable of scripts; may be given again", repeats: true,
			said: func(o *Options, _ *Level, s Said) error {
				v, err := lang.ParseVariable(s.Value, s.From)
				o.Set = append(o.Set, v)
				return err
			}, more: "It goes before " + lang.VariablePrefix + "NAME in the environment, which goes before a let. Variables are shown and recorded: keep secrets out of them."},
		{name: "speed", value: "FACTOR", sample: "2", doc: "divide the times of wait and at",
			said: func(o *Options, _ *Level, s Said) (err error) { o.Speed, err = readSpeed(s.Value); return err }},
		{name: "engine", value: "ENGINE", sample: "wire", doc: "the engine of groups that choose none: client (the Go client) or wire (pulsh's own)",
			said: func(o *Options, _ *Level, s Said) error { o.Engine = s.Value; return checkEngine(s.Value) }},
		{name: "allow-behind", doc: "let producer groups fall short of their schedules",
			said: func(o *Options, _ *Level, _ Said) error { o.AllowBehind = true; return nil },
			more: "Without it a run fails when less than 99 % of what was due was acked, or when more than 0.1 % of it was given up as too late."},
		{name: "junit", value: fileValue, sample: "pulsh.xml", doc: "write what became of the run as JUnit XML",
			said: func(o *Options, _ *Level, s Said) error { o.JUnit = s.Value; return anything(s.Value) }},
		{name: "json", value: fileValue, sample: "pulsh.json", doc: "write what became of the run as JSON; - is the standard output",
			said: func(o *Options, _ *Level, s Said) error { o.JSON = s.Value; return anything(s.Value) }},
		{name: "yes", doc: "do what destroys something (topic delete, skip, …) without asking; scripts need it",
			said: func(o *Options, _ *Level, _ Said) error { o.Yes = true; return nil }},
		{name: "check", value: fileValue, sample: "smoke.pulsh", doc: "say what is wrong with a script, and run nothing",
			said: func(o *Options, _ *Level, s Said) error { o.Check = s.Value; return nil }},
	}
}

// processOptions are about pulsh as a process.
func processOptions() []option {
	return []option{
		{name: "no-color", doc: "as NO_COLOR in the environment",
			said: func(o *Options, _ *Level, _ Said) error { o.NoColor = true; return nil }},
		{name: "cpuprofile", value: fileValue, sample: "cpu.pprof", doc: "write a CPU profile of this run",
			said: func(o *Options, _ *Level, s Said) error { o.CPUProfile = s.Value; return nil }},
		{name: "metrics", value: "ADDRESS", sample: "127.0.0.1:9095", variable: "PULSH_METRICS", doc: "serve metrics to Prometheus",
			said: func(o *Options, _ *Level, s Said) error {
				address, _, err := kinds.ParseMetricsAddress(s.Value)
				o.Metrics = address
				return err
			}, more: "As metrics serve does at the prompt. Only this machine reaches it, but for --metrics-remote."},
		{name: "metrics-remote", variable: "PULSH_METRICS_REMOTE", doc: "let --metrics listen where other machines reach it",
			said: func(o *Options, _ *Level, _ Said) error { o.MetricsRemote = true; return nil }},
		{name: "pprof", value: "ADDRESS", sample: "127.0.0.1:6060", doc: "serve profiles of the running program for go tool pprof",
			said: func(o *Options, _ *Level, s Said) error {
				address, err := pprofAddress(s.Value)
				o.Pprof = address
				return err
			}, more: "Only this machine reaches it, but for --pprof-remote."},
		{name: "pprof-remote", doc: "let --pprof listen where other machines reach it",
			said: func(o *Options, _ *Level, _ Said) error { o.PprofRemote = true; return nil }},
	}
}

// aboutOptions print something and end.
func aboutOptions() []option {
	return []option{
		{name: "completion", value: "SHELL", words: []string{"bash", "zsh", "fish"}, sample: "bash", doc: "print the completions of a shell: bash, zsh or fish",
			said: func(o *Options, _ *Level, s Said) error {
				if !slices.Contains([]string{"bash", "zsh", "fish"}, s.Value) {
					return fmt.Errorf("%q is no shell that pulsh completes in; there are bash, zsh, fish", s.Value)
				}
				o.Completion = s.Value
				return nil
			}},
		{name: "list-profiles", doc: "print the names of the profiles, each with its description",
			said: func(o *Options, _ *Level, _ Said) error { o.ListProfiles = true; return nil }},
		{name: "man", doc: "print the manual page, in roff",
			said: func(o *Options, _ *Level, _ Said) error { o.Man = true; return nil }},
		{name: "version", doc: "print the versions of pulsh, Go and the Pulsar client",
			said: func(o *Options, _ *Level, _ Said) error { o.Version = true; return nil }},
		{name: "help", doc: "print this",
			said: func(o *Options, _ *Level, _ Said) error { o.Help = true; return nil }},
	}
}

// anything takes every value but none at all.
func anything(text string) error {
	if text == "" {
		return fmt.Errorf("there is no value")
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

// example is the option with a value that is right.
func (o option) example() string {
	if o.value == "" {
		return o.flag()
	}
	return o.flag() + " " + o.sample
}

// refusal says who said what is wrong, and shows the option with what is right.
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

// nearestOption is the option that was probably meant.
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

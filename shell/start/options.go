package start

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/secret"
	"pulsh/session/spec"
)

// Options are the options of the command line and of the environment. Precedence:
// flags, the environment, a profile, Pulsar's client.conf, defaults.
type Options struct {
	Flags, Environment Level // the settings of the connection
	Profile            Setting
	ClientConf         Setting
	PulsarHome         string        // PULSAR_HOME: a Pulsar that is installed here
	Wait               time.Duration // how long a cluster that does not answer is waited for at the start

	Local, KeepLocal bool
	Embedded         bool   // the shell opens on a broker of its own
	Broker           bool   // there is only that broker, for other programs
	Listen           string // of the embedded broker: host:port, "" for a port of its choice
	AdminListen      string
	ListenRemote     bool
	Memory           int64    // bytes of the embedded broker's entries, 0 for the default
	BrokerToken      string   // file of the token that the embedded broker asks for, "" for none
	BrokerCert       string   // file of its certificate, "" for none
	BrokerKey        string   // file of its private key, "" for none
	BrokerBatchIndex bool     // it lets clients acknowledge single messages of a batch
	LocalDir         string   // of the local Pulsar's data, "" for the user's cache folder
	Files, Lines     []string // in the order in which they were given
	KeepGoing        bool
	Set              []lang.Variable
	Speed            float64 // divides the waits of scripts; 0 is 1
	AllowBehind      bool
	AllowProtected   bool
	Engine           string // of groups that choose none, "" for that of the profile or the default
	JSON, JUnit      string // files for the results; "-" is standard output
	Yes              bool   // all questions are answered with yes
	Check            string
	NoColor          bool
	CPUProfile       string
	Metrics          string // where to serve metrics, "" for nowhere
	MetricsRemote    bool
	Pprof            string // where to serve net/http/pprof, "" for nowhere
	PprofRemote      bool

	Help, Version, Man bool
	ListProfiles       bool
	Completion         string // of a shell: bash, zsh or fish
}

// Setting is a value with its origin: a flag, a variable of the environment, a line of
// a file. The zero value is not set.
type Setting struct{ Value, From string }

// The environment that pulsh reads beside the variables of options. PULSH_TOKEN
// and PULSH_PASSWORD hold secrets: pulsh keeps the variable's name and reads it when
// it connects.
const (
	envToken      = "PULSH_TOKEN"
	envPulsarHome = "PULSAR_HOME"
)

// brokerWord as the first argument serves the embedded broker alone.
const brokerWord = "broker"

// ReadOptions reads the environment and the command line. The error is a sentence
// with a next step.
func ReadOptions(args []string, env func(string) string) (Options, error) {
	o := Options{PulsarHome: env(envPulsarHome)}
	if env(envToken) != "" {
		o.Environment.TokenEnv = Setting{envToken, envToken}
	}
	if env(envPassword) != "" {
		setField(&o.Environment.Login, "password_env", Setting{envPassword, envPassword})
	}
	set := flag.NewFlagSet("pulsh", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	var refused error // the flag package keeps only the text of errors
	for _, row := range optionList() {
		if text := env(row.variable); row.variable != "" && text != "" {
			if err := row.set(&o, &o.Environment, Setting{text, row.variable}); err != nil {
				return o, row.refusal(row.variable, err)
			}
		}
		if row.value == "" {
			set.BoolFunc(row.name, "", func(string) error { return row.set(&o, &o.Flags, Setting{"", row.flag()}) })
			continue
		}
		set.Func(row.name, "", func(text string) error {
			err := row.set(&o, &o.Flags, Setting{text, row.flag()})
			if err != nil {
				refused = row.refusal(row.flag(), err)
			}
			return err
		})
	}
	if len(args) > 0 && args[0] == brokerWord {
		o.Broker, args = true, args[1:]
	}
	err := set.Parse(args)
	o.Embedded = o.Embedded || !o.Broker && !o.Local && (o.Listen+o.AdminListen+o.BrokerToken+o.BrokerCert+o.BrokerKey != "" || o.BrokerBatchIndex)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Options{Help: true}, nil
	case refused != nil:
		return o, refused
	case err != nil:
		return o, flagFault(err)
	case set.NArg() > 0:
		word := set.Arg(0)
		if secret.In(word) {
			return o, &refusal{"a token is no argument; write it into a file, or set " + envToken + " to it", "pulsh --token-file token.txt"}
		}
		if word == "help" || word == "version" {
			return o, &refusal{fmt.Sprintf("unknown argument %q; it is an option", word), "pulsh --" + word}
		}
		return o, &refusal{fmt.Sprintf("unknown argument %q; to run a script: pulsh -f %s", word, word), "pulsh -f " + word}
	case o.Local && o.Flags.URL.Value != "":
		return o, &refusal{"--local and --url exclude each other", "pulsh --local"}
	case o.Embedded && (o.Local || o.Flags.URL.Value != ""):
		return o, &refusal{"--embedded excludes --local and --url", "pulsh --embedded"}
	case o.Broker && (o.Local || o.Embedded || o.Batch()):
		return o, &refusal{"pulsh broker serves other programs and runs no commands; a shell on a broker of its own is --embedded", "pulsh broker --listen 127.0.0.1:6650"}
	case o.Listen != "" && !o.ListenRemote && !loopback(o.Listen), o.AdminListen != "" && !o.ListenRemote && !loopback(o.AdminListen):
		return o, &refusal{"other machines could reach this address, and whoever does can read and write everything; that needs --listen-remote", "pulsh broker --listen 127.0.0.1:6650"}
	case (o.BrokerCert == "") != (o.BrokerKey == ""):
		return o, &refusal{"a certificate needs its private key, and a key its certificate", "pulsh broker --serve-cert broker.pem --serve-key broker-key.pem"}
	case o.Metrics != "" && !o.MetricsRemote && !loopback(o.Metrics):
		return o, &refusal{fmt.Sprintf("--metrics %s can be reached by other machines; that needs --metrics-remote", o.Metrics), "pulsh --metrics " + o.Metrics + " --metrics-remote"}
	case o.Pprof != "" && !o.PprofRemote && !loopback(o.Pprof):
		return o, &refusal{fmt.Sprintf("--pprof %s can be reached by other machines; that needs --pprof-remote", o.Pprof), "pulsh --pprof 127.0.0.1:6060"}
	}
	return o, nil
}

// refusal is an error of the command line, with a line that works.
type refusal struct{ message, try string }

// Error returns the sentence and the next step.
func (r *refusal) Error() string { return r.message + "\n  try: " + r.try }

// flagFault converts an error of the flag package, and finds the nearest option.
func flagFault(err error) error {
	text, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		_, option, found := strings.Cut(err.Error(), "needs an argument: -")
		if row, ok := findOption(option); found && ok {
			return &refusal{row.flag() + " needs a value, " + row.value, "pulsh " + row.example()}
		}
		if found {
			return &refusal{"option -" + option + " needs a value", "pulsh --help"}
		}
		return &refusal{strings.TrimPrefix(err.Error(), "flag "), "pulsh --help"}
	}
	r := &refusal{fmt.Sprintf("unknown option %s", dashed(text)), "pulsh --help"}
	if row, ok := nearestOption(text); ok {
		r.try = "pulsh " + row.example()
	}
	return r
}

// Batch reports whether pulsh exits after the scripts and lines of the command line.
func (o Options) Batch() bool { return len(o.Files)+len(o.Lines) > 0 }

// checkEngine returns an error for an unknown engine.
func checkEngine(name string) error {
	_, err := spec.DefaultPreferences().Apply([]spec.Preference{{Name: "engine", Value: name}})
	return err
}

package start

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/secret"
	"pulsh/session/spec"
)

// Options are what was said on the command line and in the environment. Flags
// go before the environment, which goes before a profile, which goes before
// Pulsar's client.conf.
type Options struct {
	Flags, Environment Level // what each says about the cluster
	Profile            Said
	ClientConf         Said
	PulsarHome         string // PULSAR_HOME: a Pulsar that is installed here

	Local, KeepLocal bool
	LocalDir         string   // of the local Pulsar's data, "" for the user's cache folder
	Files, Lines     []string // in the order in which they were given
	KeepGoing        bool
	Set              []lang.Variable
	Speed            float64 // of the waits of scripts; 0 is as they are written
	AllowBehind      bool
	Engine           string // of groups that choose none, "" for the profile's or the standard one
	JSON, JUnit      string // files for what became of the run; "-" is the standard output
	Yes              bool   // every question is answered with yes
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

// Said is a value, and who said it: a flag, a variable, a line of a file. The
// zero value says nothing.
type Said struct{ Value, From string }

// The environment that pulsh reads beside the variables of options. PULSH_TOKEN
// and PULSH_PASSWORD hold secrets: pulsh keeps the variable's name and reads it when
// it connects.
const (
	envToken      = "PULSH_TOKEN"
	envPulsarHome = "PULSAR_HOME"
)

// ReadOptions reads the command line over the environment. The error is a
// sentence with a next step.
func ReadOptions(args []string, env func(string) string) (Options, error) {
	o := Options{PulsarHome: env(envPulsarHome)}
	if env(envToken) != "" {
		o.Environment.TokenEnv = Said{envToken, envToken}
	}
	if env(envPassword) != "" {
		o.Environment.setLogin("password_env", Said{envPassword, envPassword})
	}
	set := flag.NewFlagSet("pulsh", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	var refused error // the flag package keeps no error but its text
	for _, row := range optionList() {
		if text := env(row.variable); row.variable != "" && text != "" {
			if err := row.said(&o, &o.Environment, Said{text, row.variable}); err != nil {
				return o, row.refusal(row.variable, err)
			}
		}
		if row.value == "" {
			set.BoolFunc(row.name, "", func(string) error { return row.said(&o, &o.Flags, Said{"", row.flag()}) })
			continue
		}
		set.Func(row.name, "", func(text string) error {
			err := row.said(&o, &o.Flags, Said{text, row.flag()})
			if err != nil {
				refused = row.refusal(row.flag(), err)
			}
			return err
		})
	}
	err := set.Parse(args)
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
		return o, &refusal{fmt.Sprintf("unknown argument %q; to run a script: pulsh -f %s", word, word), "pulsh -f " + word}
	case o.Local && o.Flags.URL.Value != "":
		return o, &refusal{"--local runs a Pulsar here, and --url names another", "pulsh --local"}
	case o.Metrics != "" && !o.MetricsRemote && !loopback(o.Metrics):
		return o, &refusal{fmt.Sprintf("--metrics %s would let other machines in, which only --metrics-remote does", o.Metrics), "pulsh --metrics " + o.Metrics + " --metrics-remote"}
	case o.Pprof != "" && !o.PprofRemote && !loopback(o.Pprof):
		return o, &refusal{fmt.Sprintf("--pprof %s would let other machines in, which only --pprof-remote does", o.Pprof), "pulsh --pprof 127.0.0.1:6060"}
	}
	return o, nil
}

// refusal is what is wrong with the command line, and a line that is right.
type refusal struct{ message, try string }

// Error is the sentence and the next step.
func (r *refusal) Error() string { return r.message + "\n  try: " + r.try }

// flagFault turns the flag package's words into ours, and names the option
// that was meant.
func flagFault(err error) error {
	text, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		_, option, found := strings.Cut(err.Error(), "needs an argument: -")
		if row, ok := findOption(option); found && ok {
			return &refusal{row.flag() + " needs a value, " + row.value, "pulsh " + row.example()}
		}
		if found {
			return &refusal{"the option -" + option + " needs a value", "pulsh --help"}
		}
		return &refusal{strings.TrimPrefix(err.Error(), "flag "), "pulsh --help"}
	}
	r := &refusal{fmt.Sprintf("there is no option %s", dashed(text)), "pulsh --help"}
	if row, ok := nearestOption(text); ok {
		r.try = "pulsh " + row.example()
	}
	return r
}

// Batch says whether pulsh ends after what it was given.
func (o Options) Batch() bool { return len(o.Files)+len(o.Lines) > 0 }

// checkEngine refuses what is no engine of a session.
func checkEngine(name string) error {
	_, err := spec.DefaultPreferences().Apply([]spec.Preference{{Name: "engine", Value: name}})
	return err
}

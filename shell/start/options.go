package start

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"pulsh/session"
)

// Options are what was said on the command line and in the environment. Flags
// go before the environment, which goes before a profile.
type Options struct {
	URL, AdminURL, TokenFile, TokenEnv, TrustFile string

	Local, KeepLocal bool
	Profile          string
	Files, Lines     []string // in the order in which they were given
	KeepGoing        bool
	Check            string
	NoColour         bool
	CPUProfile       string

	Help, Version bool
}

// The environment that pulsh reads. PULSH_TOKEN holds a secret: pulsh keeps the
// variable's name and reads it when it connects.
const (
	envURL       = "PULSH_URL"
	envAdminURL  = "PULSH_ADMIN_URL"
	envTokenFile = "PULSH_TOKEN_FILE"
	envToken     = "PULSH_TOKEN"
	envTrustFile = "PULSH_TRUST_CERTS"
	envProfile   = "PULSH_PROFILE"
)

// Where a Pulsar is looked for when nothing is said.
const (
	defaultURL      = "pulsar://localhost:6650"
	defaultAdminURL = "http://localhost:8080"
)

// Usage is what --help prints.
const Usage = `pulsh is an interactive load shell for Apache Pulsar.

  pulsh                            connect to pulsar://localhost:6650 and open the shell
  pulsh --local                    run a real Pulsar on this machine first
  pulsh --url pulsar://host:6650 --admin-url http://host:8080
  pulsh --local -f smoke.pulsh     run a script; - is the standard input
  pulsh --local -e 'produce start fast rate=50k; wait 10s; show fast'

  --url URL            the cluster (PULSH_URL)
  --admin-url URL      its admin API, for backlog, seek and topics (PULSH_ADMIN_URL)
  --token-file FILE    a file that holds the token (PULSH_TOKEN_FILE, or PULSH_TOKEN for the token itself)
  --trust-certs FILE   certificates to trust beside the system's (PULSH_TRUST_CERTS)
  --local              run Apache Pulsar here if none answers: Java 17, half a GiB
  --keep-local         let it run on when pulsh ends
  --profile NAME       make the groups of a profile ready (PULSH_PROFILE)
  -f FILE              run a script, then end; may be given again
  -e LINE              run a line, then end; may be given again
  -k                   go on after a line that fails
  --check FILE         say what is wrong with a script, and run nothing
  --no-color           as NO_COLOR in the environment
  --cpuprofile FILE    write a CPU profile of this run
  --version, --help

Exit codes: 0 done, 1 a command or an expectation failed, 2 usage, 3 no connection, 130 interrupted.
`

// ReadOptions reads the command line over the environment. The error is a
// sentence with a next step.
func ReadOptions(args []string, env func(string) string) (Options, error) {
	o := Options{
		URL: env(envURL), AdminURL: env(envAdminURL), TokenFile: env(envTokenFile),
		TrustFile: env(envTrustFile), Profile: env(envProfile),
	}
	if env(envToken) != "" && o.TokenFile == "" {
		o.TokenEnv = envToken
	}
	set := o.flags()
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Options{Help: true}, nil
	case err != nil:
		return o, fmt.Errorf("%s\n  try: pulsh --help", flagSentence(err))
	case set.NArg() > 0:
		return o, fmt.Errorf("%q is no option; a script runs with -f\n  try: pulsh -f %s", set.Arg(0), set.Arg(0))
	}
	given := map[string]bool{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return o, o.complete(given, env(envURL))
}

func (o *Options) flags() *flag.FlagSet {
	set := flag.NewFlagSet("pulsh", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.URL, "url", o.URL, "")
	set.StringVar(&o.AdminURL, "admin-url", o.AdminURL, "")
	set.StringVar(&o.TokenFile, "token-file", o.TokenFile, "")
	set.StringVar(&o.TrustFile, "trust-certs", o.TrustFile, "")
	set.BoolVar(&o.Local, "local", false, "")
	set.BoolVar(&o.KeepLocal, "keep-local", false, "")
	set.StringVar(&o.Profile, "profile", o.Profile, "")
	set.Func("f", "", func(file string) error { o.Files = append(o.Files, file); return nil })
	set.Func("e", "", func(line string) error { o.Lines = append(o.Lines, line); return nil })
	set.BoolVar(&o.KeepGoing, "k", false, "")
	set.StringVar(&o.Check, "check", "", "")
	set.BoolVar(&o.NoColour, "no-color", false, "")
	set.StringVar(&o.CPUProfile, "cpuprofile", "", "")
	set.BoolVar(&o.Version, "version", false, "")
	return set
}

// complete fills in what follows from the rest, and checks addresses. A flag
// that names a cluster leaves nothing of the one that the environment names: two
// halves of different clusters would seek in one what is received from the other.
func (o *Options) complete(given map[string]bool, elsewhere string) error {
	if o.TokenFile != "" {
		o.TokenEnv = ""
	}
	if o.Local && given["url"] {
		return errors.New("--local runs a Pulsar here, and --url names another\n  try: pulsh --local")
	}
	if !given["admin-url"] && (o.Local || given["url"] && elsewhere != "" && elsewhere != o.URL) {
		o.AdminURL = ""
	}
	if o.URL == "" || o.Local {
		o.URL = defaultURL
		if o.AdminURL == "" {
			o.AdminURL = defaultAdminURL
		}
	}
	if err := session.CheckURL(o.URL); err != nil {
		return fmt.Errorf("%s: %w\n  try: pulsh --url %s", source(given, "url", envURL), err, defaultURL)
	}
	if o.AdminURL != "" {
		if err := session.CheckAdminURL(o.AdminURL); err != nil {
			return fmt.Errorf("%s: %w\n  try: pulsh --admin-url %s", source(given, "admin-url", envAdminURL), err, defaultAdminURL)
		}
	}
	return nil
}

// source is where a value came from: a flag, or the variable that stands for it.
func source(given map[string]bool, name, variable string) string {
	if given[name] {
		return "--" + name
	}
	return variable
}

// Batch says whether pulsh ends after what it was given.
func (o Options) Batch() bool { return len(o.Files)+len(o.Lines) > 0 }

// flagSentence turns the flag package's words into ours.
func flagSentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "flag provided but not defined: ")
	if text != err.Error() {
		return fmt.Sprintf("there is no option %s", text)
	}
	return strings.TrimPrefix(err.Error(), "flag ")
}

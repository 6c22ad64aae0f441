package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// The bounds of a benchmark: of its time, and of what a small machine carries.
const (
	roundsMax    = 50
	secondsMax   = 300
	producersMax = 64
	// warmUp is how long a contender runs before it is measured: Java's
	// compilers need it most.
	warmUp = 2 * time.Second
	// discarded is the window of the first round, which only warms the server.
	discarded = 2 * time.Second
)

const usage = `bench measures pulsh beside a bare loop, the Go client's perf and pulsar-perf.

  go run ./examples/bench [-rounds 3] [-seconds 10] [-only main] [-contenders pulsh,wire,bare,goperf,javaperf] [-producers 4,1]

  -rounds N          measured rounds, behind one that is thrown away
  -seconds N         window of a run, behind 2 s of warm-up
  -only WORDS        scenarios: main, all, or words of their names, as produce/100B,consume/8p
                     (produce|consume|both)/(100B|1KiB)/(batched|unbatched)/(1p|8p)
  -contenders NAMES  of pulsh (the Go client), wire (pulsh's wire engine), bare, goperf, javaperf
  -producers NUMBERS     producers, or consumers, of each contender; goperf has 1
  -pulsh FILE        the pulsh to measure: bin/pulsh
  -url, -admin-url   a Pulsar on this machine; otherwise the local one, started if need be
  -profile FILE      write a CPU profile of pulsh under a mix of loads instead; -seconds, at most 15, is each load's time
`

// options are what was asked for.
type options struct {
	rounds        int
	seconds       int
	scenarios     []scenario
	contenders    []contender
	pulsh         string
	url, adminURL string
	profile       string
}

func readOptions(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.IntVar(&o.rounds, "rounds", 3, "")
	set.IntVar(&o.seconds, "seconds", 10, "")
	only := set.String("only", mainScenarios, "")
	kinds := set.String("contenders", strings.Join(contenderKinds(), ","), "")
	producers := set.String("producers", "4,1", "")
	set.StringVar(&o.pulsh, "pulsh", "bin/pulsh", "")
	set.StringVar(&o.url, "url", "", "")
	set.StringVar(&o.adminURL, "admin-url", "http://127.0.0.1:8080", "")
	set.StringVar(&o.profile, "profile", "", "")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	switch {
	case set.NArg() > 0:
		return o, fmt.Errorf("%q is no option\n  try: go run ./examples/bench -help", set.Arg(0))
	case o.rounds < 1 || o.rounds > roundsMax:
		return o, fmt.Errorf("-rounds %d is not between 1 and %d", o.rounds, roundsMax)
	case o.seconds < 1 || o.seconds > secondsMax:
		return o, fmt.Errorf("-seconds %d is not between 1 and %d", o.seconds, secondsMax)
	}
	var err error
	if o.scenarios, err = chooseScenarios(*only); err != nil {
		return o, err
	}
	if o.contenders, err = chooseContenders(*kinds, *producers); err != nil {
		return o, err
	}
	if o.profile != "" {
		o.contenders, o.seconds = nil, min(o.seconds, profileSecondsMax) // pulsh alone
	}
	if o.url == "" {
		return o, nil
	}
	return o, errors.Join(onThisMachine(o.url), onThisMachine(o.adminURL))
}

// onThisMachine refuses to load anybody else's server.
func onThisMachine(address string) error {
	u, err := url.Parse(address)
	if err == nil {
		host := u.Hostname()
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
	}
	return fmt.Errorf("%q is not on this machine, and bench loads no other", address)
}

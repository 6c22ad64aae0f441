// Package chaos has the commands that cause faults on purpose.
package chaos

import (
	"errors"

	"pulsh/commands/cluster"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/session/spec"
)

// reported ends the detail of every command that causes faults.
const reported = "The command returns at once; faults come one at a time, and `chaos` shows what each did. " +
	"Without every it happens once, now; with it also at each interval, until for is over or `chaos off`. Chaos ends with the session, and a protected cluster has none."

// Commands returns the rows of the table of commands.
func Commands() []lang.Command {
	when := []lang.Param{
		{Name: "every", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "interval between two, from 1s to 24h; once if not given"},
		{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "no fault begins later than this after the first; needs every"},
	}
	timed := func(params ...lang.Param) []lang.Param { return append(params, when...) }
	return []lang.Command{
		{Name: "chaos", Section: host.ChaosSection, Summary: "show what faults are scheduled, and what each has done",
			Detail: "The first ack and the first receive are counted from the end of the fault until the slowest group that was sending or receiving is back. " +
				"The peak p99 is the highest of any second of latency and e2e. Lost and duplicated are what the delivery check found meanwhile.",
			Examples: []string{"chaos"}, Run: host.Verb(Show)},
		{Name: "chaos kill", Section: host.ChaosSection, Params: timed(),
			Summary:  "kill -9 the local Pulsar and start it again",
			Detail:   "Only the server that pulsh runs on this machine, with its data. The fault lasts until the server is ready. " + reported,
			Examples: []string{"chaos kill", "chaos kill every=1m for=10m"}, Run: host.Verb(Kill)},
		{Name: "chaos stop", Section: host.ChaosSection,
			Params:  timed(lang.Param{Name: "duration", Kind: kinds.Duration()}),
			Summary: "suspend the local Pulsar's process for a while, as a long garbage collection would",
			Detail: "SIGSTOP, and SIGCONT after the duration, 100ms to 1h. The server is continued in any case: by `chaos off`, when the session ends, " +
				"and by the server's supervisor should pulsh be killed. " + reported,
			Examples: []string{"chaos stop 10s", "chaos stop 2s every=30s"}, Run: host.Verb(Stop)},
		{Name: "chaos unload", Section: host.ChaosSection, Params: timed(cluster.TopicParam(), kinds.ClusterParam()),
			Summary: "unload a topic from its broker", Detail: "All clients of the topic reconnect, also those of others. " + reported,
			Examples: []string{"chaos unload fast", "chaos unload fast every=30s for=10m"}, Run: host.Verb(Unload)},
		{Name: "chaos disconnect", Section: host.ChaosSection,
			Params:  timed(lang.Param{Name: "group", Kind: kinds.Group()}, lang.Param{Name: "share", Kind: share()}),
			Summary: "break the connections of a share of a group's producers or consumers",
			Detail: "With the wire engine their sockets are closed, and everything else on the same sockets reconnects too. The Go client cannot break its sockets: " +
				"with it, producers and consumers are closed and replaced. " + reported,
			Examples: []string{"chaos disconnect fast 50%", "chaos disconnect sub1 50% every=10s"}, Run: host.Verb(Disconnect)},
		{Name: "chaos off", Section: host.ChaosSection,
			Summary:  "end all scheduled faults, and the present one",
			Detail:   "A suspended server is continued at once. A killed one is started again.",
			Examples: []string{"chaos off"}, Run: host.Verb(Off)},
	}
}

// share is the kind SHARE of a group's producers or consumers.
func share() lang.Kind {
	k := kinds.Share()
	k.Name, k.Sample, k.Forms, k.Doc = "SHARE", "50%", "10%, 50%, 100%", "a share of the producers or consumers: 10%, 50%, 100%; at least one"
	k.Parse = func(text string) (any, error) {
		s, err := spec.ParseShare(text)
		if err == nil && s == 0 {
			err = errors.New("0% breaks no connection")
		}
		return s, err
	}
	k.Complete = lang.Offer("10%", "a tenth", "50%", "half of them", "100%", "all of them")
	return k
}

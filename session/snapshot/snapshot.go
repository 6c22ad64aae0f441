package snapshot

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/connections"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// Snapshot is the state of a session at one instant. The sampler builds one
// every 100 ms. A published Snapshot is immutable, so readers need no lock.
type Snapshot struct {
	At        time.Time
	Elapsed   time.Duration // since the session began
	Cluster   Cluster       // the session's own
	Clusters  []Cluster     // those that were added
	Groups    []Group       // in the order of their creation
	Totals    Totals
	Process   metrics.ProcessStats
	Marks     []Mark // newest last, at most spec.MarksMax
	Protected bool   // the cluster is, by the session's settings
	Chaos     *Chaos // nil until a fault was scheduled
}

// Group returns the snapshot of the named group.
func (s *Snapshot) Group(name string) (Group, bool) {
	for _, g := range s.Groups {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// ProbeEvery is the interval at which a cluster that does not answer is probed.
const ProbeEvery = time.Second

// ClusterState says whether Pulsar answers.
type ClusterState string

// The states of the connection to the cluster.
const (
	Unconnected  ClusterState = "not connected"
	Up           ClusterState = "up"
	Reconnecting ClusterState = "reconnecting" // it does not answer now, but did before
)

// Cluster is what the session knows about a cluster that it is connected to.
type Cluster struct {
	Label         string // by which groups choose it: default, or the name that it was added by
	URL, AdminURL string
	Name          string // local, or the host of the URL
	Version       string // "" if unknown
	SizeMax       int    // max bytes of a message; 0 if unknown
	MemoryLimit   int64  // bytes of bodies in flight of a group's producers; 0 for no limit
	State         ClusterState
	Since         time.Time // of State
	Restored      bool      // it was unreachable and is back
	Detail        string    // the last error, as a sentence
	// Why is the error in a few words, and Tries how many probes have failed
	// since the cluster stopped answering, one every ProbeEvery.
	Why   string
	Tries int
	// AdminSince is when the admin API answered last before it fell silent, zero
	// while it answers. AdminWhy is the error of the last request, as a sentence.
	AdminSince time.Time
	AdminWhy   string
}

// The two kinds of group.
const (
	Produce Kind = "produce"
	Consume Kind = "consume"
)

// The states of a group. A Ready group has settings and no connection until it
// is started. A Failed group could not be started, or stopped because of an
// error.
const (
	Ready    State = "ready"
	Starting State = "starting"
	Running  State = "running"
	Paused   State = "paused"
	Seeking  State = "seeking"
	Stopping State = "stopping"
	Stopped  State = "stopped"
	Done     State = "done" // it stopped by itself, at an end of its settings
	Failed   State = "failed"
)

// Group is one group at one instant. Exactly one of Producer and Consumer is
// set, by Kind.
type Group struct {
	Name        string
	Kind        Kind
	State       State
	Cluster     string // the Label of its cluster
	Topic       string
	Topics      []string      // of a started consumer group, and of a producer group if there are several; nil of others
	Partitions  int           // 0 if the topic has none or was not looked up yet
	Engine      broker.Engine // of the group's connections: ClientEngine or WireEngine
	Connections int           // open now; 0 of a group that does not run, and where the engine cannot tell
	Disconnects connections.Figures
	Workers     int
	Since       time.Time     // of the last start, or zero
	Running     time.Duration // time in state Running since the first start or the last reset
	Idle        time.Duration // without a message sent or received, since the start at most
	Failures    []metrics.Failure
	LastError   string // why the group is Failed, or ""
	Ending      Ending
	Producer    *Producer
	Consumer    *Consumer

	Transactions *Transactions // nil of a group without
}

// Producer holds the figures of a producer group. Totals count since the first start
// or the last reset. Rates are those of the last second.
type Producer struct {
	Shape         pacing.Shape // the target over time
	Ratio         float64      // bytes of payload after their compression ÷ before; 0 if unknown
	Target        pacing.Rate  // the target now: 0 unless running, with a burst included
	Base          pacing.Rate  // the target of the shape alone: without a burst, and also while paused
	Average       float64      // messages acked per second since the first start
	Rate          float64      // messages acked per second
	Peak          float64      // the highest Rate since the first start or the last reset
	DuePerSecond, // of the time of Rate
	SentPerSecond,
	BytesPerSecond float64
	Due, Missed      int64 // messages that fell due; messages skipped as too late
	Sent, Acked      int64
	Failed, Unknown  int64 // failed sends; sends without an answer when their producer closed
	Bytes            int64
	Chunked          int64 // acked messages that were sent in chunks
	InFlight         int
	Pending          int     // max in flight
	MessagesPerBatch float64 // of the last second, or of the whole run while idle
	Producers        int
	Generation       int       // number of the set of producers, from 1
	Latency          Latencies // due → acked
	Service          Latencies // sent → acked
	Lag              Latencies // due → sent
	Size             payload.Size
	PerWorker        []Worker
	Limit            string      // what limits the rate, as a sentence, or ""
	Broker           BrokerStats // the broker's statistics for the topic
}

// Consumer holds the figures of a consumer group. Totals count since the first start
// or the last reset. Rates are those of the last second.
type Consumer struct {
	Reader        bool     // the group is a reader
	Subscription  string   // in a few characters: sub1, or sub1-0..2
	Subscriptions []string // all of them
	Type          string
	Rate          float64 // messages received per second
	Peak          float64 // the highest Rate since the first start or the last reset
	Average       float64
	BytesPerSecond,
	AckRate float64
	Received, Acked, AckFailed int64
	Bytes                      int64
	InFlight                   int             // received and not yet acked
	Consumers                  int             // connected to the broker now
	Delivery                   delivery.Totals // of all periods; what may still arrive is of the present one
	Clock                      SenderClock     // the clocks of other senders
	Unstamped                  int64           // not sent by pulsh: no latency and no delivery check
	E2E                        Latencies       // due → received
	Processing                 Latencies       // received → acked
	Backlog                    Backlog
	Broker                     BrokerStats // the broker's statistics for the topics and the subscription
	Period                     int
	Resumed                    *int64   // the backlog that the last start found, in messages, an estimate; nil if it made the subscription
	Others                     []string // consumers of the subscription that are not the session's: loss is not judged
	Removed                    int64    // messages that were missing and that the cluster removed from the backlog, an estimate; not in Delivery
	Awaited                    int64    // all missing messages, the removed ones included
	Unreachable                int64    // missing messages that cannot come any more, the removed ones included
	Limit                      string   // what limits the rate, as a sentence, or ""
	SharedWith                 string   // the first group of the session with the same delivery audit, or ""
	Drain                      *Drain   // after a seek, until the backlog is empty
	PerWorker                  []Worker
	Target                     pacing.Rate      // max messages received per second, now
	Shape                      pacing.Shape     // the Target over time
	Ack                        spec.Ack         // the acknowledgement strategy
	Nacked                     int64            // negatively acknowledged
	Outcomes                   metrics.Outcomes // further outcomes of messages
	Kept                       int              // processed and kept by the acknowledgement strategy
	Waiting                    int              // in the client's receiver queues
	Churned                    int64            // consumers replaced by churn
}

// Latencies describes one distribution, of the last second and since the start
// or the last reset.
type Latencies struct {
	Recent, Total metrics.Quantiles
}

// Backlog is the backlog of a subscription, from the admin API once a second.
type Backlog struct {
	Known    bool // false until the admin API has answered
	Entries  int64
	Messages int64 // an estimate: entries × messages per entry
	Unacked  int64
	At       time.Time
}

// Drain describes the progress of a group through its backlog.
type Drain struct {
	From  time.Time
	Start int64 // backlog in messages at From
	ETA   time.Duration
}

// Worker holds the counts of one worker.
type Worker struct {
	Worker  int // from 1
	Done    int64
	Rate    float64
	Failed  int64
	Waiting bool // for a due message, a free slot of the send queue, or a message
	// Of a receiving worker only.
	Acked, Nacked, Dropped int64
}

// Totals are the sums over all groups.
type Totals struct {
	Sent, Acked, Failed   int64
	Received              int64
	Lost, Duplicated      int64
	ProduceRate, RecvRate float64
	// RemovedSent and RemovedReceived count the messages of groups that were removed,
	// which the other counts leave out.
	RemovedSent, RemovedReceived int64
}

// MarkKind is what a mark on the time axis stands for.
type MarkKind string

// The kinds of mark.
const (
	MarkCommand   MarkKind = "command"
	MarkNote      MarkKind = "mark"
	MarkReconnect MarkKind = "reconnect"
	MarkError     MarkKind = "error"
	MarkChaos     MarkKind = "chaos"
)

// Mark is one event on the time axis.
type Mark struct {
	At     time.Time
	Kind   MarkKind
	Number int // from 1, among all marks of the session
	Text   string
}

// Note is a line that the session shows to the user.
type Note struct {
	At   time.Time
	Text string
}

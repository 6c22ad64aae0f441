package snapshot

import (
	"time"

	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// Snapshot is the state of a session at one instant. It is built by the
// sampler every 100 ms and never changed afterwards: readers need no lock.
type Snapshot struct {
	At      time.Time
	Elapsed time.Duration // since the session began
	Cluster Cluster
	Groups  []Group // in the order in which they were made
	Totals  Totals
	Process metrics.ProcessStats
	Marks   []Mark // newest last, at most marksMax
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

// ProbeEvery is how often a cluster that does not answer is asked again.
const ProbeEvery = time.Second

// ClusterState says whether Pulsar answers.
type ClusterState string

// The states of the connection to the cluster.
const (
	Unconnected  ClusterState = "not connected"
	Up           ClusterState = "up"
	Reconnecting ClusterState = "reconnecting" // it answered before, and does not now
)

// Cluster is what the session knows of the cluster it is connected to.
type Cluster struct {
	URL, AdminURL string
	Name          string // local, or the host of the URL
	Version       string // "" if it is not known
	SizeMax       int    // of a message, in bytes; 0 if it is not known
	State         ClusterState
	Since         time.Time // of State
	Restored      bool      // it has been away and is back
	Detail        string    // the last refusal, as a sentence
	// Why is the refusal in a few words, and Tries how often the cluster was
	// asked in vain since it went away, once every ProbeEvery.
	Why   string
	Tries int
}

// The two kinds of group.
const (
	Produce Kind = "produce"
	Consume Kind = "consume"
)

// Ready groups have settings and no connection; they start with their start
// command. Failed groups could not be started or have ended by themselves.
const (
	Ready    State = "ready"
	Starting State = "starting"
	Running  State = "running"
	Paused   State = "paused"
	Seeking  State = "seeking"
	Stopping State = "stopping"
	Stopped  State = "stopped"
	Failed   State = "failed"
)

// Group is one group at one instant. Exactly one of Producer and
// Consumer is set, by Kind.
type Group struct {
	Name       string
	Kind       Kind
	State      State
	Topic      string
	Topics     []string // that a consumer group is subscribed to; nil before its start, and of a producer group
	Partitions int      // 0 if the topic is not partitioned or not looked up yet
	Workers    int
	Since      time.Time     // of the first start, or zero
	Running    time.Duration // time spent running since start or reset
	Failures   []metrics.Failure
	LastError  string // why the group is Failed, or ""
	Producer   *Producer
	Consumer   *Consumer
}

// Producer holds the figures of a producer group. Totals count since
// the start or the last reset; rates are of the last second.
type Producer struct {
	Shape   pacing.Shape // what is wanted
	Target  pacing.Rate  // wanted right now
	Average float64      // messages acked per second since the start
	Rate    float64      // messages acked per second
	SentPerSecond,
	BytesPerSecond float64
	Due, Missed      int64 // slots that fell due; slots given up as too late
	Sent, Acked      int64
	Failed, Unknown  int64 // refused; without an answer when their lane closed
	Bytes            int64
	InFlight         int
	Pending          int     // in flight at most
	MessagesPerBatch float64 // of the last second, or of the whole run when idle
	Producers        int
	Generation       int       // lanes rebuilt so many times, from 1
	Latency          Latencies // due → acked
	Service          Latencies // sent → acked
	Lag              Latencies // due → sent
	Size             payload.Size
	PerWorker        []Worker
	Limit            string      // what holds the rate down, as a sentence, or ""
	Broker           BrokerStats // what the broker says of the topic
}

// Consumer holds the figures of a consumer group.
type Consumer struct {
	Subscription string
	Type         string
	Rate         float64 // messages received per second
	Average      float64
	BytesPerSecond,
	AckRate float64
	Received, Acked, AckFailed int64
	Bytes                      int64
	InFlight                   int             // received and not yet acked
	Consumers                  int             // that the broker sees
	Delivery                   delivery.Totals // of all epochs; what is open is of the present one
	Clock                      SenderClock     // how the clocks of other senders stand
	Unstamped                  int64           // not sent by pulsh: neither latency nor ledger
	E2E                        Latencies       // due → received
	Processing                 Latencies       // received → acked
	Backlog                    Backlog
	Broker                     BrokerStats // what the broker says of topic and subscription
	Period                     int
	Drain                      *Drain // after a seek, until the backlog is gone
	PerWorker                  []Worker
	Target                     pacing.Rate      // messages a second that may be taken now
	Shape                      pacing.Shape     // of the target
	Ack                        spec.Ack         // the strategy
	Nacked                     int64            // given back
	Outcomes                   metrics.Outcomes // what else became of messages
	Kept                       int              // processed and held back by the strategy
	Waiting                    int              // in the client's queue
	Churned                    int64            // consumers closed and subscribed again by churn
}

// Latencies is one distribution, of the last second and since the start or
// the last reset.
type Latencies struct {
	Recent, Total metrics.Quantiles
}

// Backlog is what waits in the broker, asked from the admin API once a second.
type Backlog struct {
	Known    bool // false until the admin API has answered
	Entries  int64
	Messages int64 // an estimate: entries × messages per entry
	Unacked  int64
	At       time.Time
}

// Drain tells how far a group is from the end of its backlog.
type Drain struct {
	From  time.Time
	Start int64 // messages to go when it began
	ETA   time.Duration
}

// Worker is one worker's own count.
type Worker struct {
	Worker  int // from 1
	Done    int64
	Rate    float64
	Failed  int64
	Waiting bool // for a slot, a free place in the queue, or a message
	// Of a worker that receives.
	Acked, Nacked, Dropped int64
}

// Totals adds up all groups.
type Totals struct {
	Sent, Acked, Failed   int64
	Received              int64
	Lost, Duplicated      int64
	ProduceRate, RecvRate float64
}

// MarkKind says what a mark on the time axis stands for.
type MarkKind string

// The kinds of mark.
const (
	MarkCommand   MarkKind = "command"
	MarkNote      MarkKind = "mark"
	MarkReconnect MarkKind = "reconnect"
	MarkError     MarkKind = "error"
)

// Mark is one event of the timeline.
type Mark struct {
	At     time.Time
	Kind   MarkKind
	Number int // from 1, among all marks of the session
	Text   string
}

// Note is a line that the session wants the user to see.
type Note struct {
	At   time.Time
	Text string
}

package host

import (
	"context"
	"io"
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/profile"
	"pulsh/session/secret"
	"pulsh/session/snapshot"
)

// Env is the environment of commands. Only Session must be set.
type Env struct {
	Session  *session.Session
	Local    Local           // nil where no Pulsar can be run on this machine
	Embedded Embedded        // nil where no broker can be run in this process
	Library  profile.Library // the profiles
	Output   io.Writer       // where stream - writes; nil where the standard output is the screen
	// Listen opens a listener for metrics; nil is net.Listen.
	Listen func(network, address string) (net.Listener, error)
	// Now tells the time, for -5m and 10:42:07; nil is time.Now.
	Now func() time.Time
	// Confirm asks a question with the answer yes or no, and returns no when
	// ctx ends; nil where there is nobody to ask, as in a script.
	Confirm func(ctx context.Context, question string) bool
	// Yes answers every question with yes, without asking.
	Yes bool
	// Topics are the names of the topics of a cluster that are known without asking, for
	// completion; nil knows none.
	Topics func(cluster string) []string
	// Variables are set from the beginning: by flags and by the environment.
	Variables []lang.Variable
	// Speed divides what wait and at wait for; 0 is 1.
	Speed float64
	// AllowProtected is --allow-protected: with Yes, a script may destroy and disturb
	// on a protected cluster.
	AllowProtected bool
	// AllowBehind is --allow-behind: a group may fall short of its schedule.
	AllowBehind bool
	// Engine is --engine, which no profile overrides; "" leaves it to them.
	Engine string
	// Version is that of pulsh, for recordings and exports.
	Version string
	// Lines are the lines typed so far, oldest first; nil knows none.
	Lines func() []TypedLine
	// Color is whether answers may have colours: pictures that gain by them do.
	Color bool
	// Profile is the one that pulsh was started with, "" for none: what it says
	// of the cluster has been heard, and load does not connect by it again.
	Profile string
	// Facts are what pulsh was started with; nil knows none.
	Facts func() []Fact
}

// TypedLine is a line of the command history, and its number for !12.
type TypedLine struct {
	Number int
	Text   string
}

// Local is the Pulsar that pulsh runs on this machine.
type Local interface {
	// Start starts it, or finds it running, with a transaction coordinator if that is
	// wanted. It tells of its steps as it goes.
	Start(ctx context.Context, transactions bool, tell func(lang.Step)) (broker.Target, error)
	Stop(ctx context.Context) error
	// Kill ends it as a crash would; its data stays.
	Kill(ctx context.Context) error
	Restart(ctx context.Context, tell func(lang.Step)) error
	// Crash kills it and starts it again, the latter also if ctx ends.
	Crash(ctx context.Context) error
	// Suspend stops its process and continues it after a time, or when ctx ends.
	Suspend(ctx context.Context, d time.Duration) error
	// Report looks at it, with the last lines of its log.
	Report(lines int) (LocalReport, error)
}

// Embedded is the broker in memory that pulsh runs in its own process.
type Embedded interface {
	// Start starts it, or finds it running.
	Start() (broker.Target, error)
	// Faults is what it does wrong on purpose, nil if it does not run.
	Faults() *fault.Set
	// Disconnect closes the connections of all clients and returns how many there
	// were.
	Disconnect() int
}

// LocalReport is the status of the local Pulsar.
type LocalReport struct {
	Condition      string // running, starting, stopping, stopped or killed
	Reason         string // how it ended, if it did
	URL, AdminURL  string
	Version        string
	Source         string // where it came from
	PID            int
	Uptime         time.Duration
	Resident, Data int64 // bytes of memory and of stored data, 0 if not known
	Users          int   // pulsh processes that hold it
	Log            []string
}

// Host runs the language on a session. One goroutine at a time may call Execute and
// RunScript; any goroutine may call the other methods.
type Host struct {
	*lang.Runner
	Env     Env
	Graph   atomic.Pointer[View]
	origins atomic.Pointer[map[string]string] // of settings, by name; replaced, never changed
	Changed atomic.Int64                      // when a command last changed a group, Unix ns

	mu        sync.Mutex           // guards what follows
	schedules []Schedule           // of groups that were removed or started again
	attached  map[reflect.Type]any // see Attached
	measured  time.Time            // the end of the last warm-up, zero before
}

// NewCommands returns the commands of a session.
func NewCommands(env Env, language *lang.Language) *Host {
	if env.Now == nil {
		env.Now = time.Now
	}
	if env.Listen == nil {
		env.Listen = net.Listen
	}
	c := &Host{Env: env, attached: map[reflect.Type]any{}}
	c.Runner = lang.NewRunner(lang.Config{
		Language: language, Host: c, Now: env.Now, Confirm: env.Confirm, Yes: env.Yes, Protected: c.protected, AllowProtected: env.AllowProtected, Speed: env.Speed, Version: env.Version,
		Variables: env.Variables, Ran: c.ran,
		Turned: func(turn string) { env.Session.Mark(snapshot.MarkCommand, turn) },
	})
	c.Graph.Store(&View{Auto: true, Window: windowDefault, Scale: LinearScale, Layout: AutoLayout})
	return c
}

// protected returns the name of the cluster if it is protected, else "".
func (c *Host) protected() string {
	if !c.Env.Session.Preferences().Protected {
		return ""
	}
	if name := c.Env.Session.Cluster().Name; name != "" {
		return name
	}
	return "this cluster"
}

// markWidth is the largest width of the text of a mark under the graph, in cells.
const markWidth = 40

// ran records that a command may have changed a group, and marks it on the time axis.
func (c *Host) ran(of *lang.Call, err error) {
	if !of.Command.Changes {
		return
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	if err == nil {
		c.Env.Session.Mark(snapshot.MarkCommand, graphs.Cut(secret.Redact(of.Source()), markWidth))
	}
}

// Call is a parsed command with the session that it acts on.
type Call struct {
	*lang.Call
	*Host
}

// Verb adapts f to the Run of a lang.Command.
func Verb(f func(ctx context.Context, c *Call) error) func(context.Context, *lang.Call) error {
	return func(ctx context.Context, c *lang.Call) error {
		call := &Call{c, c.Config.Host.(*Host)}
		return call.onCluster(f(ctx, call))
	}
}

// Value returns the parsed value of an argument; ok is false if it was left out.
func Value[T any](c *Call, name string) (v T, ok bool) { return lang.Value[T](c.Call, name) }

// View returns the content of the graph.
func (c *Host) View() *View { return c.Graph.Load() }

// Refresh returns the interval at which the screen is drawn.
func (c *Host) Refresh() time.Duration { return c.Env.Session.Preferences().Refresh }

// freshEvery and freshMax bound the wait for a sample that knows of the last
// change: samples come every 100 ms.
const (
	freshEvery = 5 * time.Millisecond
	freshMax   = 2 * time.Second
)

// Fresh returns a snapshot that was taken after the last command that changed a
// group.
func (c *Host) Fresh(ctx context.Context) *snapshot.Snapshot {
	deadline := time.NewTimer(freshMax)
	defer deadline.Stop()
	for {
		s := c.Env.Session.Snapshot()
		if s.At.UnixNano() > c.Changed.Load() {
			return s
		}
		select {
		case <-time.After(freshEvery):
		case <-ctx.Done():
			return s
		case <-deadline.C:
			return s
		}
	}
}

// Attached returns the state of type T that a package of commands keeps with a
// session. It is created at the first call.
func Attached[T any](c *Host) *T {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := reflect.TypeFor[T]()
	if c.attached[key] == nil {
		c.attached[key] = new(T)
	}
	return c.attached[key].(*T)
}

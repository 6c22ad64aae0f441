// Package session holds what is running: a Session owns named producer and
// consumer groups, samples them every 100 ms, and publishes Snapshots.
package session

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// Target names a cluster.
type Target struct {
	URL       string // pulsar://host:port or pulsar+ssl://host:port
	AdminURL  string // http://host:port, or "" for no admin API
	Name      string // as the status line shows it; "" means the URL's host
	TokenFile string // file that holds the token; the token itself is never kept
}

// Dial opens a cluster. The admin part is nil where there is no admin URL.
type Dial func(ctx context.Context, t Target, clock broker.Clock) (broker.Broker, broker.Admin, error)

// Session is one run of pulsh. Its methods may be called from one goroutine at
// a time, but for Snapshot, History, Notes and Mark, which any may call.
type Session struct{}

// New makes a session that is not connected.
func New(dial Dial) *Session { return nil }

// Connect opens a cluster, and replaces the one before it if no group runs.
func (s *Session) Connect(ctx context.Context, t Target) error { return nil }

// Target is the cluster the session is connected to; ok is false before Connect.
func (s *Session) Target() (t Target, ok bool) { return }

// Admin is the admin API, or nil.
func (s *Session) Admin() broker.Admin { return nil }

// AddProducer makes a ready group that is not started.
func (s *Session) AddProducer(name string, spec ProducerSpec) error { return nil }

// AddConsumer makes a ready group that is not started.
func (s *Session) AddConsumer(name string, spec ConsumerSpec) error { return nil }

// Start starts a ready or stopped group.
func (s *Session) Start(ctx context.Context, name string) error { return nil }

// Producer returns a producer group's settings.
func (s *Session) Producer(name string) (ProducerSpec, bool) { return ProducerSpec{}, false }

// Consumer returns a consumer group's settings.
func (s *Session) Consumer(name string) (ConsumerSpec, bool) { return ConsumerSpec{}, false }

// SetProducer applies new settings, live where they can be, by a rebuild
// behind the scenes where the client takes them only at creation. It tells
// whether it rebuilt.
func (s *Session) SetProducer(ctx context.Context, name string, spec ProducerSpec) (rebuilt bool, err error) {
	return false, nil
}

// SetConsumer is SetProducer for a consumer group.
func (s *Session) SetConsumer(ctx context.Context, name string, spec ConsumerSpec) (rebuilt bool, err error) {
	return false, nil
}

// Scale changes the number of workers.
func (s *Session) Scale(ctx context.Context, name string, workers int) error { return nil }

// SetRate gives a producer group a new shape from now on.
func (s *Session) SetRate(name string, shape pacing.Shape) error { return nil }

// Burst multiplies a producer group's rate for a while.
func (s *Session) Burst(name string, factor float64, d time.Duration) error { return nil }

// Pause stops a group's sending or receiving; its connections stay.
func (s *Session) Pause(name string) error { return nil }

// Resume goes on where Pause left off.
func (s *Session) Resume(name string) error { return nil }

// Reset sets a group's figures to zero.
func (s *Session) Reset(name string) error { return nil }

// Stop ends a group: flush, close, keep its figures and settings.
func (s *Session) Stop(ctx context.Context, name string) error { return nil }

// StopAll ends all groups at once, without a flush.
func (s *Session) StopAll(ctx context.Context) error { return nil }

// Remove stops a group and forgets it.
func (s *Session) Remove(ctx context.Context, name string) error { return nil }

// SeekTime moves a consumer group's subscription to a time.
func (s *Session) SeekTime(ctx context.Context, name string, to time.Time) error { return nil }

// SeekID moves a consumer group's subscription to a message.
func (s *Session) SeekID(ctx context.Context, name string, id broker.MessageID) error { return nil }

// Snapshot is the latest sample.
func (s *Session) Snapshot() *Snapshot { return nil }

// History gives the past of one figure as n columns that end at end, NaN where
// nothing is known.
func (s *Session) History(m Metric, end time.Time, window time.Duration, n int) []float64 { return nil }

// Notes are lines for the user. The channel is bounded: when nobody reads, the
// oldest are dropped and counted in the next.
func (s *Session) Notes() <-chan Note { return nil }

// Mark puts an event on the timeline.
func (s *Session) Mark(kind MarkKind, text string) {}

// Close ends all groups within ctx, and the connection.
func (s *Session) Close(ctx context.Context) {}

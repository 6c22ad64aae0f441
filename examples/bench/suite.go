package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"pulsh/graphs"
)

const (
	// storedMost bounds a backlog in bytes. From 2 GB on the local server refuses
	// producers.
	storedMost = 1500 << 20
	// storedRate is the expected maximum rate of a consumer in messages per
	// second. A larger backlog would only cost time to send.
	storedRate = 1_000_000
	// storeTime bounds the sending of a backlog. Small messages without batching
	// are slow to send.
	storeTime = 40 * time.Second
	// betweenRuns is the time of a run outside its window: start, first message
	// and end. Only the estimate uses it.
	betweenRuns = 4 * time.Second
)

// failuresMost is the number of consecutive failures after which the suite ends.
// The fault is then not that of a contender.
const failuresMost = 3

// anchor is the subscription that keeps a backlog stored.
const anchor = "anchor"

// suite runs the contenders of each scenario in turn.
type suite struct {
	options
	tools
	*cluster
	out      io.Writer // for the tables; progress goes to the standard error
	topics   int       // topics created so far
	failures int       // consecutive failures
	failed   bool
}

// introduce prints what is measured, with which versions and where.
func (s *suite) introduce(ctx context.Context, command string) {
	version, err := s.admin.Version(ctx)
	if err != nil {
		version = "of unknown version"
	}
	fmt.Fprintf(s.out, "`%s` on %s: Pulsar %s, %s, %s/%s, %s", strings.TrimSpace(command), time.Now().UTC().Format(time.DateOnly),
		version, runtime.Version(), runtime.GOOS, runtime.GOARCH, graphs.Plural(runtime.NumCPU(), "core"))
	if load := machineLoad(); load != "" {
		fmt.Fprintf(s.out, ", load %s before", load)
	}
	fmt.Fprintf(s.out, ".\npulsh was built %s and the bare loop %s. Medians of %s of %s, with the least and the most.\n",
		guidance(s.tools.pulsh), guidance(s.self), graphs.Plural(s.rounds, "round"), graphs.Plural(s.seconds, "second"))
	fmt.Fprintf(os.Stderr, "%s: at most about %v\n", graphs.Plural(len(s.scenarios), "scenario"), s.estimate().Round(time.Minute))
}

// guidance reports whether a program was built with a profile.
func guidance(file string) string {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return "in an unknown way"
	}
	for _, setting := range info.Settings {
		if setting.Key == "-pgo" && setting.Value != "" && setting.Value != "off" {
			return "with a profile"
		}
	}
	return "without a profile"
}

func (s *suite) estimate() time.Duration {
	round := func(window time.Duration) time.Duration { return warmUp + window + betweenRuns }
	whole := round(discarded) + time.Duration(s.rounds)*round(time.Duration(s.seconds)*time.Second)
	return time.Duration(len(s.scenarios)*len(s.contenders)) * whole
}

// run measures all scenarios and prints a table after each. A contender that fails
// leaves a gap, and run returns an error at the end.
func (s *suite) run(ctx context.Context) error {
	for _, scene := range s.scenarios {
		if err := s.compare(ctx, scene); err != nil {
			return err
		}
	}
	if s.failed {
		return errors.New("some runs failed; what they said is above")
	}
	return nil
}

// compare runs one scenario. Each round begins with another contender, so that
// none always follows the same one.
func (s *suite) compare(ctx context.Context, scene scenario) error {
	var all []contender
	for _, c := range s.contenders {
		if s.here(c) && c.canRun(scene) {
			all = append(all, c)
		}
	}
	var stored store
	if scene.direction == consume {
		var err error
		stored, err = s.fill(ctx, scene)
		defer s.remove(ctx, stored.topic)
		if err != nil {
			return err
		}
	}
	measured := map[contender]results{}
	for _, c := range all {
		measured[c] = results{}
	}
	for round := range s.rounds + 1 {
		for i := range all {
			c := all[(i+round)%len(all)]
			r, err := s.once(ctx, c, scene, stored, round)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				s.failed = true
				s.failures++
				fmt.Fprintf(os.Stderr, "%s, round %d, %s: %v\n", scene.name(), round, c.name(), err)
				if s.failures == failuresMost {
					return fmt.Errorf("%d runs failed, one after the other", failuresMost)
				}
				continue
			}
			s.failures = 0
			fmt.Fprintf(os.Stderr, "%s, round %d of %d, %s: %s, %s CPU s per million\n",
				scene.name(), round, s.rounds, c.name(), graphs.Rate(r.rate), graphs.Three(r.cost))
			if round > 0 {
				measured[c][round] = r
			}
		}
	}
	s.print(scene, all, measured)
	return nil
}

func (s *suite) print(scene scenario, all []contender, measured map[contender]results) {
	var rows []row
	for _, c := range all {
		rows = append(rows, row{name: c.name(), own: measured[c], bare: measured[contender{bareLoop, c.producers}]})
	}
	fmt.Fprintf(s.out, "\n**%s**: %s\n\n%s\n", scene.name(), scene.settings(), strings.Join(markdown(rows), "\n"))
}

// newTopic returns the name of an unused topic.
func (s *suite) newTopic() string {
	s.topics++
	return fmt.Sprintf("bench-%d-%d", os.Getpid(), s.topics)
}

// once runs one contender once.
func (s *suite) once(ctx context.Context, c contender, scene scenario, stored store, round int) (result, error) {
	w := window{warm: warmUp, length: discarded, backlog: stored.messages}
	if round > 0 {
		w.length = time.Duration(s.seconds) * time.Second
	}
	j := job{scenario: scene, producers: c.producers, url: s.cluster.url, admin: s.cluster.adminURL,
		topic: stored.topic, life: w.warm + w.length + lifeBeyond}
	if scene.receives() {
		j.subscription = s.newTopic()
	}
	if scene.direction == consume {
		if err := s.admin.CreateSubscription(ctx, j.topic, j.subscription, "earliest"); err != nil {
			return result{}, err
		}
		defer func() { _ = s.admin.DeleteSubscription(context.WithoutCancel(ctx), j.topic, j.subscription, true) }()
	} else {
		j.topic = s.newTopic()
		defer s.remove(ctx, j.topic)
		if err := s.create(ctx, j.topic, scene.partitions, j.subscription); err != nil {
			return result{}, err
		}
	}
	counted := s.counted(scene, j.topic, j.subscription)
	r, children, err := measure(ctx, s.programs(c.kind, j), w, counted)
	if err == nil && (c.kind == pulshTool || c.kind == wireTool) && scene.direction == produce {
		err = checkSummary(ctx, children[0].output.String(), counted)
	}
	return r, err
}

// checkSummary compares the summary of pulsh with the broker's counters.
func checkSummary(ctx context.Context, output string, counted ask) error {
	own, err := parseSummary(output)
	if err != nil {
		return err
	}
	c, err := counted(ctx)
	if err == nil && own != c.in {
		err = fmt.Errorf("pulsh says that %d messages were acked, and the broker that %d came in", own, c.in)
	}
	return err
}

// store is a backlog to drain.
type store struct {
	topic    string
	messages int64
}

// fill stores messages for consumers, which the bare loop sends. Nobody reads the
// subscription that keeps them.
func (s *suite) fill(ctx context.Context, scene scenario) (store, error) {
	stored := store{topic: s.newTopic()}
	if err := s.create(ctx, stored.topic, scene.partitions, anchor); err != nil {
		return stored, err
	}
	sending := scene
	sending.direction = produce
	last := int(warmUp/time.Second) + s.seconds
	count := min(last*storedRate, storedMost/scene.size)
	program := s.tools.bareProgram(job{scenario: sending, producers: 4, url: s.cluster.url, topic: stored.topic, life: storeTime}, count)
	c, err := program.start(ctx)
	if err != nil {
		return stored, err
	}
	<-c.ended // its run time is bounded
	if ctx.Err() != nil {
		return stored, ctx.Err()
	}
	if !c.cmd.ProcessState.Success() {
		return stored, fmt.Errorf("the backlog was not stored: %w", c.died())
	}
	counted, err := s.counted(sending, stored.topic, "")(ctx)
	stored.messages = counted.in
	fmt.Fprintf(os.Stderr, "%s: %s messages stored\n", scene.name(), graphs.Count(float64(stored.messages)))
	return stored, err
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The directions of a scenario. In both, sent and received messages are counted
// together.
const (
	produce = "produce"
	consume = "consume"
	both    = "both"
)

// The settings that all contenders share.
const (
	batchMessages = 1000
	batchBytes    = 128 << 10
	receiverQueue = 1000 // receiver queue of a consumer, in messages
)

// The words of -only that are not parts of names.
const (
	mainScenarios = "main" // what the README shows
	allScenarios  = "all"
)

// scenario is one measurement.
type scenario struct {
	direction  string
	size       int // bytes of a message
	batched    bool
	partitions int // 1 is a topic without partitions
}

// scenarios returns all scenarios in the order in which they run.
func scenarios() []scenario {
	var all []scenario
	for _, direction := range []string{produce, consume, both} {
		for _, size := range []int{100, 1 << 10} {
			for _, batched := range []bool{true, false} {
				for _, partitions := range []int{1, 8} {
					all = append(all, scenario{direction, size, batched, partitions})
				}
			}
		}
	}
	return all
}

// name returns direction/size/batching/partitions: produce/100B/batched/1p.
func (s scenario) name() string {
	size, batching := "100B", "batched"
	if s.size != 100 {
		size = "1KiB"
	}
	if !s.batched {
		batching = "unbatched"
	}
	return fmt.Sprintf("%s/%s/%s/%dp", s.direction, size, batching, s.partitions)
}

// principal reports whether a scenario is one of the main ones: each size and
// direction with batching on one partition, and the effects of batching and
// partitions.
func (s scenario) principal() bool {
	switch {
	case s.batched && s.partitions == 1:
		return true
	case s.partitions == 1:
		return s.direction == produce
	}
	return s.batched && s.direction != both && (s.size > 100 || s.direction == produce)
}

// pending returns the maximum pending messages of all producers together on each
// partition, which the Go client and pulsar-perf can bound. pulsh, which bounds
// the whole group, has at most spec.PendingMax.
func (s scenario) pending() int {
	switch {
	case s.size > 100:
		return 1000
	case s.partitions > 1:
		return 10_000
	}
	return 20_000
}

// delay returns the maximum delay of a batch.
func (s scenario) delay() time.Duration {
	if s.size == 100 {
		return 5 * time.Millisecond
	}
	return time.Millisecond
}

// batch returns the maximum messages of a batch; 1 disables batching.
func (s scenario) batch() int {
	if s.batched {
		return batchMessages
	}
	return 1
}

func (s scenario) sends() bool    { return s.direction != consume }
func (s scenario) receives() bool { return s.direction != produce }

// settings describes the settings of all contenders.
func (s scenario) settings() string {
	var said []string
	if s.sends() {
		batch := "each message alone"
		if s.batched {
			batch = fmt.Sprintf("batches of at most %d messages, 128 KiB or %v", batchMessages, s.delay())
		}
		each := ""
		if s.partitions > 1 {
			each = " on each partition"
		}
		said = append(said, fmt.Sprintf("%s, %d pending%s", batch, s.pending(), each))
	}
	if s.receives() {
		said = append(said, fmt.Sprintf("a shared subscription, queues of %d", receiverQueue))
	}
	return strings.Join(said, "; ") + ", no compression"
}

// chooseScenarios returns the scenarios that match any of the comma-separated
// patterns. A pattern is main, all, or words of a name: produce/100B, 8p.
func chooseScenarios(only string) ([]scenario, error) {
	var chosen []scenario
	for _, s := range scenarios() {
		if slices.ContainsFunc(strings.Split(only, ","), s.matches) {
			chosen = append(chosen, s)
		}
	}
	for pattern := range strings.SplitSeq(only, ",") {
		matches := func(s scenario) bool { return s.matches(pattern) }
		if !slices.ContainsFunc(scenarios(), matches) {
			return nil, fmt.Errorf("%q names no scenario; they are named like %s, and main or all are several",
				pattern, scenarios()[0].name())
		}
	}
	return chosen, nil
}

func (s scenario) matches(pattern string) bool {
	switch pattern {
	case allScenarios:
		return true
	case mainScenarios:
		return s.principal()
	}
	words := strings.Split(s.name(), "/")
	for word := range strings.SplitSeq(pattern, "/") {
		if !slices.Contains(words, word) {
			return false
		}
	}
	return true
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The directions of a scenario. In both, messages sent and messages received
// are counted together.
const (
	produce = "produce"
	consume = "consume"
	both    = "both"
)

// What all contenders are told alike.
const (
	batchMessages = 1000
	batchBytes    = 128 << 10
	receiverQueue = 1000 // messages that the broker may push ahead to one consumer
)

// The selections that -only knows beside the words of names.
const (
	mainScenarios = "main" // what the README shows
	allScenarios  = "all"
)

// scenario is one thing to measure.
type scenario struct {
	direction  string
	size       int // bytes of a message
	batched    bool
	partitions int // 1 is a topic without partitions
}

// scenarios are all there are, in the order in which they run.
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

// name is direction/size/batching/partitions: produce/100B/batched/1p.
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

// principal says whether the scenario belongs to the main ones: each size and
// direction in the usual form, and what batching and partitions change.
func (s scenario) principal() bool {
	switch {
	case s.batched && s.partitions == 1:
		return true
	case s.partitions == 1:
		return s.direction == produce
	}
	return s.batched && s.direction != both && (s.size > 100 || s.direction == produce)
}

// pending is how many messages may be unanswered, all producers together, on
// each partition: that is what the Go client and pulsar-perf can bound. pulsh,
// which bounds the whole, takes at most session.PendingMax.
func (s scenario) pending() int {
	switch {
	case s.size > 100:
		return 1000
	case s.partitions > 1:
		return 10_000
	}
	return 20_000
}

// delay is how long a batch may wait to fill.
func (s scenario) delay() time.Duration {
	if s.size == 100 {
		return 5 * time.Millisecond
	}
	return time.Millisecond
}

// batch is how many messages a batch may hold; 1 sends each alone.
func (s scenario) batch() int {
	if s.batched {
		return batchMessages
	}
	return 1
}

func (s scenario) sends() bool    { return s.direction != consume }
func (s scenario) receives() bool { return s.direction != produce }

// settings says what all contenders were told.
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

// chooseScenarios returns those that any of the comma-separated patterns
// names. A pattern is main, all, or words of a name: produce/100B, 8p.
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

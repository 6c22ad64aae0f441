package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// firstMessage bounds the time from a contender's start to the first message.
	// Java on a busy machine needs several seconds.
	firstMessage = 60 * time.Second
	// lookEvery is the interval of readings of the broker's counters. A reading
	// costs the broker about a millisecond.
	lookEvery = 250 * time.Millisecond
	// drained is the part of a backlog at which a window ends. After it, consumers
	// may run dry.
	drained = 0.95
	// shortestWindow is the minimum window of a figure.
	shortestWindow = 500 * time.Millisecond
	// lifeBeyond bounds the run time of a contender after its window, in case this
	// program does not stop it.
	lifeBeyond = firstMessage + 30*time.Second
)

// counters are the broker's counters of a topic.
type counters struct{ in, out int64 }

// ask reads the broker's counters.
type ask func(context.Context) (counters, error)

// reading is one reading of a run. The counters are the broker's, so that all
// contenders are counted alike.
type reading struct {
	counters
	at  time.Time
	cpu time.Duration
}

// window describes when to measure.
type window struct {
	warm, length time.Duration
	backlog      int64 // messages to receive; 0 if they are sent meanwhile
}

// measure runs the programs of one contender and returns their messages and CPU
// time in the window. The window begins after the first message and the warm-up,
// so that neither connecting nor the start of Java counts.
func measure(ctx context.Context, programs []program, w window, counted ask) (result, []*child, error) {
	var children []*child
	defer func() {
		for _, c := range children {
			c.stop()
		}
	}()
	for _, p := range programs {
		c, err := p.start(ctx)
		if err != nil {
			return result{}, children, err
		}
		children = append(children, c)
	}
	look := func() (reading, error) { return read(ctx, children, counted) }
	first, err := until(ctx, time.Now().Add(firstMessage), look, func(r reading) bool { return r.in+r.out > 0 })
	if err != nil {
		return result{}, children, err
	}
	if first.in+first.out == 0 {
		return result{}, children, fmt.Errorf("no message came within %v; its last words: %s", firstMessage, children[0].output.last(3))
	}
	ending := func(r reading) bool { return w.backlog > 0 && float64(r.out) >= drained*float64(w.backlog) }
	begin, err := until(ctx, time.Now().Add(w.warm), look, ending)
	if err != nil {
		return result{}, children, err
	}
	end, err := until(ctx, begin.at.Add(w.length), look, ending)
	if err != nil {
		return result{}, children, err
	}
	r, err := between(begin, end)
	return r, children, err
}

// until reads repeatedly until a reading is enough, and a last time at the
// deadline. It returns the last reading.
func until(ctx context.Context, deadline time.Time, look func() (reading, error), enough func(reading) bool) (reading, error) {
	for {
		rest := time.Until(deadline)
		select {
		case <-ctx.Done():
			return reading{}, ctx.Err()
		case <-time.After(min(rest, lookEvery)):
		}
		r, err := look()
		if err != nil || enough(r) || rest <= lookEvery {
			return r, err
		}
	}
}

// read reads the CPU time and the counters as close together as possible.
func read(ctx context.Context, children []*child, counted ask) (reading, error) {
	var r reading
	asked := time.Now()
	var err error
	if r.counters, err = counted(ctx); err != nil {
		return r, err
	}
	now := time.Now()
	r.at = asked.Add(now.Sub(asked) / 2)
	for _, c := range children {
		if !c.running() {
			return r, c.died()
		}
		cpu, err := c.cpu()
		if err != nil {
			return r, err
		}
		r.cpu += cpu
	}
	return r, nil
}

// between returns the difference of two readings.
func between(begin, end reading) (result, error) {
	messages := float64(end.in - begin.in + end.out - begin.out)
	took := end.at.Sub(begin.at)
	switch {
	case took < shortestWindow:
		return result{}, errors.New("the backlog was drained before there was anything to measure")
	case messages <= 0:
		return result{}, errors.New("no message came in the window")
	}
	return result{rate: messages / took.Seconds(), cost: (end.cpu - begin.cpu).Seconds() / messages * 1e6}, nil
}

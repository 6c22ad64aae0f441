package commands

import (
	"sync/atomic"
	"time"

	"pulsh/session"
)

// Graph is one graph of the screen: up to SeriesMax figures over a window.
type Graph struct {
	Metrics []session.Metric // all of one unit
	Target  bool             // draw the target of the first group as a faint line
	Window  time.Duration
	Log     bool
}

// SeriesMax is how many series of one graph can be told apart without colour.
const SeriesMax = 6

// The shortest, usual and longest stretch of time that a graph shows.
const (
	WindowMin     = 10 * time.Second
	WindowDefault = time.Minute
	WindowMax     = 24 * time.Hour
)

// View is what the graphs show. The commands publish a new slice, the frames
// read the latest; nobody changes one that has been published.
type View struct{ graphs atomic.Pointer[[]Graph] }

// Show publishes what the graphs show from now on; none means no graph.
func (v *View) Show(graphs ...Graph) { v.graphs.Store(&graphs) }

// Graphs is what is shown.
func (v *View) Graphs() []Graph {
	if shown := v.graphs.Load(); shown != nil {
		return *shown
	}
	return nil
}

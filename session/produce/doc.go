// Package produce holds producer groups: workers that take due messages from
// one schedule and hand them to Pulsar producers. A setting that a producer
// takes only at creation is changed by a new set of producers behind the scenes.
package produce

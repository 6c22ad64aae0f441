// Package produce holds producer groups: workers that take due messages from
// one schedule and give them to Pulsar producers.
//
// Some settings a producer takes only when it is created. A change of these
// opens new producers beside the old ones and swaps the two sets, so that the
// workers never stop. The states of a set are described in set.go.
package produce

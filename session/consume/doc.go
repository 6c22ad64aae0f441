// Package consume holds consumer groups: workers that receive, record and
// acknowledge messages through the consumers of one subscription.
//
// group.go has the states of a group and the order of its locks. worker.go has
// the hot path.
package consume

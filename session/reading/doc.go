// Package reading reads messages for people to look at, without a group and without
// acknowledging anything: those that a subscription has before it, and those that
// come to a topic.
package reading

// Package spec holds the settings of groups and of a session: what a producer
// or consumer group is made from, how each setting is typed and shown, and the
// preferences of the session.
//
// The package is pure but for Topics.Expand, which asks an admin API that the
// caller gives.
package spec

// Package spec holds the settings that a group is made from: their names,
// defaults, ranges and checks. Each value reads and writes itself, so a line, a
// script, a profile and a status row share one spelling.
//
// The package is pure: it starts nothing and connects to nothing.
package spec

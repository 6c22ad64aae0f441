package broker

import "strings"

// EmbeddedVersion is how pulsh's own broker calls itself, wherever a Pulsar says its
// release.
const EmbeddedVersion = "4.0.8-pulsh-embedded"

// IsEmbedded reports whether a version is that of pulsh's own broker: its figures
// say nothing about a Pulsar.
func IsEmbedded(version string) bool { return strings.HasSuffix(version, "-pulsh-embedded") }

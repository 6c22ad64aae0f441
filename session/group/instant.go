package group

import (
	"time"

	"pulsh/session/snapshot"
)

// Instant is the moment of a sample.
type Instant struct {
	Time    time.Time
	Cluster snapshot.ClusterState
}

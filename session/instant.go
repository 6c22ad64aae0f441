package session

import (
	"time"

	"pulsh/session/snapshot"
)

// instant is the moment of a sample.
type instant struct {
	time    time.Time
	cluster snapshot.ClusterState
}

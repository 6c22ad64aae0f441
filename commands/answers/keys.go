package answers

import (
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// HashesOf returns a worker's share of the hash values of keys.
func HashesOf(s snapshot.KeyShare) string {
	switch {
	case s.Hashes == 0:
		return graphs.NoValue
	case s.Sticky:
		return s.Range.String()
	}
	return graphs.Whole(float64(s.Hashes)) + " " + graphs.Percent(Share(s.Hashes, broker.HashSlots), 0)
}

// Evenness compares the busiest worker with an equal share.
func Evenness(shares []snapshot.KeyShare, total int64) string {
	busiest := shares[0]
	for _, s := range shares {
		if s.Received > busiest.Received {
			busiest = s
		}
	}
	if total == 0 {
		return "nothing received yet"
	}
	equal := float64(total) / float64(len(shares))
	return "the busiest, worker " + graphs.Whole(float64(busiest.Worker)) + ", gets " + graphs.Three(float64(busiest.Received)/equal) + "× its fair share"
}

package report

import (
	"sync"

	"pulsh/commands/host"
	"pulsh/session/scrape"
)

// background is the stream and the metrics server of a session, which run in the
// background.
type background struct {
	mu     sync.Mutex // held for moments
	stream *stream
	server *scrape.Server
}

// backgroundOf returns the background of a session.
func backgroundOf(c *host.Host) *background { return host.Attached[background](c) }

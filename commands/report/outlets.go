package report

import (
	"sync"

	"pulsh/commands/host"
	"pulsh/session/scrape"
)

// outlets are what goes on beside the lines that are typed.
type outlets struct {
	mu     sync.Mutex // held for moments
	stream *stream
	server *scrape.Server
}

// outletsOf are those of a session.
func outletsOf(c *host.Host) *outlets { return host.Attached[outlets](c) }

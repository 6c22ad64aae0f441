// Package scrape serves a session's metrics to Prometheus over HTTP.
package scrape

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pulsh/session/export"
)

// Path is the path of the metrics.
const Path = "/metrics"

// The limits of the server. A scrape has a few dozen KiB and takes a few
// milliseconds, so that a slower client is not a scraper.
const (
	headerTime  = 5 * time.Second
	answerTime  = 10 * time.Second
	idleTime    = 2 * time.Minute // longer than the usual interval of scrapes
	headerBytes = 16 << 10
	atOnce      = 4 // scrapes at a time, so that they cannot load the machine that is measured
)

// Server serves metrics until Close.
type Server struct {
	http    http.Server
	address net.Addr
	running sync.WaitGroup
}

// NewRegistry returns a registry with the metrics of source, of the Go runtime and
// of this process.
func NewRegistry(source func() *export.Report) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{source}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Serve serves metrics on the listener and takes ownership of it. It calls source
// for the current state at every scrape, from several goroutines at a time.
func Serve(l net.Listener, source func() *export.Report) *Server {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(NewRegistry(source), promhttp.HandlerOpts{MaxRequestsInFlight: atOnce}))
	mux.Handle("GET /{$}", http.RedirectHandler(Path, http.StatusFound))
	s := &Server{address: l.Addr(), http: http.Server{Handler: mux, ReadHeaderTimeout: headerTime, WriteTimeout: answerTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes}}
	s.running.Go(func() { _ = s.http.Serve(l) }) // Close stops it and waits; its only error is that it is closed
	return s
}

// URL returns the URL of the metrics.
func (s *Server) URL() string { return "http://" + s.address.String() + Path }

// Close stops the server. It waits for current answers until ctx ends.
func (s *Server) Close(ctx context.Context) {
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close() // ends the answers that took too long
	}
	s.running.Wait()
}

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

// Path is where the metrics are.
const Path = "/metrics"

// The limits of the server. A scrape is a few dozen KiB and takes a few
// milliseconds, so whoever needs longer is not a scraper.
const (
	headerTime  = 5 * time.Second
	answerTime  = 10 * time.Second
	idleTime    = 2 * time.Minute // longer than scrapers leave between two scrapes
	headerBytes = 16 << 10
	atOnce      = 4 // scrapes, so that nobody can load the machine that is measured
)

// Server answers scrapes until Close.
type Server struct {
	http    http.Server
	address net.Addr
	running sync.WaitGroup
}

// NewRegistry has what source tells, the Go runtime and this process.
func NewRegistry(source func() *export.Report) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{source}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Serve answers on the listener, which it owns from now on. source is asked for
// the present state with every scrape, by several goroutines at a time.
func Serve(l net.Listener, source func() *export.Report) *Server {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(NewRegistry(source), promhttp.HandlerOpts{MaxRequestsInFlight: atOnce}))
	mux.Handle("GET /{$}", http.RedirectHandler(Path, http.StatusFound))
	s := &Server{address: l.Addr(), http: http.Server{Handler: mux, ReadHeaderTimeout: headerTime, WriteTimeout: answerTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes}}
	s.running.Go(func() { _ = s.http.Serve(l) }) // Close ends it and waits; it says no more than that it is closed
	return s
}

// URL is where a scraper finds the metrics.
func (s *Server) URL() string { return "http://" + s.address.String() + Path }

// Close ends the server, within ctx after the answers that are under way.
func (s *Server) Close(ctx context.Context) {
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close() // cuts what did not end in time
	}
	s.running.Wait()
}

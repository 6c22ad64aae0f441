// Package admin is a client of Pulsar's admin API with the calls that a load
// shell needs. Each call has a deadline, and each error is a sentence for the
// user.
//
// The requests and the fields are those of Pulsar's REST API, version 2
// (/admin/v2), as Pulsar 4.0 serves it. Topics are named as broker.ParseTopic
// reads them. A call about a partitioned topic is about all its partitions, and
// about one of them if its name ends in -partition-N.
package admin

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"pulsh/session/broker"
)

const (
	// callTimeout bounds a call without an earlier deadline. A seek on a topic
	// of a few partitions takes a third of a second on a small server; users
	// wait some ten seconds before they suspect a failure.
	callTimeout = 10 * time.Second
	// dialTimeout bounds the connection alone, which tells a host that drops
	// packets from a slow one.
	dialTimeout = 3 * time.Second
	// redirectsMax bounds the redirects of a call. Pulsar redirects to the broker
	// that owns the topic, once, or twice while the topic moves.
	redirectsMax = 5
	// idleMax is the number of idle connections that are kept, enough for the
	// parallel requests of Topics.
	idleMax = topicsAtOnce
	// idleTimeout closes idle connections before a usual proxy does (60 s).
	idleTimeout = 45 * time.Second
)

// The ports of Pulsar's admin API in a URL without a port.
const (
	DefaultPort    = "8080"
	DefaultTLSPort = "8443"
)

// Options are the settings of an Admin. The zero value is for an admin API without
// authentication.
type Options struct {
	// Token returns the bearer token. It is called before each call, so that
	// its source may change; Admin does not keep the token. No function, or an
	// empty token, means none.
	Token func() (string, error)
	// Basic says that Token returns user:password in base64, for basic
	// authentication.
	Basic bool
	// TLS configures https; nil trusts the system's authorities.
	TLS *tls.Config
	// Timeout bounds each call without an earlier deadline; 0 means 10 s.
	Timeout time.Duration
	Dial    broker.Dial // opens sockets; nil means those of the system
}

// Admin is a client of the admin API of one cluster. It is safe for concurrent
// use.
type Admin struct {
	*api

	mu    sync.Mutex // guards known
	known map[broker.TopicName]*knowledge
}

// api makes the calls: it sends requests, decides where the token goes, and turns
// refusals into sentences. It is safe for concurrent use.
type api struct {
	base    *url.URL
	token   func() (string, error)
	basic   bool
	timeout time.Duration
	client  *http.Client
	now     func() time.Time

	mu      sync.Mutex      // guards brokers
	brokers map[string]bool // host:port that the cluster has named
}

var _ broker.Admin = (*Admin)(nil)

// New returns a client of the admin API at address, which is http://host:port or
// https://host:port, with the path of a proxy behind it if there is one. It makes
// no request.
func New(address string, o Options) (*Admin, error) {
	base, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = callTimeout
	}
	if o.Token == nil {
		o.Token = func() (string, error) { return "", nil }
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	return &Admin{known: map[broker.TopicName]*knowledge{}, api: &api{
		base:    base,
		token:   o.Token,
		basic:   o.Basic,
		timeout: o.Timeout,
		now:     time.Now,
		brokers: map[string]bool{},
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         o.Dial,
				TLSClientConfig:     o.TLS,
				TLSHandshakeTimeout: dialTimeout,
				MaxIdleConnsPerHost: idleMax,
				IdleConnTimeout:     idleTimeout,
			},
			// send follows redirects itself, to decide where the token goes.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}}, nil
}

// URL returns the address of the admin API.
func (a *api) URL() string { return a.base.String() }

// Close closes the idle connections.
func (a *api) Close() { a.client.CloseIdleConnections() }

// parseAddress parses the URL of an admin API and adds its default port.
func parseAddress(address string) (*url.URL, error) {
	refuse := func(format string, args ...any) error {
		return &broker.Error{Category: broker.Other, Message: fmt.Sprintf(format, args...)}
	}
	scheme, rest, found := strings.Cut(address, "://")
	switch {
	case !found:
		return nil, refuse("%q is not an admin URL (http://host:8080 or https://host:8443)", address)
	case scheme == "pulsar" || scheme == "pulsar+ssl":
		return nil, refuse("%q is the URL for messages; the admin URL begins with http:// or https://", address)
	case scheme != "http" && scheme != "https":
		return nil, refuse("%q is not an admin URL: it begins with %q, not with http:// or https://", address, scheme+"://")
	case strings.Contains(rest, "@"):
		return nil, refuse("an admin URL holds no user or password; a token comes from a file or a variable")
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, refuse("%q is not an admin URL (http://host:8080 or https://host:8443)", address)
	}
	if u.Port() == "" {
		port := DefaultPort
		if scheme == "https" {
			port = DefaultTLSPort
		}
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

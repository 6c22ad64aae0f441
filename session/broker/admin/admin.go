// Package admin speaks to Pulsar's admin API over HTTP: the few calls that a
// load shell needs, each under a deadline, each refusal a sentence.
//
// The requests and the fields are those of Pulsar's REST API, version 2
// (/admin/v2), as Pulsar 4.0 serves it. Topics are named as broker.ParseTopic
// reads them; a partitioned topic is handled as one unless a partition is named.
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
	// callTimeout bounds a call that names no shorter deadline: a seek on a
	// topic with some partitions takes a third of a second on a small server,
	// and a user waits this long before asking what is wrong.
	callTimeout = 10 * time.Second
	// dialTimeout bounds the connection alone, so that a host that swallows
	// packets is told from a slow answer.
	dialTimeout = 3 * time.Second
	// responseMax bounds a response in bytes: the statistics of
	// broker.MaxPartitions partitions take some 20 MB.
	responseMax = 64 << 20
	// redirectsMax bounds how often a call is sent on: Pulsar sends a request
	// to the broker that owns the topic, once, or twice while it moves.
	redirectsMax = 5
	// idleMax is how many connections are kept: one for the session's polling
	// and some for the parallel look-ups of Topics.
	idleMax = topicsAtOnce
	// idleTimeout closes kept connections before a usual proxy does (60 s).
	idleTimeout = 45 * time.Second
)

// The ports of Pulsar's admin API, when a URL names none.
const (
	DefaultPort    = "8080"
	DefaultTLSPort = "8443"
)

// Options say how to reach an admin API. The zero value is right for one
// without authentication.
type Options struct {
	// Token returns the bearer token. It is asked before each call, so that a
	// file or variable may change; nothing keeps the token. An empty token, or
	// no function, means none.
	Token func() (string, error)
	// TLS configures https; nil means the system's roots.
	TLS *tls.Config
	// Timeout bounds each call that has no earlier deadline; 0 means 10 s.
	Timeout time.Duration
}

// Admin is the admin API of one cluster. Its methods may be called at the same
// time by any number of goroutines.
type Admin struct {
	base    *url.URL
	token   func() (string, error)
	timeout time.Duration
	client  *http.Client
	now     func() time.Time

	mu    sync.Mutex
	known map[broker.TopicName]*knowledge
}

var _ broker.Admin = (*Admin)(nil)

// New prepares calls to the admin API at address, as http://host:port or
// https://host:port. It makes no request.
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
	return &Admin{
		base:    base,
		token:   o.Token,
		timeout: o.Timeout,
		now:     time.Now,
		known:   map[broker.TopicName]*knowledge{},
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
				TLSClientConfig:     o.TLS,
				TLSHandshakeTimeout: dialTimeout,
				MaxIdleConnsPerHost: idleMax,
				IdleConnTimeout:     idleTimeout,
			},
			// Redirects are followed in send, which decides what travels on.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// URL is the address the calls go to, as it would be typed.
func (a *Admin) URL() string { return a.base.String() }

// Close closes the connections that are kept for later calls.
func (a *Admin) Close() { a.client.CloseIdleConnections() }

// parseAddress reads the URL of an admin API and adds its default port.
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

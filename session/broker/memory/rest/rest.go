// Package rest serves the admin API of a memory.Broker: the calls of Pulsar's
// /admin/v2 that pulsh and pulsar-admin use most, with the same JSON.
//
// A call that is not served is answered with 501 and a sentence.
package rest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker/memory"
)

// bodyMax bounds the body of a request in bytes.
const bodyMax = 1 << 20

// Server serves the admin API on one address.
type Server struct {
	broker   *memory.Broker
	options  Options
	listener net.Listener
	http     *http.Server
	done     chan struct{}
}

// Options say how the admin API is served.
type Options struct {
	ServiceURL string // of the messages, for look-ups
	Token      string // that clients must present, or ""
}

// New serves on a listener until Close.
func New(b *memory.Broker, listener net.Listener, o Options) *Server {
	s := &Server{broker: b, options: o, listener: listener, done: make(chan struct{})}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	go func() { // ended by Close
		defer close(s.done)
		_ = s.http.Serve(listener) // its error is that it was closed
	}()
	return s
}

// URL returns the URL of the admin API.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends the server.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	<-s.done
}

// failure is an answer that is no success.
type failure struct {
	status int
	reason string
}

func (f *failure) Error() string { return f.reason }

func fail(status int, format string, args ...any) error {
	return &failure{status, fmt.Sprintf(format, args...)}
}

// request is a call whose path is taken apart.
type request struct {
	*http.Request
	broker *memory.Broker
	server *Server
	header http.Header // of the answer
	name   memory.Name // of the topic, if the path has one
	ns     string
	sub    string
	args   []string // what stands behind the names of a route
	body   []byte
}

// flag is a boolean of the query.
func (r *request) flag(name string) bool { return r.URL.Query().Get(name) == "true" }

// ServeHTTP answers a call.
func (s *Server) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	answer, err := s.answer(w.Header(), hr)
	var f *failure
	var refusal *memory.Refusal
	switch {
	case errors.As(err, &f):
	case errors.As(err, &refusal):
		f = &failure{http.StatusPreconditionFailed, refusal.Message}
	case err != nil:
		f = &failure{http.StatusInternalServerError, err.Error()}
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if f != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"reason": f.reason}) // whoever has gone hears nothing
		return
	}
	status := http.StatusOK
	if later, ok := answer.(accepted); ok {
		status, answer = http.StatusAccepted, later.answer
	}
	if text, ok := answer.(plain); ok {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, string(text)) // likewise
		return
	}
	if raw, ok := answer.([]byte); ok {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(raw) // likewise
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // likewise
}

// plain is an answer that is no JSON.
type plain string

// accepted is an answer with the status 202.
type accepted struct{ answer any }

// answer finds the route of a call and carries it out.
func (s *Server) answer(header http.Header, hr *http.Request) (any, error) {
	if want := s.options.Token; want != "" {
		got := strings.TrimPrefix(hr.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
			return nil, fail(http.StatusUnauthorized, "HTTP 401 Unauthorized")
		}
	}
	body, err := io.ReadAll(io.LimitReader(hr.Body, bodyMax+1))
	if err != nil || len(body) > bodyMax {
		return nil, fail(http.StatusRequestEntityTooLarge, "The body of the request is longer than %d bytes", bodyMax)
	}
	r := &request{Request: hr, broker: s.broker, server: s, header: header, body: body}
	parts := strings.Split(strings.Trim(hr.URL.EscapedPath(), "/"), "/")
	known := false
	served := routes
	if len(parts) > 1 && parts[1] == "v3" {
		served = txnRoutes
	}
	for i := range served {
		route := &served[i]
		if !r.matches(route.path, parts) {
			continue
		}
		known = true
		if route.method == hr.Method {
			return route.run(r)
		}
	}
	if known {
		return nil, fail(http.StatusMethodNotAllowed, "HTTP 405 Method Not Allowed")
	}
	return nil, fail(http.StatusNotImplemented, "the embedded broker does not serve %s %.200s", hr.Method, hr.URL.Path)
}

// matches compares a path with the pattern of a route and keeps its names. {t} is a
// topic of four parts, {p} one of three that is persistent, {n} a namespace of two, {s} a
// subscription, {*} any word.
func (r *request) matches(pattern string, parts []string) bool {
	r.args = r.args[:0]
	for word := range strings.SplitSeq(pattern, "/") {
		if len(parts) == 0 {
			return false
		}
		take := 1
		switch word {
		case "{t}":
			if take = 4; len(parts) < take || !r.topic(parts[:take]) {
				return false
			}
		case "{p}":
			if take = 3; len(parts) < take || !r.topic(append([]string{"persistent"}, parts[:take]...)) {
				return false
			}
		case "{n}":
			if take = 2; len(parts) < take {
				return false
			}
			r.ns = unescape(parts[0]) + "/" + unescape(parts[1])
		case "{s}":
			r.sub = unescape(unescape(parts[0])) // as Pulsar does
		case "{*}":
			r.args = append(r.args, unescape(parts[0]))
		default:
			if parts[0] != word {
				return false
			}
		}
		parts = parts[take:]
	}
	return len(parts) == 0
}

// topic takes the name of a topic off a path.
func (r *request) topic(parts []string) bool {
	if parts[0] != "persistent" && parts[0] != "non-persistent" {
		return false
	}
	name, err := memory.ParseName(parts[0] + "://" + unescape(parts[1]) + "/" + unescape(parts[2]) + "/" + unescape(parts[3]))
	r.name = name
	return err == nil
}

// unescape decodes a name as Java's URLDecoder does, with + as a blank.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// number is an argument that is a number.
func (r *request) number(i int) (int64, error) {
	n, err := strconv.ParseInt(r.args[i], 10, 64)
	if err != nil {
		return 0, fail(http.StatusBadRequest, "%q is not a number", r.args[i])
	}
	return n, nil
}

// parts returns the topic, or its partitions if it is partitioned.
func (r *request) parts() ([]*memory.Topic, error) {
	parts, ok := r.broker.Parts(r.name.Full)
	if !ok {
		return nil, fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
	}
	return parts, nil
}

// one returns the topic, which is not partitioned.
func (r *request) one() (*memory.Topic, error) {
	if t := r.broker.Topic(r.name.Full); t != nil {
		return t, nil
	}
	if r.name.Partition >= 0 {
		if n, _ := r.broker.Partitions(r.name.Base, false); n > 0 {
			return nil, fail(http.StatusNotFound, "Topic partitions were not yet created")
		}
		return nil, fail(http.StatusNotFound, "Partitioned Topic not found: %s has zero partitions", r.name.Full)
	}
	return nil, fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
}

// each does something with the subscription on the topic or on all its partitions.
func (r *request) each(do func(*memory.Subscription) error) (any, error) {
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	found := false
	for _, t := range parts {
		if s := t.Subscription(r.sub); s != nil {
			found = true
			if err := do(s); err != nil {
				return nil, err
			}
		}
	}
	if !found {
		return nil, fail(http.StatusNotFound, "Subscription %s not found for topic %s", r.sub, r.name.Full)
	}
	return nil, nil
}

// read decodes the body.
func (r *request) read(into any) error {
	if err := json.Unmarshal(r.body, into); err != nil {
		return fail(http.StatusBadRequest, "The body of the request cannot be read: %s", err)
	}
	return nil
}

// refused turns an error of the model into an answer.
func (r *request) refused(err error) error {
	switch {
	case errors.Is(err, memory.ErrExists):
		return fail(http.StatusConflict, "This topic already exists")
	case errors.Is(err, memory.ErrMissing):
		return fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
	case errors.Is(err, memory.ErrBusy):
		return fail(http.StatusPreconditionFailed, "Topic has active producers/subscriptions")
	case errors.Is(err, memory.ErrInvalid):
		return fail(http.StatusPreconditionFailed, "Topic name is not valid")
	case errors.Is(err, memory.ErrNamespace):
		return fail(http.StatusNotFound, "Namespace not found")
	case errors.Is(err, memory.ErrTopics):
		return fail(http.StatusPreconditionFailed, "Exceed maximum number of topics in namespace.")
	}
	return err
}

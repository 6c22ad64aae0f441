// Package probe finds out within seconds whether a Pulsar broker answers at an
// address. It connects, sends CONNECT and reads one frame. The Pulsar client
// would retry for half a minute before it reported a failure.
package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
	"unicode"

	"pulsh/session/broker"
)

const (
	// hostTimeout bounds one host, from the connection to the answer. A broker
	// answers in milliseconds; three seconds cover any network and a pause of
	// the broker's garbage collection.
	hostTimeout = 3 * time.Second
	// textMax bounds a quotation of the broker, in characters.
	textMax = 120
	// clientVersion is the client's name in CONNECT; brokers log it.
	clientVersion = "pulsh"
)

// Answer describes the broker that answered.
type Answer struct {
	Host            string        // host:port that answered
	Version         string        // of the server, as 4.0.8; "" if AuthRequired
	ProtocolVersion int           // of the server; 0 if AuthRequired
	MessageSizeMax  int           // bytes; 0 if the broker does not tell
	AuthRequired    bool          // the broker accepts no client without authentication
	Took            time.Duration // from connecting to the answer
}

// Dial asks the hosts of a Pulsar URL in turn and returns the first answer. A
// broker that requires authentication has answered too. The error is a
// *broker.Error with a *Failure as its Cause, of the first host that failed.
func Dial(ctx context.Context, url string) (Answer, error) { return Dialer{}.Dial(ctx, url) }

// Dialer has the settings of a probe. The zero value is that of Dial.
type Dialer struct {
	TLS *tls.Config // for pulsar+ssl://; nil means the system's roots
	// Token returns the token to present and is called once per host. Nil
	// presents none; a broker that requires one still answers.
	Token func() (string, error)
	// Method is the way of authentication, in which Token returns the secret:
	// broker.ByToken, which "" means too, ByPassword or ByCertificate.
	Method string
	// Patience bounds one host instead of hostTimeout, if it is longer.
	Patience time.Duration
	// Open opens sockets; nil means those of the system.
	Open broker.Dial
}

// limit returns how long a host may take.
func (d Dialer) limit() time.Duration { return max(d.Patience, hostTimeout) }

// Dial is like the function Dial, with the settings of d.
func (d Dialer) Dial(ctx context.Context, url string) (Answer, error) {
	u, err := ParseURL(url)
	if err != nil {
		return Answer{}, err
	}
	var first *broker.Error
	for _, host := range u.Hosts {
		limit := d.limitOf(ctx)
		answer, err := d.ask(ctx, u, host)
		if err == nil {
			return answer, nil
		}
		if first == nil {
			first = sentence(ctx, u, host, limit, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(u.Hosts) > 1 {
		first.Message = fmt.Sprintf("none of %d hosts can be used; %s", len(u.Hosts), first.Message)
	}
	return Answer{}, first
}

// limitOf returns how long a host may take, or what ctx leaves of it, rounded for a
// sentence.
func (d Dialer) limitOf(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return d.limit()
	}
	left := min(time.Until(end), d.limit())
	if left > time.Second {
		return left.Round(time.Second)
	}
	return left.Round(10 * time.Millisecond)
}

// ask probes one host.
func (d Dialer) ask(ctx context.Context, u URL, host string) (Answer, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, d.limit())
	defer cancel()
	token := ""
	if d.Token != nil {
		var err error
		if token, err = d.Token(); err != nil {
			return Answer{}, &tokenFailure{err}
		}
	}
	open := d.Open
	if open == nil {
		open = (&net.Dialer{}).DialContext
	}
	conn, err := open(ctx, "tcp", host)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	// Reads and writes do not know the context: a deadline in the past ends them.
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if u.TLS {
		if conn, err = d.secure(ctx, conn, host); err != nil {
			return Answer{}, err
		}
	}
	if _, err := conn.Write(connectFrame(clientVersion, d.method(token), token)); err != nil {
		return Answer{}, err
	}
	g, err := readGreeting(conn)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Host: host, Took: time.Since(start)}
	said := oneLine(g.errorText)
	if token != "" {
		said = strings.ReplaceAll(said, token, "…")
	}
	entry := g.command == commandError && (g.errorCode == authenticationError || g.errorCode == authorizationError)
	switch {
	case entry && d.method(token) != "":
		return Answer{}, &refusal{code: g.errorCode, text: said, method: d.method(token)}
	case entry, g.command == commandChallenge:
		answer.AuthRequired = true
	case g.command == commandError:
		return Answer{}, &refusal{code: g.errorCode, text: said}
	default:
		answer.Version, answer.ProtocolVersion = releaseOf(g.serverVersion), int(g.protocolVersion)
		answer.MessageSizeMax = int(g.maxMessageSize)
	}
	return answer, nil
}

// method returns the way of authentication, "" if there is nothing to present.
func (d Dialer) method(secret string) string {
	switch {
	case secret == "" && d.Method != broker.ByCertificate:
		return ""
	case d.Method == "":
		return broker.ByToken
	}
	return d.Method
}

// secure makes the TLS handshake.
func (d Dialer) secure(ctx context.Context, conn net.Conn, host string) (net.Conn, error) {
	config := &tls.Config{}
	if d.TLS != nil {
		config = d.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(host)
	}
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return client, &handshake{err}
	}
	return client, nil
}

// handshake is the failure of a TLS handshake.
type handshake struct{ error }

// Unwrap returns the cause.
func (h *handshake) Unwrap() error { return h.error }

// tokenFailure is the error of a token that cannot be read.
type tokenFailure struct{ error }

// Unwrap returns the cause.
func (t *tokenFailure) Unwrap() error { return t.error }

// refusal is the broker's answer ERROR.
type refusal struct {
	code   uint64
	text   string
	method string // of authentication, "" for none
}

func (r *refusal) Error() string { return r.text }

// presented names the credentials that were refused.
func (r *refusal) presented() string {
	switch r.method {
	case broker.ByPassword:
		return "user and password"
	case broker.ByCertificate:
		return "client certificate"
	}
	return "token"
}

// releaseOf returns the release in a server's version, which is
// "Pulsar Server4.0.8" or the release alone.
func releaseOf(s string) string {
	s = oneLine(s)
	if at := strings.IndexFunc(s, unicode.IsDigit); at >= 0 && strings.HasPrefix(s, "Pulsar") {
		return s[at:]
	}
	return s
}

// oneLine returns the first line of a foreign text, fit to be printed.
func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(s, "�")), "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s)
	if runes := []rune(s); len(runes) > textMax {
		return string(runes[:textMax-1]) + "…"
	}
	return s
}

// sentence returns the error for a host that cannot be used. It was given limit
// to answer.
func sentence(ctx context.Context, u URL, host string, limit time.Duration, err error) *broker.Error {
	at := u.scheme() + host
	fault, message := faultOf(host, at, limit, err)
	category := broker.Disconnected
	switch fault {
	case NotPulsar, HTTP:
		category = broker.Other
	case Silent:
		category = broker.Timeout
	case TokenRefused, NoToken:
		category = broker.NotAuthorised
	}
	var said *refusal
	if fault == Unclear && errors.As(err, &said) {
		category = broker.Other
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		fault, category, message = Unclear, broker.Other, fmt.Sprintf("stopped while asking %s", at)
	}
	e := &broker.Error{Category: category, Message: message, Cause: &Failure{fault, host, err}}
	if fault == Refused {
		e.Try = "local start"
	}
	return e
}

// Explain returns what Dial would say of a connection that an engine could not
// open, or nil if that is no more than that nothing answers. url has one host;
// first is what the host has sent before err, as far as it is known.
func Explain(url string, first []byte, err error) *broker.Error {
	u, bad := ParseURL(url)
	if bad != nil || len(u.Hosts) != 1 {
		return nil
	}
	if _, strange := readGreeting(bytes.NewReader(first)); errors.Is(strange, errHTTP) || errors.Is(strange, errTLS) || errors.Is(strange, errNotPulsar) {
		err = strange
	}
	e := sentence(context.Background(), u, u.Hosts[0], hostTimeout, err)
	switch FailureOf(e).Fault {
	case NotPulsar, HTTP, WantsTLS, WithoutTLS, Untrusted, OtherHost, OutOfDate, TLSRefused:
		return e
	}
	return nil
}

// faultOf returns the fault in an error, and its sentence.
func faultOf(host, at string, limit time.Duration, err error) (Fault, string) {
	var token *tokenFailure
	var said *refusal
	var unknown *net.DNSError
	var network net.Error
	var shaking *handshake
	closed := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	if fault, message := tlsFault(at, err); fault != Unclear {
		return fault, message
	}
	switch {
	case errors.As(err, &token):
		return NoToken, token.Error()
	case errors.As(err, &said):
		return said.fault(at)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused, fmt.Sprintf("no Pulsar answers at %s (connection refused)", at)
	case errors.As(err, &unknown) && !unknown.IsTimeout:
		name, _, _ := net.SplitHostPort(host)
		return UnknownHost, fmt.Sprintf("no host %q is known, of %s", name, at)
	case errors.As(err, &shaking) && closed:
		return WithoutTLS, withoutTLS(at)
	case errors.Is(err, errTLS):
		return WantsTLS, fmt.Sprintf("%s speaks TLS; its URL begins with %s", at, tlsScheme)
	case errors.Is(err, errHTTP):
		return HTTP, fmt.Sprintf("%s answers in HTTP: it is a port for admin requests, not for messages", at)
	case errors.Is(err, errNotPulsar):
		return NotPulsar, fmt.Sprintf("%s answers, but not as a Pulsar", at)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Silent, fmt.Sprintf("%s is silent: no answer within %s", at, limit)
	case closed:
		return Closed, fmt.Sprintf("%s takes the connection and closes it without an answer", at)
	}
	return Unclear, fmt.Sprintf("%s cannot be reached", at)
}

// fault returns the fault that the broker reports, and its sentence.
func (r *refusal) fault(at string) (Fault, string) {
	switch r.code {
	case authenticationError, authorizationError:
		return TokenRefused, fmt.Sprintf("the Pulsar at %s does not accept the %s: %s", at, r.presented(), r.text)
	case serviceNotReady:
		return NotReady, fmt.Sprintf("the Pulsar at %s is not ready: %s", at, r.text)
	}
	return Unclear, fmt.Sprintf("the Pulsar at %s refuses: %s", at, r.text)
}

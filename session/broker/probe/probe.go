// Package probe asks whether a Pulsar answers at an address, within seconds
// and without the client: it connects, says CONNECT, and reads one frame. The
// client would try again and again for half a minute before it gave up.
package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	// answers in milliseconds; three seconds cross any network and a pause of
	// the broker's garbage collection.
	hostTimeout = 3 * time.Second
	// textMax bounds what is quoted of a broker's words, in characters.
	textMax = 120
	// clientVersion is how the probe calls itself; brokers log it.
	clientVersion = "pulsh"
)

// Answer is what a broker says of itself.
type Answer struct {
	Host            string        // host:port that answered
	Version         string        // of the server, as 4.0.8; "" if it wants authentication first
	ProtocolVersion int           // that it speaks; 0 if it wants authentication first
	MessageSizeMax  int           // bytes; 0 if it does not say
	AuthRequired    bool          // it is a Pulsar, and lets nobody in without authentication
	Took            time.Duration // from connecting to the answer
}

// Dial asks the hosts of a Pulsar URL in turn and returns the first answer.
// A broker that wants authentication has answered. All else is a
// *broker.Error: of the only host, or of the first of several.
func Dial(ctx context.Context, url string) (Answer, error) { return Dialer{}.Dial(ctx, url) }

// Dialer says how to ask; the zero value is what Dial uses.
type Dialer struct {
	TLS *tls.Config // for pulsar+ssl://; nil means the system's roots
	// Token returns the token to present, each time that a host is asked; nil
	// presents none, and a broker that wants one has answered all the same.
	Token func() (string, error)
}

// Dial is the function Dial with these settings.
func (d Dialer) Dial(ctx context.Context, url string) (Answer, error) {
	u, err := ParseURL(url)
	if err != nil {
		return Answer{}, err
	}
	var first *broker.Error
	for _, host := range u.Hosts {
		answer, err := d.ask(ctx, u, host)
		if err == nil {
			return answer, nil
		}
		if first == nil {
			first = sentence(ctx, u, host, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(u.Hosts) > 1 {
		first.Message = fmt.Sprintf("none of %d hosts lets us in; %s", len(u.Hosts), first.Message)
	}
	return Answer{}, first
}

// ask speaks to one host.
func (d Dialer) ask(ctx context.Context, u URL, host string) (Answer, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, hostTimeout)
	defer cancel()
	token := ""
	if d.Token != nil {
		var err error
		if token, err = d.Token(); err != nil {
			return Answer{}, &unsaid{err}
		}
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	// The end of the context ends what waits for the connection.
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if u.TLS {
		if conn, err = d.secure(ctx, conn, host); err != nil {
			return Answer{}, err
		}
	}
	if _, err := conn.Write(connectFrame(clientVersion, token)); err != nil {
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
	case entry && token != "":
		return Answer{}, &refusal{code: g.errorCode, text: said}
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

// secure begins TLS on a connection.
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

// handshake is a fault of the beginning of TLS.
type handshake struct{ error }

// Unwrap is what went wrong.
func (h *handshake) Unwrap() error { return h.error }

// unsaid is a token that cannot be presented.
type unsaid struct{ error }

// Unwrap says why.
func (u *unsaid) Unwrap() error { return u.error }

// refusal is an ERROR of the broker.
type refusal struct {
	code uint64
	text string
}

func (r *refusal) Error() string { return r.text }

// releaseOf takes the release out of what a server calls itself: brokers say
// "Pulsar Server4.0.8" or the release alone.
func releaseOf(s string) string {
	s = oneLine(s)
	if at := strings.IndexFunc(s, unicode.IsDigit); at >= 0 && strings.HasPrefix(s, "Pulsar") {
		return s[at:]
	}
	return s
}

// oneLine makes a foreign text fit to be quoted.
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

// sentence says why a host is of no use.
func sentence(ctx context.Context, u URL, host string, err error) *broker.Error {
	at := u.scheme() + host
	fault, message := faultOf(u, host, at, err)
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

// faultOf tells which fault it is, in a word and in a sentence.
func faultOf(u URL, host, at string, err error) (Fault, string) {
	name, _, _ := net.SplitHostPort(host)
	var said *refusal
	var token *unsaid
	var unknown *net.DNSError
	var network net.Error
	var record tls.RecordHeaderError
	var shaking *handshake
	var certificate *tls.CertificateVerificationError
	var hostname x509.HostnameError
	closed := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	switch {
	case errors.As(err, &token):
		return NoToken, token.Error()
	case errors.As(err, &said) && (said.code == authenticationError || said.code == authorizationError):
		return TokenRefused, fmt.Sprintf("the Pulsar at %s does not accept the token: %s", at, said.text)
	case errors.As(err, &said) && said.code == serviceNotReady:
		return NotReady, fmt.Sprintf("the Pulsar at %s is not ready: %s", at, said.text)
	case errors.As(err, &said):
		return Unclear, fmt.Sprintf("the Pulsar at %s refuses: %s", at, said.text)
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused, fmt.Sprintf("no Pulsar answers at %s (connection refused)", at)
	case errors.As(err, &unknown) && !unknown.IsTimeout:
		return UnknownHost, fmt.Sprintf("no host %q is known, of %s", name, at)
	case errors.As(err, &certificate) && errors.As(err, &hostname):
		return OtherHost, fmt.Sprintf("the certificate of %s is not trusted here: it is not made for %q", at, hostname.Host)
	case errors.As(err, &certificate):
		return Untrusted, fmt.Sprintf("the certificate of %s is not trusted here%s", at, certificateFault(certificate))
	case errors.As(err, &record), errors.As(err, &shaking) && closed:
		return WithoutTLS, fmt.Sprintf("%s does not speak TLS; without it the URL begins with %s", at, plainScheme)
	case errors.Is(err, errTLS):
		return WantsTLS, fmt.Sprintf("%s speaks TLS; its URL begins with %s", at, tlsScheme)
	case errors.Is(err, errHTTP):
		return HTTP, fmt.Sprintf("%s answers in HTTP: it is a port for admin requests, not for messages", at)
	case errors.Is(err, errNotPulsar):
		return NotPulsar, fmt.Sprintf("%s answers, but not as a Pulsar", at)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Silent, fmt.Sprintf("%s is silent: nothing answers in time", at)
	case closed:
		return Closed, fmt.Sprintf("%s takes the connection and closes it without an answer", at)
	}
	return Unclear, fmt.Sprintf("%s cannot be reached", at)
}

// certificateFault names the usual fault of a certificate.
func certificateFault(err *tls.CertificateVerificationError) string {
	var authority x509.UnknownAuthorityError
	if errors.As(err, &authority) {
		return ": nobody known has signed it"
	}
	return ""
}

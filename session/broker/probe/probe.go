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
	"pulsh/session/metrics"
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
	if _, err := conn.Write(connectFrame(clientVersion)); err != nil {
		return Answer{}, err
	}
	g, err := readGreeting(conn)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Host: host, Took: time.Since(start)}
	switch {
	case g.command == commandChallenge,
		g.command == commandError && (g.errorCode == authenticationError || g.errorCode == authorizationError):
		answer.AuthRequired = true
	case g.command == commandError:
		return Answer{}, &refusal{code: g.errorCode, text: oneLine(g.errorText)}
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
	return client, client.HandshakeContext(ctx)
}

// refusal is an ERROR that has nothing to do with authentication.
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
	e := &broker.Error{Category: metrics.Disconnected, Cause: err}
	at := u.scheme() + host
	name, _, _ := net.SplitHostPort(host)
	var said *refusal
	var unknown *net.DNSError
	var network net.Error
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Category = metrics.Other
		e.Message = fmt.Sprintf("stopped while asking %s", at)
	case errors.As(err, &said) && said.code == serviceNotReady:
		e.Message = fmt.Sprintf("the Pulsar at %s is not ready: %s", at, said.text)
	case errors.As(err, &said):
		e.Category = metrics.Other
		e.Message = fmt.Sprintf("the Pulsar at %s refuses: %s", at, said.text)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = fmt.Sprintf("no Pulsar answers at %s (connection refused)", at)
		e.Try = "local start"
	case errors.As(err, &unknown) && !unknown.IsTimeout:
		e.Message = fmt.Sprintf("no host %q is known, of %s", name, at)
	case errors.As(err, &certificate):
		e.Message = fmt.Sprintf("the certificate of %s is not trusted here%s", at, certificateFault(certificate))
	case errors.As(err, &record):
		e.Message = fmt.Sprintf("%s does not speak TLS; without it the URL begins with %s", at, plainScheme)
	case errors.Is(err, errTLS):
		e.Message = fmt.Sprintf("%s speaks TLS; its URL begins with %s", at, tlsScheme)
	case errors.Is(err, errNotPulsar):
		e.Category = metrics.Other
		e.Message = fmt.Sprintf("%s answers, but not as a Pulsar", at)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		e.Category = metrics.Timeout
		e.Message = fmt.Sprintf("%s is silent: nothing answers in time", at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		e.Message = fmt.Sprintf("%s takes the connection and closes it without an answer", at)
	default:
		e.Message = fmt.Sprintf("%s cannot be reached", at)
	}
	return e
}

// certificateFault names the two usual faults of a certificate.
func certificateFault(err *tls.CertificateVerificationError) string {
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &authority):
		return ": nobody known has signed it"
	case errors.As(err, &hostname):
		return fmt.Sprintf(": it is not made for %q", hostname.Host)
	}
	return ""
}

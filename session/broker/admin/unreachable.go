package admin

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"pulsh/session/broker"
)

// notPulsar reports a server that answers, but not as Pulsar's admin API does.
func (a *Admin) notPulsar(cause error) error {
	return &broker.Error{Category: broker.Other, Cause: cause,
		Message: fmt.Sprintf("%s answers, but not as Pulsar's admin API", a.base)}
}

// tlsAlert begins the error of net/http for a TLS alert in the place of an
// answer, which is what a TLS server says to a plain request.
const tlsAlert = `malformed HTTP response "\x15\x03`

// refusesPlain reports whether an answer is that of a TLS server of Go or nginx
// to a plain request.
func refusesPlain(answer []byte) bool {
	text := strings.ToLower(string(answer))
	return strings.Contains(text, "http request to an https server") || strings.Contains(text, "plain http request was sent to https port")
}

func (a *Admin) wantsTLS() string {
	return fmt.Sprintf("%s speaks TLS; its URL begins with https://", a.base)
}

// unreachable returns the error for a call that the network has failed.
func (a *Admin) unreachable(ctx context.Context, c call, err error) error {
	e := &broker.Error{Category: broker.Disconnected, Cause: err}
	var unknown *net.DNSError
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Category = broker.Other
		e.Message = fmt.Sprintf("stopped while about to %s", c.doing)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = fmt.Sprintf("no admin API answers at %s (connection refused)", a.base)
		e.Try = "local start"
	case errors.As(err, &unknown):
		e.Message = fmt.Sprintf("no host %q is known, of %s", a.base.Hostname(), a.base)
	case a.certificateFault(err) != "":
		e.Message = a.certificateFault(err)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Message = fmt.Sprintf("%s does not speak TLS; without it the URL begins with http://", a.base)
	case strings.Contains(err.Error(), tlsAlert):
		e.Message = a.wantsTLS()
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &network) && network.Timeout():
		e.Category = broker.Timeout
		e.Message = fmt.Sprintf("%s did not answer in time to %s", a.base, c.doing)
	case strings.Contains(err.Error(), "malformed HTTP"):
		return a.notPulsar(err)
	default:
		e.Message = fmt.Sprintf("the connection to %s broke while about to %s", a.base, c.doing)
	}
	return e
}

// certificateFault returns a sentence about a certificate that is not trusted,
// or "".
func (a *Admin) certificateFault(err error) string {
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return fmt.Sprintf("the certificate of %s is signed by an unknown authority", a.base)
	case errors.As(err, &hostname):
		return fmt.Sprintf("the certificate of %s is not valid for %q", a.base, a.base.Hostname())
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("the certificate of %s is valid only from %s to %s", a.base,
			invalid.Cert.NotBefore.Format(dateFormat), invalid.Cert.NotAfter.Format(dateFormat))
	}
	return ""
}

// dateFormat is how a certificate's dates are shown.
const dateFormat = "2006-01-02 15:04 MST"

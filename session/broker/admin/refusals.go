package admin

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"unicode"

	"pulsh/session/broker"
)

// reasonMax bounds what is quoted of a broker's reason, in characters: the
// first line says it, the rest is a stack trace.
const reasonMax = 160

func hasStatus(err error, status int) bool {
	var r *broker.Refusal
	return errors.As(err, &r) && r.Status == status
}

// refusal turns an answer that is not a success into a sentence.
func (a *Admin) refusal(c call, response *http.Response, answer []byte, token string) error {
	r := &broker.Refusal{Status: response.StatusCode, Reason: reasonOf(answer, token)}
	because := ""
	if r.Reason != "" {
		because = ": " + r.Reason
	}
	e := &broker.Error{Category: broker.Other, Cause: r}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Category = broker.NotAuthorised
		e.Message = fmt.Sprintf("%s does not accept the token%s", a.base, because)
		if token == "" {
			e.Message = fmt.Sprintf("%s wants a token, and there is none", a.base)
		}
	case http.StatusForbidden:
		e.Category = broker.NotAuthorised
		e.Message = fmt.Sprintf("%s does not allow to %s%s", a.base, c.doing, because)
	case http.StatusTooManyRequests:
		e.Category = broker.Throttled
		e.Message = fmt.Sprintf("%s takes no more requests for now%s", a.base, because)
	case http.StatusNotFound:
		e.Message = fmt.Sprintf("cannot %s: not found%s", c.doing, because)
		if r.Reason != "" {
			e.Message = fmt.Sprintf("cannot %s%s", c.doing, because)
		}
	case http.StatusConflict, http.StatusPreconditionFailed:
		e.Message = fmt.Sprintf("cannot %s (status %d)", c.doing, r.Status)
		if r.Reason != "" {
			e.Message = fmt.Sprintf("cannot %s%s", c.doing, because)
		}
	case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		e.Category = broker.Disconnected
		e.Message = fmt.Sprintf("%s is not ready to %s (status %d)%s", a.base, c.doing, r.Status, because)
	default:
		e.Message = fmt.Sprintf("cannot %s (status %d)%s", c.doing, r.Status, because)
	}
	return e
}

// reasonOf takes the reason out of a broker's answer: {"reason": "…"}, or text.
// HTML comes from a proxy and says nothing. The token is taken out of it: some
// servers send back what they were sent.
func reasonOf(answer []byte, token string) string {
	var said struct{ Reason, Message string }
	reason := ""
	switch err := json.Unmarshal(answer, &said); {
	case err == nil && said.Reason != "":
		reason = said.Reason
	case err == nil:
		reason = said.Message
	case !strings.HasPrefix(strings.TrimSpace(string(answer)), "<"):
		reason = string(answer)
	}
	if token != "" {
		reason = strings.ReplaceAll(reason, token, "…")
	}
	// An answer with a stack trace has its message in the middle.
	if _, message, found := strings.Cut(reason, "\nMessage: "); found {
		reason = message
	}
	return oneLine(reason)
}

// oneLine is the first line of a text of the server's, fit to be printed.
func oneLine(reason string) string {
	reason, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(reason, "�")), "\n")
	reason = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, reason)
	reason = strings.TrimRight(strings.TrimSpace(reason), ".")
	if runes := []rune(reason); len(runes) > reasonMax {
		reason = string(runes[:reasonMax-1]) + "…"
	}
	return reason
}

// notPulsar says that somebody answers who is not Pulsar's admin API.
func (a *Admin) notPulsar(cause error) error {
	return &broker.Error{Category: broker.Other, Cause: cause,
		Message: fmt.Sprintf("%s answers, but not as Pulsar's admin API", a.base)}
}

// unreachable turns an error of the network into a sentence.
func (a *Admin) unreachable(ctx context.Context, c call, err error) error {
	e := &broker.Error{Category: broker.Disconnected, Cause: err}
	var unknown *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
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
	case errors.As(err, &authority):
		e.Message = fmt.Sprintf("the certificate of %s is signed by nobody that is trusted here", a.base)
	case errors.As(err, &hostname):
		e.Message = fmt.Sprintf("the certificate of %s is not made for %q", a.base, a.base.Hostname())
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Message = fmt.Sprintf("%s speaks plain HTTP; its URL begins with http://", a.base)
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

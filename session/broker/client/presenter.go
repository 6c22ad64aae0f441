package client

import (
	"crypto/tls"
	"net/http"

	"github.com/apache/pulsar-client-go/pulsar/auth"

	"pulsh/session/broker"
)

// presenter presents credentials for the Go client. The client asks at each
// connection and at each challenge of the broker.
type presenter struct{ credentials *broker.Credentials }

var _ auth.Provider = (*presenter)(nil)

// Init does nothing: the credentials are read when they are presented.
func (p *presenter) Init() error { return nil }

// Name is the authentication method in Pulsar's protocol.
func (p *presenter) Name() string { return p.credentials.Method }

// GetTLSCertificate returns none: the configuration of TLS has the certificate.
func (p *presenter) GetTLSCertificate() (*tls.Certificate, error) { return nil, nil }

// GetData returns the secret.
func (p *presenter) GetData() ([]byte, error) {
	secret, err := p.credentials.Present()
	return []byte(secret), err
}

// RoundTrip, Transport and WithTransport are for lookups by HTTP, which pulsh
// does not make.
func (p *presenter) RoundTrip(r *http.Request) (*http.Response, error) {
	return http.DefaultTransport.RoundTrip(r)
}

// Transport returns the usual transport.
func (p *presenter) Transport() http.RoundTripper { return http.DefaultTransport }

// WithTransport does nothing.
func (p *presenter) WithTransport(http.RoundTripper) error { return nil }

// Close does nothing: there is nothing to give back.
func (p *presenter) Close() error { return nil }

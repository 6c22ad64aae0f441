// Package dial joins what a session needs of a cluster: the Go client, the
// admin API and the probe, all with the same credentials.
package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/client"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/wire"
)

// Cluster is the session.Dial of real clusters. It connects to nothing yet but
// refuses addresses, certificates and tokens that cannot work.
func Cluster(_ context.Context, t broker.Target, clock broker.Clock) (session.Link, error) {
	token := tokenOf(t)
	if token != nil {
		if _, err := token(); err != nil {
			return session.Link{}, err
		}
	}
	secure, err := secureOf(t)
	if err != nil {
		return session.Link{}, err
	}
	engine, err := client.New(client.Options{URL: t.URL, Token: token, TLS: secure, Clock: clock})
	if err != nil {
		return session.Link{}, err
	}
	own, err := wire.New(wire.Options{URL: t.URL, Auth: authOf(token), TLS: secure, Clock: clock})
	if err != nil {
		engine.Close()
		return session.Link{}, err
	}
	link := session.Link{Broker: engine, Wire: own, Probe: func(ctx context.Context) (session.Answer, error) {
		answer, err := probe.Dialer{TLS: secure, Token: token}.Dial(ctx, t.URL)
		if err == nil && answer.AuthRequired {
			err = &broker.Error{Category: broker.NotAuthorised, Cause: &probe.Failure{Fault: probe.NoToken, Host: answer.Host},
				Message: fmt.Sprintf("the Pulsar at %s lets nobody in without authentication, and there is no token", t.URL)}
		}
		return session.Answer{Version: answer.Version, SizeMax: answer.MessageSizeMax}, err
	}}
	if t.AdminURL != "" {
		link.Admin, err = admin.New(t.AdminURL, admin.Options{Token: token, TLS: secure})
		if err != nil {
			own.Close()
			engine.Close()
			return session.Link{}, err
		}
	}
	return link, nil
}

// tokenOf reads the token where it lives, each time it is asked; nil for a
// cluster that is entered without one.
func tokenOf(t broker.Target) func() (string, error) {
	switch {
	case t.TokenFile != "":
		return func() (string, error) {
			text, err := os.ReadFile(t.TokenFile)
			if err != nil {
				return "", fmt.Errorf("the token file %s cannot be read: %w", t.TokenFile, errors.Unwrap(err))
			}
			token := strings.TrimSpace(string(text))
			if token == "" {
				return "", fmt.Errorf("the token file %s is empty", t.TokenFile)
			}
			return token, nil
		}
	case t.TokenEnv != "":
		return func() (string, error) {
			token := strings.TrimSpace(os.Getenv(t.TokenEnv))
			if token == "" {
				return "", fmt.Errorf("the variable %s holds no token", t.TokenEnv)
			}
			return token, nil
		}
	case t.Token.Held():
		return func() (string, error) { return t.Token.Reveal(), nil }
	}
	return nil
}

// authOf is how the wire engine proves who it is; nil for a cluster that is
// entered without a token.
func authOf(token func() (string, error)) wire.Auth {
	if token == nil {
		return nil
	}
	return wire.Token(token)
}

// secureOf is how certificates are checked, by the client, the admin API and
// the probe alike; nil means by the system's roots.
func secureOf(t broker.Target) (*tls.Config, error) {
	if t.TrustFile == "" && (t.TLSCheck == "" || t.TLSCheck == broker.TLSFull) {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TrustFile != "" {
		pem, err := os.ReadFile(t.TrustFile)
		if err != nil {
			return nil, fmt.Errorf("the certificates of %s cannot be read: %w", t.TrustFile, errors.Unwrap(err))
		}
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
		}
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", t.TrustFile)
		}
	}
	if t.TLSCheck == broker.TLSNone || t.TLSCheck == broker.TLSAnyHost {
		config.InsecureSkipVerify = true // what is asked for is checked below
	}
	if t.TLSCheck == broker.TLSAnyHost {
		config.VerifyConnection = signedByAny(config.RootCAs)
	}
	return config, nil
}

// signedByAny checks a chain of certificates without the host's name. The
// fault is told as the library tells those that it finds itself.
func signedByAny(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
		for _, c := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(c)
		}
		if _, err := state.PeerCertificates[0].Verify(options); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
}

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
)

// Cluster is the session.Dial of real clusters. It connects to nothing yet but
// refuses addresses, certificates and tokens that cannot work.
func Cluster(_ context.Context, t session.Target, clock broker.Clock) (session.Link, error) {
	token := tokenOf(t)
	if _, err := token(); err != nil {
		return session.Link{}, err
	}
	trust, err := trustOf(t)
	if err != nil {
		return session.Link{}, err
	}
	engine, err := client.New(client.Options{URL: t.URL, TokenFile: t.TokenFile, TokenEnv: t.TokenEnv, TrustFile: t.TrustFile, Clock: clock})
	if err != nil {
		return session.Link{}, err
	}
	link := session.Link{Broker: engine, Probe: func(ctx context.Context) (session.Answer, error) {
		answer, err := probe.Dialer{TLS: trust}.Dial(ctx, t.URL)
		return session.Answer{Version: answer.Version, SizeMax: answer.MessageSizeMax}, err
	}}
	if t.AdminURL != "" {
		link.Admin, err = admin.New(t.AdminURL, admin.Options{Token: token, TLS: trust})
		if err != nil {
			engine.Close()
			return session.Link{}, err
		}
	}
	return link, nil
}

// tokenOf reads the token where it lives, each time it is asked.
func tokenOf(t session.Target) func() (string, error) {
	return func() (string, error) {
		switch {
		case t.TokenFile != "":
			text, err := os.ReadFile(t.TokenFile)
			if err != nil {
				return "", fmt.Errorf("the token file cannot be read: %w", errors.Unwrap(err))
			}
			return strings.TrimSpace(string(text)), nil
		case t.TokenEnv != "":
			token := os.Getenv(t.TokenEnv)
			if token == "" {
				return "", fmt.Errorf("the variable %s holds no token", t.TokenEnv)
			}
			return token, nil
		}
		return "", nil
	}
}

// trustOf is nil for the system's own roots.
func trustOf(t session.Target) (*tls.Config, error) {
	if t.TrustFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(t.TrustFile)
	if err != nil {
		return nil, fmt.Errorf("the certificates cannot be read: %w", errors.Unwrap(err))
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", t.TrustFile)
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// Package dial joins what a session needs of a cluster: the Go client, the
// admin API and the probe, all with the same credentials.
package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/client"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/wire"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/input"
)

// Cluster is the session.Dial of real clusters. It does not connect yet, but
// refuses addresses, certificates and credentials that cannot work.
func Cluster(_ context.Context, t broker.Target, clock broker.Clock) (session.Link, error) {
	credentials, err := credentialsOf(t)
	if err != nil {
		return session.Link{}, err
	}
	secure, err := secureOf(t)
	if err != nil {
		return session.Link{}, err
	}
	engine, err := client.New(client.Options{URL: t.URL, Credentials: credentials, TLS: secure, Clock: clock, Tuning: t.Tuning})
	if err != nil {
		return session.Link{}, err
	}
	own, err := wire.New(connect.Options{URL: t.URL, Auth: authOf(credentials), TLS: secure, Clock: clock, Tuning: t.Tuning})
	if err != nil {
		engine.Close()
		return session.Link{}, err
	}
	link := session.Link{Broker: engine, Wire: own, Probe: func(ctx context.Context) (session.Answer, error) { return ask(ctx, t, secure, credentials) }}
	if t.AdminURL != "" {
		link.Admin, err = admin.New(t.AdminURL, adminOptions(secure, credentials))
		if err != nil {
			own.Close()
			engine.Close()
			return session.Link{}, err
		}
	}
	return link, nil
}

// ask probes a cluster with the credentials that the client presents.
func ask(ctx context.Context, t broker.Target, secure *tls.Config, credentials *broker.Credentials) (session.Answer, error) {
	d := probe.Dialer{TLS: secure, Patience: t.Patience}
	if credentials != nil {
		d.Token, d.Method = credentials.Present, credentials.Method
	}
	answer, err := d.Dial(ctx, t.URL)
	var failed *broker.Error
	switch {
	case err == nil && answer.AuthRequired:
		err = &broker.Error{Category: broker.NotAuthorised, Cause: &probe.Failure{Fault: probe.NoToken, Host: answer.Host},
			Message: fmt.Sprintf("the Pulsar at %s lets nobody in without authentication, and there is no token", t.URL)}
	case errors.As(err, &failed) && probe.FailureOf(err).Fault == probe.TokenRefused:
		explained := *failed
		explained.Message += expiry(t, credentials)
		err = &explained
	}
	return session.Answer{Version: answer.Version, SizeMax: answer.MessageSizeMax}, err
}

// adminOptions presents the credentials to the admin API.
func adminOptions(secure *tls.Config, credentials *broker.Credentials) admin.Options {
	o := admin.Options{TLS: secure, Token: credentials.Present}
	if credentials != nil && credentials.Method == broker.ByPassword {
		o.Basic = true
		o.Token = func() (string, error) {
			secret, err := credentials.Present()
			return base64.StdEncoding.EncodeToString([]byte(secret)), err
		}
	}
	return o
}

// authOf presents the credentials for the wire engine; nil presents nothing.
func authOf(credentials *broker.Credentials) connect.Auth {
	if credentials == nil {
		return nil
	}
	return func() (method string, data []byte, err error) {
		secret, err := credentials.Present()
		return credentials.Method, []byte(secret), err
	}
}

// secureOf returns the configuration of TLS for the client, the admin API and the
// probe alike; nil checks certificates by the system's authorities and presents none.
func secureOf(t broker.Target) (*tls.Config, error) {
	if t.TrustFile == "" && t.CertFile == "" && (t.TLSCheck == "" || t.TLSCheck == broker.TLSFull) {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TrustFile != "" {
		var err error
		if config.RootCAs, err = trusted(t.TrustFile); err != nil {
			return nil, err
		}
	}
	if t.TLSCheck == broker.TLSNone || t.TLSCheck == broker.TLSAnyHost {
		config.InsecureSkipVerify = true // signedByAny checks the rest
	}
	if t.TLSCheck == broker.TLSAnyHost {
		config.VerifyConnection = signedByAny(config.RootCAs)
	}
	if t.CertFile != "" {
		if _, err := certificate(t.Login); err != nil {
			return nil, err
		}
		// Certificates are short-lived in many clusters: each handshake reads the files.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate(t.Login) }
	}
	return config, nil
}

// trusted returns the system's authorities and those of a file.
func trusted(file string) (*x509.CertPool, error) {
	pem, err := input.Read(file, input.ConfigMax)
	if err != nil {
		return nil, fmt.Errorf("the certificates of %s cannot be read: %w", file, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return pool, nil
}

// certificate reads a client certificate and its key.
func certificate(l broker.Login) (*tls.Certificate, error) {
	public, err := input.Read(l.CertFile, input.ConfigMax)
	if err != nil {
		return nil, fmt.Errorf("the client certificate %s cannot be read: %w", l.CertFile, err)
	}
	private, err := input.Read(l.KeyFile, input.SecretMax)
	if err != nil {
		return nil, fmt.Errorf("the private key %s cannot be read: %w", l.KeyFile, err)
	}
	pair, err := tls.X509KeyPair([]byte(public), []byte(private))
	if err != nil {
		return nil, fmt.Errorf("%s and %s are no client certificate with its key: %s", l.CertFile, l.KeyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &pair, nil
}

// signedByAny returns a check of a chain of certificates without the host's name.
// Its error is like those of the library's own check.
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

package start

import (
	"crypto/tls"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/input"
)

// embeddedLogin names the files of what the broker in memory asks its clients for and
// of what it identifies itself with.
type embeddedLogin struct{ token, cert, key string }

func (o Options) embeddedLogin() embeddedLogin {
	return embeddedLogin{o.BrokerToken, o.BrokerCert, o.BrokerKey}
}

// pemMax bounds a certificate or key file in bytes.
const pemMax = 1 << 20

// read reads the files into the configuration of a broker.
func (l embeddedLogin) read(c *embedded.Config) error {
	if l.token != "" {
		text, err := input.Read(l.token, input.SecretMax)
		if err != nil {
			return loginFault("the token file %s cannot be read: %s", l.token, err)
		}
		if c.Token = strings.TrimSpace(text); c.Token == "" {
			return loginFault("the token file %s is empty", l.token)
		}
	}
	if l.cert == "" {
		return nil
	}
	cert, err := input.Read(l.cert, pemMax)
	if err != nil {
		return loginFault("the certificate %s cannot be read: %s", l.cert, err)
	}
	key, err := input.Read(l.key, pemMax)
	if err != nil {
		return loginFault("the private key %s cannot be read: %s", l.key, err)
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return loginFault("%s and %s are no certificate with its key: %s", l.cert, l.key, err)
	}
	c.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

func loginFault(format string, args ...any) error {
	return &lang.Error{Message: fmt.Sprintf(format, args...), Try: "pulsh broker --help", From: -1}
}

// present gives this shell what the broker asks for. It trusts the broker's certificate
// for any host name: the broker is a part of this process.
func (l embeddedLogin) present(t broker.Target) broker.Target {
	t.TokenFile, t.TrustFile = l.token, l.cert
	if l.cert != "" {
		t.TLSCheck = broker.TLSAnyHost
	}
	return t
}

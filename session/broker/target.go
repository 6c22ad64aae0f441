package broker

import "fmt"

// Target names a cluster and says how to authenticate.
type Target struct {
	URL       string // pulsar://host:port or pulsar+ssl://host:port
	AdminURL  string // http://host:port, or "" for no admin API
	Name      string // as the status line shows it; "" means the URL's host
	TokenFile string // file that holds the token; the token itself is never kept
	TokenEnv  string // variable that holds the token
	Token     Secret // the token itself, if neither file nor variable is given
	TrustFile string // certificates to trust in addition to the system's
	TLSCheck  TLSCheck
}

// TLSCheck says how the certificate of a cluster is checked.
type TLSCheck string

// The ways to check a certificate. Without a choice it is TLSFull.
const (
	TLSFull    TLSCheck = "full"     // signed for this host by a trusted authority
	TLSAnyHost TLSCheck = "any-host" // signed by a trusted authority for any host
	TLSNone    TLSCheck = "none"     // the server is not verified
)

// ReadTLSCheck reads a way to check certificates.
func ReadTLSCheck(text string) (TLSCheck, error) {
	switch c := TLSCheck(text); c {
	case TLSFull, TLSAnyHost, TLSNone:
		return c, nil
	}
	return "", fmt.Errorf("%q is not a way to check certificates (%s, %s, %s)", text, TLSFull, TLSAnyHost, TLSNone)
}

// Connection returns what a profile keeps of a target, which is never a secret.
func (t Target) Connection() Connection {
	return Connection{URL: t.URL, AdminURL: t.AdminURL, TokenFile: t.TokenFile, TokenEnv: t.TokenEnv, TrustFile: t.TrustFile, TLSCheck: t.TLSCheck}
}

// TokenSource describes where the token comes from, "" without a token.
func (t Target) TokenSource() string {
	switch {
	case t.TokenFile != "":
		return "file " + t.TokenFile
	case t.TokenEnv != "":
		return "variable " + t.TokenEnv
	case t.Token.Held():
		return "held in memory"
	}
	return ""
}

// Trust describes which certificates are accepted, "" for the default.
func (t Target) Trust() string {
	trust := t.TrustFile
	switch {
	case t.TLSCheck == TLSNone:
		return "any, unchecked"
	case t.TLSCheck != TLSAnyHost:
		return trust
	case trust == "":
		trust = "the system's"
	}
	return trust + ", for any host"
}

// Connection says where a profile connects; empty fields are not set. It never
// holds a secret, only the file or variable that does.
type Connection struct {
	URL, AdminURL, TokenFile, TokenEnv, TrustFile string
	TLSCheck                                      TLSCheck
}

// Target returns the cluster of a connection.
func (c Connection) Target() Target {
	return Target{URL: c.URL, AdminURL: c.AdminURL, TokenFile: c.TokenFile, TokenEnv: c.TokenEnv, TrustFile: c.TrustFile, TLSCheck: c.TLSCheck}
}

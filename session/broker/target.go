package broker

import (
	"fmt"
	"strings"
	"time"
)

// Target names a cluster and says how to enter it.
type Target struct {
	URL       string // pulsar://host:port or pulsar+ssl://host:port
	AdminURL  string // http://host:port, or "" for no admin API
	Name      string // as the status line shows it; "" means the URL's host
	TokenFile string // file that holds the token; the token itself is never kept
	TokenEnv  string // variable that holds the token
	Token     Secret // the token itself, where neither file nor variable is named
	Login
	Password  Secret // the password itself, where neither file nor variable is named
	OAuth     Secret // the JSON of client_id and client_secret, where no file is named
	TrustFile string // certificates to trust beside the system's
	TLSCheck  TLSCheck
	Tuning
	// Patience is how long an answer to a probe may take, 0 for two seconds.
	Patience time.Duration
}

// TLSCheck says how a cluster's certificate is checked.
type TLSCheck string

// The ways to check a certificate. What is not said is the first.
const (
	TLSFull    TLSCheck = "full"     // somebody trusted has signed it for this host
	TLSAnyHost TLSCheck = "any-host" // somebody trusted has signed it, for whomever
	TLSNone    TLSCheck = "none"     // not at all: whoever answers is taken for the cluster
)

// ReadTLSCheck reads one of the ways; the error lists them.
func ReadTLSCheck(text string) (TLSCheck, error) {
	switch c := TLSCheck(text); c {
	case TLSFull, TLSAnyHost, TLSNone:
		return c, nil
	}
	return "", fmt.Errorf("%q is not a way to check certificates; there are %s, %s, %s", text, TLSFull, TLSAnyHost, TLSNone)
}

// Connection is what a profile keeps of a target: never a secret.
func (t Target) Connection() Connection {
	return Connection{URL: t.URL, AdminURL: t.AdminURL, TokenFile: t.TokenFile, TokenEnv: t.TokenEnv, TrustFile: t.TrustFile, TLSCheck: t.TLSCheck, Login: t.Login, Tuning: t.Tuning}
}

// LoginSource says how the client authenticates and where the secret comes from,
// "" without authentication.
func (t Target) LoginSource() string {
	source := t.secretSource()
	if t.CertFile != "" {
		source = strings.TrimPrefix(source+", certificate of "+t.CertFile, ", ")
	}
	return source
}

func (t Target) secretSource() string {
	switch {
	case t.User != "":
		return "user " + t.User + ", password from " + t.passwordSource()
	case t.OAuthIssuer != "" && t.OAuthFile == "":
		return "OAuth 2.0 of " + t.OAuthIssuer + ", held in memory"
	case t.OAuthIssuer != "":
		return "OAuth 2.0 of " + t.OAuthIssuer + ", file " + t.OAuthFile
	case t.TokenFile != "":
		return "token of file " + t.TokenFile
	case t.TokenEnv != "":
		return "token of variable " + t.TokenEnv
	case t.Token.Held():
		return "token held in memory"
	}
	return ""
}

func (t Target) passwordSource() string {
	switch {
	case t.PasswordFile != "":
		return "file " + t.PasswordFile
	case t.PasswordEnv != "":
		return "variable " + t.PasswordEnv
	}
	return "memory"
}

// Trust says which certificates are taken for good, "" for the usual ones.
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

// Connection says where a profile connects; empty parts are not said. It never
// holds a secret, only the file or the variable that does.
type Connection struct {
	URL, AdminURL, TokenFile, TokenEnv, TrustFile string
	TLSCheck                                      TLSCheck
	Login
	Tuning
}

// Target is the cluster of a connection.
func (c Connection) Target() Target {
	return Target{URL: c.URL, AdminURL: c.AdminURL, TokenFile: c.TokenFile, TokenEnv: c.TokenEnv, TrustFile: c.TrustFile, TLSCheck: c.TLSCheck, Login: c.Login, Tuning: c.Tuning}
}

package broker

import "errors"

// Login is the part of a target that proves who the client is, except for a
// token. Its fields are no secrets: each secret is in the file or the variable
// that is named. A client certificate may come together with one of the other
// ways; of the others at most one is set.
type Login struct {
	CertFile, KeyFile         string // client certificate and its private key, in PEM
	User                      string // with a password, for basic authentication
	PasswordFile, PasswordEnv string
	OAuthIssuer               string // https://host/path: OAuth 2.0 client credentials
	OAuthFile                 string // JSON with client_id and client_secret
	OAuthAudience, OAuthScope string
}

// LoginField is one field of a Login as users set it.
type LoginField struct {
	Name  string // in profiles and after connect; the flag has - for _
	Doc   string // one line, lower case
	File  bool   // the value is the name of a file
	Field func(*Login) *string
}

// LoginFields lists the fields of a Login in the order in which they are written.
func LoginFields() []LoginField {
	return []LoginField{
		{"tls_cert", "file of the client certificate, in PEM", true, func(l *Login) *string { return &l.CertFile }},
		{"tls_key", "file of its private key, in PEM", true, func(l *Login) *string { return &l.KeyFile }},
		{"user", "user name of basic authentication", false, func(l *Login) *string { return &l.User }},
		{"password_file", "file that holds the password", true, func(l *Login) *string { return &l.PasswordFile }},
		{"password_env", "variable that holds the password", false, func(l *Login) *string { return &l.PasswordEnv }},
		{"oauth_issuer", "URL of the OAuth 2.0 issuer", false, func(l *Login) *string { return &l.OAuthIssuer }},
		{"oauth_file", "JSON file with client_id and client_secret", true, func(l *Login) *string { return &l.OAuthFile }},
		{"oauth_audience", "audience of the OAuth 2.0 token", false, func(l *Login) *string { return &l.OAuthAudience }},
		{"oauth_scope", "scope of the OAuth 2.0 token", false, func(l *Login) *string { return &l.OAuthScope }},
	}
}

// Check refuses a login with a part missing.
func (l Login) Check() error {
	switch {
	case (l.CertFile == "") != (l.KeyFile == ""):
		return errors.New("a client certificate needs both tls_cert and tls_key")
	case l.User == "" && (l.PasswordFile != "" || l.PasswordEnv != ""):
		return errors.New("a password needs a user")
	case l.User != "" && l.OAuthIssuer != "":
		return errors.New("user and oauth_issuer are two ways to authenticate; set one of them")
	case l.OAuthIssuer == "" && (l.OAuthFile != "" || l.OAuthAudience != "" || l.OAuthScope != ""):
		return errors.New("OAuth 2.0 needs an oauth_issuer")
	}
	return nil
}

// The ways of authentication, by their names in Pulsar's protocol. OAuth 2.0 has
// a token in the end.
const (
	ByToken       = "token"
	ByPassword    = "basic"
	ByCertificate = "tls"
)

// Credentials present a client to brokers and to the admin API. Nil presents
// nothing.
type Credentials struct {
	Method string // ByToken, ByPassword or ByCertificate
	// Secret returns the token, or user:password. It is called at each use, so
	// that a file may be replaced; nothing keeps the secret. It is nil for
	// ByCertificate, where TLS presents the certificate.
	Secret func() (string, error)
}

// Present returns the secret, "" if there is none to present.
func (c *Credentials) Present() (string, error) {
	if c == nil || c.Secret == nil {
		return "", nil
	}
	return c.Secret()
}

package dial

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/secret"
)

// credentialsOf returns the credentials of a target, nil for none. It reads each
// secret once, to refuse one that cannot be read.
func credentialsOf(t broker.Target) (*broker.Credentials, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	for _, file := range []string{t.TokenFile, t.PasswordFile, t.OAuthFile, t.CertFile, t.KeyFile} {
		if err := secret.CheckFile(file); err != nil {
			return nil, err
		}
	}
	if t.CertFile != "" && strings.HasPrefix(t.URL, "pulsar://") {
		return nil, errors.New("a client certificate needs TLS, so that the URL begins with pulsar+ssl://")
	}
	var c *broker.Credentials
	switch {
	case t.OAuthIssuer != "":
		issuer, err := newIssuer(t)
		if err != nil {
			return nil, err
		}
		return &broker.Credentials{Method: broker.ByToken, Secret: issuer.token}, nil // asked when it connects
	case t.User != "":
		password := source{what: "password", file: t.PasswordFile, variable: t.PasswordEnv, held: t.Password}
		c = &broker.Credentials{Method: broker.ByPassword, Secret: func() (string, error) {
			text, err := password.read()
			return t.User + ":" + text, err
		}}
	case t.TokenFile != "" || t.TokenEnv != "" || t.Token.Held():
		token := source{what: "token", file: t.TokenFile, variable: t.TokenEnv, held: t.Token}
		c = &broker.Credentials{Method: broker.ByToken, Secret: token.read}
	case t.CertFile != "":
		return &broker.Credentials{Method: broker.ByCertificate}, nil
	default:
		return nil, nil
	}
	_, err := c.Present()
	return c, err
}

// source is the place of a secret: of a file, a variable and the memory, the
// first that is set.
type source struct {
	what           string // token or password
	file, variable string
	held           broker.Secret
}

// read returns the secret. It reads the place each time, since a file may be
// replaced.
func (s source) read() (string, error) {
	switch {
	case s.file != "":
		text, err := input.Read(s.file, input.SecretMax)
		if err != nil {
			return "", fmt.Errorf("the %s file %s cannot be read: %w", s.what, s.file, err)
		}
		if text = strings.TrimSpace(text); text == "" {
			return "", fmt.Errorf("the %s file %s is empty", s.what, s.file)
		}
		return text, nil
	case s.variable != "":
		text := strings.TrimSpace(os.Getenv(s.variable))
		if text == "" {
			return "", fmt.Errorf("the variable %s holds no %s", s.variable, s.what)
		}
		return text, nil
	case s.held.Held():
		return s.held.Reveal(), nil
	}
	return "", fmt.Errorf("there is no %s", s.what)
}

// expiry explains why a token was refused, if it has expired: a JSON Web Token
// holds the time. It returns "" otherwise.
func expiry(t broker.Target, c *broker.Credentials) string {
	if t.OAuthIssuer != "" { // an issuer is asked for another token before one expires
		return ""
	}
	text, err := c.Present()
	if err != nil || c == nil || c.Method != broker.ByToken {
		return ""
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return ""
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	var held struct {
		Expires float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(claims, &held) != nil || held.Expires <= 0 {
		return ""
	}
	at := time.Unix(int64(held.Expires), 0)
	if time.Now().Before(at) {
		return ""
	}
	return fmt.Sprintf("; it expired at %s (%s)", at.Format("2006-01-02 15:04:05"), t.LoginSource())
}

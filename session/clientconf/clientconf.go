// Package clientconf reads client.conf, the file in which Pulsar's own tools
// find their cluster. The names of the keys, and of the classes behind
// authPlugin, are those of Pulsar's documentation of that file.
package clientconf

import (
	"fmt"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/profile"
	"pulsh/session/secret"
)

// Value is what the file says, and on which line.
type Value struct {
	Text string // "" if it is not said
	Line int    // from 1
}

// Conf is what pulsh takes from a client.conf.
type Conf struct {
	URL, AdminURL Value
	TokenFile     Value
	Token         broker.Secret    // where the file holds the token itself
	Login         map[string]Value // by the names of broker.LoginFields
	Password      broker.Secret    // of Login's user
	OAuth         broker.Secret    // JSON with client_id and client_secret, where the file holds it
	SecretLine    int              // of authParams
	TrustFile     Value
	TLSCheck      broker.TLSCheck // "" if the file says nothing of it
	TLSCheckLine  int
	Notes         []string // what the file asks for and pulsh cannot do, a sentence each; never a secret
}

// Parse reads the text of a client.conf. The error is a sentence that begins
// with the place; it never quotes a secret.
func Parse(text, file string) (Conf, error) {
	text, err := input.Text([]byte(text))
	if err != nil {
		return Conf{}, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	said, err := properties(text, file)
	if err != nil {
		return Conf{}, err
	}
	r := reader{said: said, name: file}
	c := Conf{
		URL:       r.address("brokerServiceUrl", profile.CheckURL),
		AdminURL:  r.address("webServiceUrl", profile.CheckAdminURL),
		TrustFile: r.path("tlsTrustCertsFilePath"),
	}
	// Before addresses had a scheme for it, TLS was a switch of its own.
	if r.truth("useTls") {
		c.URL.Text = strings.Replace(c.URL.Text, "pulsar://", "pulsar+ssl://", 1)
	}
	r.check(&c)
	r.login(&c)
	r.cannot(&c)
	if r.err != nil {
		return Conf{}, r.err // what was read so far may hold a secret in a wrong place
	}
	return c, nil
}

// reader takes values out of properties and keeps the first error.
type reader struct {
	said map[string]Value
	name string // of the file
	err  error
}

func (r *reader) fail(line int, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d: %s", r.name, line, fmt.Sprintf(format, args...))
	}
}

func (r *reader) text(key string) Value {
	v := r.said[key]
	v.Text = strings.TrimSpace(v.Text)
	return v
}

// path reads the name of a file.
func (r *reader) path(key string) Value {
	v := r.text(key)
	if err := secret.CheckFile(v.Text); err != nil {
		r.fail(v.Line, "%s: %s", key, err)
		return Value{}
	}
	return v
}

// address reads a URL without the slash at its end, which the file that Pulsar
// ships has.
func (r *reader) address(key string, check func(string) error) Value {
	v := r.text(key)
	v.Text = strings.TrimRight(v.Text, "/")
	if v.Text == "" {
		return v
	}
	if err := check(v.Text); err != nil {
		r.fail(v.Line, "%s: %s", key, err)
	}
	return v
}

// truth reads a switch; what is not said is off.
func (r *reader) truth(key string) bool {
	v := r.text(key)
	switch strings.ToLower(v.Text) {
	case "true":
		return true
	case "", "false":
		return false
	}
	r.fail(v.Line, "%s: %q is neither true nor false", key, secret.Redact(v.Text))
	return false
}

// check reads how certificates are checked. A file that says nothing of it
// leaves it to pulsh, which checks all there is.
func (r *reader) check(c *Conf) {
	insecure, host := r.text("tlsAllowInsecureConnection"), r.text("tlsEnableHostnameVerification")
	switch {
	case r.truth("tlsAllowInsecureConnection"):
		c.TLSCheck, c.TLSCheckLine = broker.TLSNone, insecure.Line
	case host.Text != "" && !r.truth("tlsEnableHostnameVerification"):
		c.TLSCheck, c.TLSCheckLine = broker.TLSAnyHost, host.Line
	case host.Text != "":
		c.TLSCheck, c.TLSCheckLine = broker.TLSFull, host.Line
	}
}

// cannot notes what the file asks for and pulsh does not do.
func (r *reader) cannot(c *Conf) {
	note := func(key, why string) {
		c.Notes = append(c.Notes, fmt.Sprintf("%s:%d: %s is not done: %s", r.name, r.said[key].Line, key, why))
	}
	if r.truth("useKeyStoreTls") {
		note("useKeyStoreTls", "pulsh reads certificates in PEM, from tlsTrustCertsFilePath")
	}
	if r.text("proxyServiceUrl").Text != "" {
		note("proxyServiceUrl", "give the proxy as brokerServiceUrl")
	}
}

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

// Value is the value of a key and its line.
type Value struct {
	Text string // "" without the key
	Line int    // from 1
}

// Conf is the part of a client.conf that pulsh uses.
type Conf struct {
	URL, AdminURL Value
	TokenFile     Value
	Token         broker.Secret    // where the file holds the token itself
	Login         map[string]Value // by the names of broker.LoginFields
	Password      broker.Secret    // of Login's user
	OAuth         broker.Secret    // JSON with client_id and client_secret, where the file holds it
	SecretLine    int              // of authParams
	Tuning        map[string]Value // by the names of broker.TuningFields, as their Write reads them
	TrustFile     Value
	TLSCheck      broker.TLSCheck // "" without these keys
	TLSCheckLine  int
	Notes         []string // a sentence for each setting that pulsh does not support; never a secret
}

// Parse reads the text of a client.conf. The error begins with FILE:LINE and never
// quotes a secret.
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
	// Before URLs had the scheme pulsar+ssl, useTls switched TLS on.
	if r.truth("useTls") {
		c.URL.Text = strings.Replace(c.URL.Text, "pulsar://", "pulsar+ssl://", 1)
	}
	r.check(&c)
	r.login(&c)
	r.tuning(&c)
	r.cannot(&c)
	if r.err != nil {
		return Conf{}, r.err // the values so far may hold a secret in a wrong place
	}
	return c, nil
}

// reader reads values from properties and keeps the first error.
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

// address reads a URL without a slash at its end, which the client.conf of
// Pulsar's distribution has.
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

// truth reads a boolean. A missing key is false.
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

// check reads how certificates are checked. Without these keys pulsh checks
// everything.
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

// tuning reads how connections are made and kept.
func (r *reader) tuning(c *Conf) {
	for _, f := range broker.TuningFields() {
		v := r.text(f.Conf)
		text, err := f.OfConf(v.Text)
		if err != nil {
			r.fail(v.Line, "%s: %s", f.Conf, secret.Redact(err.Error()))
		}
		if text == "" {
			continue
		}
		if c.Tuning == nil {
			c.Tuning = map[string]Value{}
		}
		c.Tuning[f.Name] = Value{text, v.Line}
	}
}

// cannot adds a note for each key that pulsh does not support.
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

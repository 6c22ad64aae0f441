package clientconf

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/secret"
)

// classes is the package of the authentication classes of Pulsar's Java client.
const classes = "org.apache.pulsar.client.impl.auth."

// tokenPlugin is the class that presents a token.
const tokenPlugin = classes + "AuthenticationToken"

// plugins are the authentication classes that pulsh knows, with their short
// names, and the functions that read their authParams.
var plugins = []struct {
	class, short string
	read         func(r *reader, c *Conf, params Value)
}{
	{tokenPlugin, "token", (*reader).token},
	{classes + "AuthenticationTls", "tls", (*reader).certificate},
	{classes + "AuthenticationBasic", "basic", (*reader).password},
	{classes + "oauth2.AuthenticationOAuth2", "oauth2", (*reader).oauth},
}

// login reads authPlugin and authParams, and the client certificate that may be
// beside them. It never quotes authParams.
func (r *reader) login(c *Conf) {
	r.file("tls_cert", r.text("tlsCertificateFilePath"), c)
	r.file("tls_key", r.text("tlsKeyFilePath"), c)
	plugin, params := r.text("authPlugin"), r.text("authParams")
	if plugin.Text == "" {
		return
	}
	for _, p := range plugins {
		if plugin.Text != p.class && plugin.Text != p.short {
			continue
		}
		c.SecretLine = params.Line
		if params.Text == "" && p.short != "tls" {
			c.Notes = append(c.Notes, fmt.Sprintf("%s:%d: authPlugin %s needs authParams, and the file has none", r.name, plugin.Line, p.short))
			return
		}
		p.read(r, c, params)
		return
	}
	name := "this authPlugin" // text that is no class may be a token in the wrong place
	if strings.Contains(plugin.Text, "Authentication") {
		name = "authPlugin " + secret.Redact(plugin.Text)
	}
	c.Notes = append(c.Notes, fmt.Sprintf("%s:%d: pulsh does not know %s; it knows AuthenticationToken, AuthenticationTls, AuthenticationBasic and AuthenticationOAuth2", r.name, plugin.Line, name))
}

// set sets one field of the login.
func (c *Conf) set(field string, v Value) {
	if v.Text == "" {
		return
	}
	if c.Login == nil {
		c.Login = map[string]Value{}
	}
	c.Login[field] = v
}

// file sets a field that is the name of a file, also of the form file:PATH.
func (r *reader) file(field string, v Value, c *Conf) {
	v.Text = pathOf(v.Text)
	if err := secret.CheckFile(v.Text); err != nil {
		r.fail(v.Line, "%s", err)
		return
	}
	c.set(field, v)
}

// pathOf returns the path of file:PATH and file:///PATH, and other text as it is.
func pathOf(text string) string {
	path, found := strings.CutPrefix(text, "file:")
	if !found {
		return text
	}
	if u, err := url.Parse(text); err == nil && u.Path != "" {
		return u.Path
	}
	return strings.TrimPrefix(path, "//")
}

// token reads token:TEXT, file:PATH, {"token":"TEXT"}, or the token alone.
func (r *reader) token(c *Conf, params Value) {
	text, isToken := strings.CutPrefix(params.Text, "token:")
	switch {
	case isToken:
		c.Token = broker.NewSecret(strings.TrimSpace(text))
	case strings.HasPrefix(params.Text, "file:"):
		c.TokenFile = Value{pathOf(params.Text), params.Line}
		if c.TokenFile.Text == "" {
			r.fail(params.Line, "authParams: file: names no file")
		} else if err := secret.CheckFile(c.TokenFile.Text); err != nil {
			r.fail(params.Line, "authParams: %s", err)
		}
	case strings.HasPrefix(params.Text, "{"):
		held := r.object(params)
		if held["token"] == "" {
			r.fail(params.Line, "authParams: no token stands in the braces")
		}
		c.Token = broker.NewSecret(held["token"])
	default:
		c.Token = broker.NewSecret(params.Text)
	}
}

// object reads the JSON object in authParams, whose values are texts. It returns
// nil, after an error, for other text.
func (r *reader) object(params Value) map[string]string {
	var all map[string]any
	if json.Unmarshal([]byte(params.Text), &all) != nil { // the error would quote the secret
		r.fail(params.Line, "authParams: this is not a JSON object")
		return nil
	}
	texts := map[string]string{}
	for name, value := range all {
		if text, ok := value.(string); ok {
			texts[name] = text
		}
	}
	return texts
}

// pairs reads a JSON object, or name:value with commas between.
func (r *reader) pairs(params Value) map[string]string {
	if strings.HasPrefix(params.Text, "{") {
		return r.object(params)
	}
	texts := map[string]string{}
	for pair := range strings.SplitSeq(params.Text, ",") {
		if name, value, found := strings.Cut(pair, ":"); found {
			texts[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return texts
}

// certificate reads the client certificate of AuthenticationTls. It goes before
// that of tlsCertificateFilePath.
func (r *reader) certificate(c *Conf, params Value) {
	held := r.pairs(params)
	r.file("tls_cert", Value{held["tlsCertFile"], params.Line}, c)
	r.file("tls_key", Value{held["tlsKeyFile"], params.Line}, c)
	if c.Login["tls_cert"].Text == "" || c.Login["tls_key"].Text == "" {
		r.fail(max(params.Line, r.said["authPlugin"].Line), "authPlugin tls needs tlsCertFile and tlsKeyFile in authParams, or tlsCertificateFilePath and tlsKeyFilePath")
	}
}

// password reads {"userId":"NAME","password":"TEXT"} or NAME:PASSWORD.
func (r *reader) password(c *Conf, params Value) {
	user, password, _ := strings.Cut(params.Text, ":")
	if strings.HasPrefix(params.Text, "{") {
		held := r.object(params)
		user, password = held["userId"], held["password"]
	}
	if user == "" || password == "" {
		r.fail(params.Line, `authParams: basic authentication needs {"userId":…,"password":…}`)
		return
	}
	c.set("user", Value{user, params.Line})
	c.Password = broker.NewSecret(password)
}

// oauth reads the JSON object of AuthenticationOAuth2. Its privateKey is the name
// of a file, or data:application/json;base64,TEXT.
func (r *reader) oauth(c *Conf, params Value) {
	held := r.object(params)
	if held == nil {
		return
	}
	c.set("oauth_issuer", Value{held["issuerUrl"], params.Line})
	c.set("oauth_audience", Value{held["audience"], params.Line})
	c.set("oauth_scope", Value{held["scope"], params.Line})
	key := held["privateKey"]
	switch {
	case held["issuerUrl"] == "" || key == "":
		r.fail(params.Line, "authParams: OAuth 2.0 needs issuerUrl and privateKey")
	case strings.HasPrefix(key, "data:"):
		_, text, _ := strings.Cut(key, ",")
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			r.fail(params.Line, "authParams: the data of privateKey is not base64")
			return
		}
		c.OAuth = broker.NewSecret(string(decoded))
	default:
		r.file("oauth_file", Value{key, params.Line}, c)
	}
}

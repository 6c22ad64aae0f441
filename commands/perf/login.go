package perf

import (
	"encoding/json"
	"net/url"
	"strings"
)

// tokenClass is the plugin that presents a token.
const tokenClass = "org.apache.pulsar.client.impl.auth.AuthenticationToken"

// connectTo sets the URL of connect. pulsar-perf also takes that of the web service.
func connectTo(p *plan, f *flag, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return &fault{f.name() + ": " + value + " is not the URL of a cluster", value, f.sample}
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		host := u.Hostname()
		p.url = "pulsar://" + host + ":6650"
		if u.Scheme == "https" {
			p.url = "pulsar+ssl://" + host + ":6651"
		}
		p.note("%s: connect takes the URL of the brokers, whose usual port is %s", f.name(), p.url[strings.LastIndex(p.url, ":")+1:])
		if !p.given("-au") {
			put(&p.connect, setting{"admin", strings.TrimSuffix(value, "/")})
		}
		return nil
	}
	row := p.row(connectVerb)
	if row != nil && len(row.Positional()) > 0 {
		if _, err := row.Positional()[0].Kind.Parse(value); err != nil {
			return refuse(value, "%s: %s", f.name(), err)
		}
	}
	p.url = value
	return nil
}

func insecure(p *plan, f *flag, _ string) error { return p.add(f, "none") }

// login reads the plugin together with its parameters. No secret becomes part of a line.
func login(p *plan, f *flag, class string) error {
	params := p.value("--auth-params")
	name := class[strings.LastIndex(class, ".")+1:]
	if params == "" {
		p.note("%s: it means nothing without --auth-params", f.name())
		return nil
	}
	switch strings.ToLower(strings.TrimPrefix(name, "Authentication")) {
	case "token":
		return tokenLogin(p, f, params)
	case "tls":
		values := authValues(params)
		return p.login(f, "tls_cert", keyFile(values["tlsCertFile"]), "tls_key", keyFile(values["tlsKeyFile"]))
	case "basic":
		p.note("%s: write the password into a variable or a file; it is never part of a line", f.name())
		return p.login(f, "user", authValues(params)["userId"], "password_env", "PULSAR_PASSWORD")
	case "oauth2":
		values := authValues(params)
		return p.login(f, "oauth_issuer", values["issuerUrl"], "oauth_file", keyFile(values["privateKey"]),
			"oauth_audience", values["audience"], "oauth_scope", values["scope"])
	}
	p.note("%s: pulsh has no %s; it knows tokens, client certificates, basic authentication and OAuth 2.0", f.name(), name)
	return nil
}

// login sets the settings of connect that have a value.
func (p *plan) login(f *flag, pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if err := p.addTo(f, connectVerb, pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func tokenLogin(p *plan, f *flag, params string) error {
	switch token := strings.TrimPrefix(params, "token:"); {
	case strings.HasPrefix(params, "file:"):
		return p.login(f, "token_file", keyFile(params))
	case strings.HasPrefix(token, "$"):
		return p.login(f, "token_env", strings.Trim(token, "${}"))
	}
	p.note("%s: write the token into a variable or a file; it is never part of a line", f.name())
	return p.login(f, "token_env", "PULSAR_TOKEN")
}

// authValues reads name:value pairs with commas between them, or JSON.
func authValues(params string) map[string]string {
	values := map[string]string{}
	if strings.HasPrefix(strings.TrimSpace(params), "{") {
		var object map[string]any
		if json.Unmarshal([]byte(params), &object) == nil {
			for name, value := range object {
				if text, ok := value.(string); ok {
					values[name] = text
				}
			}
		}
		return values
	}
	for pair := range strings.SplitSeq(params, ",") {
		name, value, _ := strings.Cut(pair, ":")
		values[strings.TrimSpace(name)] = value
	}
	return values
}

// loginParams complains of parameters without a plugin.
func loginParams(p *plan, f *flag, _ string) error {
	if !p.given("--auth-plugin") {
		p.note("%s: it means nothing without --auth-plugin", f.name())
	}
	return nil
}

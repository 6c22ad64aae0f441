package start

import (
	"slices"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/profile"
)

// envPassword is the environment variable with the password itself.
const envPassword = "PULSH_PASSWORD"

// flagName returns the flag of a field of broker.Login.
func flagName(field string) string { return strings.ReplaceAll(field, "_", "-") }

// loginOptions returns the options of the authentication. There is no flag for the
// name of the variable with the password.
func loginOptions() []option {
	var list []option
	for _, f := range broker.LoginFields() {
		if f.Name == "password_env" {
			continue
		}
		o := option{name: flagName(f.Name), value: wordOf(f.Name), sample: sampleOf(f.Name),
			variable: "PULSH_" + strings.ToUpper(f.Name), doc: f.Doc}
		check := anything
		if f.File {
			o.value, check = fileValue, profile.CheckSecretFile
			o.more = "It is read at each connection."
		}
		o.set = func(_ *Options, l *Level, s Setting) error {
			if err := check(s.Value); err != nil {
				return err
			}
			setField(&l.Login, f.Name, s)
			return nil
		}
		list = append(list, o)
	}
	return list
}

// wordOf returns the name of the value of a field that is not a file.
func wordOf(field string) string {
	switch field {
	case "user":
		return "NAME"
	case "oauth_issuer":
		return "URL"
	}
	return "TEXT"
}

// sampleOf returns a valid value of a field.
func sampleOf(field string) string {
	switch field {
	case "tls_cert":
		return "client.pem"
	case "tls_key":
		return "client-key.pem"
	case "user":
		return "load"
	case "password_file":
		return "password.txt"
	case "oauth_issuer":
		return "https://auth.example.com"
	case "oauth_file":
		return "credentials.json"
	case "oauth_audience":
		return "urn:pulsar"
	}
	return "produce"
}

// setField sets a field of the login or of the tuning, unless the value is empty.
func setField(fields *map[string]Setting, field string, s Setting) {
	if s.Value == "" {
		return
	}
	if *fields == nil {
		*fields = map[string]Setting{}
	}
	(*fields)[field] = s
}

// takeLogin sets in the target the first authentication of levels, and a client
// certificate. It returns their origins.
func takeLogin(levels []Level, t *broker.Target) (from string) {
	var sources []string
	fill := func(names ...string) {
		for _, f := range broker.LoginFields() {
			if s := strongest(levels, func(l Level) Setting { return l.Login[f.Name] }); s.Value != "" && slices.Contains(names, f.Name) {
				*f.Field(&t.Login) = s.Value
				sources = appendNew(sources, s.From)
			}
		}
	}
	for _, l := range levels {
		switch {
		case l.hasToken():
			sources = appendNew(sources, takeToken([]Level{l}, t))
		case l.Login["user"].Value != "":
			fill("user")
			sources = appendNew(sources, takePassword(levels, t))
		case l.Login["oauth_issuer"].Value != "" || l.Login["oauth_file"].Value != "" || l.OAuth.Held():
			fill("oauth_issuer", "oauth_file", "oauth_audience", "oauth_scope")
			if t.OAuthFile == "" {
				sources = appendNew(sources, takeOAuth(levels, t))
			}
		default:
			continue
		}
		break
	}
	fill("tls_cert", "tls_key")
	return strings.Join(sources, " and ")
}

// hasToken reports whether the level has a token.
func (l Level) hasToken() bool {
	return l.TokenFile.Value != "" || l.TokenEnv.Value != "" || l.Token.Held()
}

// takePassword sets the first password in the target and returns its origin.
func takePassword(levels []Level, t *broker.Target) (from string) {
	for _, l := range levels {
		file, variable := l.Login["password_file"], l.Login["password_env"]
		switch {
		case file.Value != "":
			t.PasswordFile = file.Value
			return file.From
		case variable.Value != "":
			t.PasswordEnv = variable.Value
			return variable.From
		case l.Password.Held():
			t.Password = l.Password
			return l.PasswordFrom
		}
	}
	return ""
}

// takeOAuth sets the OAuth 2.0 client credentials of a client.conf in the target and
// returns their origin.
func takeOAuth(levels []Level, t *broker.Target) (from string) {
	for _, l := range levels {
		if l.OAuth.Held() {
			t.OAuth = l.OAuth
			return l.OAuthFrom
		}
	}
	return ""
}

// strongest returns a field from the first level that sets it.
func strongest(levels []Level, field func(Level) Setting) Setting {
	for _, l := range levels {
		if s := field(l); s.Value != "" {
			return s
		}
	}
	return Setting{}
}

// loginSettings returns the fields of the login in order, and its secrets.
func (l Level) loginSettings() []Setting {
	var out []Setting
	for _, f := range broker.LoginFields() {
		out = append(out, l.Login[f.Name])
	}
	return append(out, Setting{"a password", l.PasswordFrom}, Setting{"client credentials", l.OAuthFrom})
}

// appendNew appends a text that is neither empty nor in the list.
func appendNew(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

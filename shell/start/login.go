package start

import (
	"slices"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/profile"
)

// envPassword is the variable that holds a password itself.
const envPassword = "PULSH_PASSWORD"

// flagName is the flag of a field of a login.
func flagName(field string) string { return strings.ReplaceAll(field, "_", "-") }

// loginOptions are the flags of a login. A variable that holds a password has a
// name of its own, so that no flag names one.
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
		o.said = func(_ *Options, l *Level, s Said) error {
			if err := check(s.Value); err != nil {
				return err
			}
			l.setLogin(f.Name, s)
			return nil
		}
		list = append(list, o)
	}
	return list
}

// wordOf is the word for the value of a field that is no file.
func wordOf(field string) string {
	switch field {
	case "user":
		return "NAME"
	case "oauth_issuer":
		return "URL"
	}
	return "TEXT"
}

// sampleOf is a value of a field of a login that could be right.
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

// setLogin sets one field of the login.
func (l *Level) setLogin(field string, s Said) {
	if s.Value == "" {
		return
	}
	if l.Login == nil {
		l.Login = map[string]Said{}
	}
	l.Login[field] = s
}

// takeLogin puts the strongest way of authentication into the target, and a
// client certificate beside it. It returns who set them.
func takeLogin(levels []Level, t *broker.Target) (from string) {
	var sources []string
	fill := func(names ...string) {
		for _, f := range broker.LoginFields() {
			if s := strongest(levels, f.Name); s.Value != "" && slices.Contains(names, f.Name) {
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

// takePassword puts the strongest password into the target.
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

// takeOAuth puts the client credentials that a client.conf holds into the target.
func takeOAuth(levels []Level, t *broker.Target) (from string) {
	for _, l := range levels {
		if l.OAuth.Held() {
			t.OAuth = l.OAuth
			return l.OAuthFrom
		}
	}
	return ""
}

// strongest is the field of a login in the first level that sets it.
func strongest(levels []Level, field string) Said {
	for _, l := range levels {
		if s := l.Login[field]; s.Value != "" {
			return s
		}
	}
	return Said{}
}

// loginSaid lists the fields of a login, in their order, and its secrets.
func (l Level) loginSaid() []Said {
	var out []Said
	for _, f := range broker.LoginFields() {
		out = append(out, l.Login[f.Name])
	}
	return append(out, Said{"a password", l.PasswordFrom}, Said{"client credentials", l.OAuthFrom})
}

// appendNew appends a text that is neither empty nor in the list.
func appendNew(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

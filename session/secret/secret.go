// Package secret recognises tokens and passwords in texts where they do not
// belong, so that none is quoted, stored or handed on.
package secret

import (
	"errors"
	"regexp"
)

// Hidden stands in a text in place of a secret.
const Hidden = "(hidden)"

// The forms in which a secret is given in a wrong place. A JSON Web Token begins
// with {" in base64, which is eyJ, and has two or three parts. The names are
// those of settings and of query parameters; token_file= and token_env= are
// places and no secrets.
var (
	webToken    = regexp.MustCompile(`eyJ[\w-]{6,}={0,2}\.[\w-]+={0,2}(\.[\w-]*={0,2})?`)
	urlUser     = regexp.MustCompile(`(://)[^/\s"'@]*@`)
	namedSecret = regexp.MustCompile(`(?i)((?:^|[^\w-])(?:` + names + `\s*=|["']` + names + `["']\s*[=:])\s*)("[^"]*"?|'[^']*'?|[^\s"'&;,]+)`)
)

// Redact returns text with the secrets in it replaced: JSON Web Tokens, users and
// passwords in URLs, and the values of token=, password= and secret=. It is for
// quoting a text in which a user may have put a secret by mistake.
func Redact(text string) string {
	text = webToken.ReplaceAllString(text, Hidden)
	text = urlUser.ReplaceAllString(text, "${1}"+Hidden+"@")
	return namedSecret.ReplaceAllString(text, "${1}"+Hidden)
}

// names are the names of secrets.
const names = `(?:token|password|passwd|secret|client_?secret|api_?key|authparams)`

// In reports whether Redact would replace something in text.
func In(text string) bool { return Redact(text) != text }

// CheckFile refuses the name of a file that is a token itself, without
// quoting it.
func CheckFile(path string) error {
	if webToken.MatchString(path) {
		return errors.New("this is a token, and the name of a file was expected; write the token into a file, or set PULSH_TOKEN to it")
	}
	return nil
}

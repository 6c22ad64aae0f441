package start

import (
	"io"
	"strings"

	"pulsh/graphs"
)

// locale converts text to the character set of the terminal.
type locale struct{ ascii bool }

// newLocale returns the locale of the environment. The Linux console counts as ASCII:
// its font of at most 512 glyphs lacks blocks and heavy lines.
func newLocale(env func(string) string) locale {
	return locale{ascii: !utf8Locale(env) || env("TERM") == "linux"}
}

// utf8Locale reports whether the locale is UTF-8, as the C library decides. Without a
// locale it returns true.
func utf8Locale(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// text converts a text.
func (l locale) text(text string) string {
	if !l.ascii {
		return text
	}
	return graphs.ASCII(text)
}

// texts converts lines.
func (l locale) texts(lines []string) []string {
	shown := make([]string, len(lines))
	for i, line := range lines {
		shown[i] = l.text(line)
	}
	return shown
}

// writer returns a writer that converts text on its way to out. Each Write must have
// whole runes.
func (l locale) writer(out io.Writer) io.Writer {
	if !l.ascii {
		return out
	}
	return localeWriter{l, out}
}

type localeWriter struct {
	locale
	out io.Writer
}

// Write returns len(p) even if the converted text has another length.
func (w localeWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

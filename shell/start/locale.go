package start

import (
	"io"
	"strings"

	"pulsh/graphs"
)

// locale is what the terminal's character set can show of what pulsh prints.
type locale struct{ ascii bool }

// newLocale looks at the environment. The Linux console has a font of 512
// glyphs at most, which lacks blocks and heavy lines, whatever its locale is.
func newLocale(env func(string) string) locale {
	return locale{ascii: !utf8Locale(env) || env("TERM") == "linux"}
}

// utf8Locale says whether the terminal's characters are Unicode, as the C
// library would decide it. No locale at all is taken for a modern terminal.
func utf8Locale(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// text is a text as the terminal can show it.
func (l locale) text(text string) string {
	if !l.ascii {
		return text
	}
	return graphs.ASCII(text)
}

// texts is text for several lines.
func (l locale) texts(lines []string) []string {
	shown := make([]string, len(lines))
	for i, line := range lines {
		shown[i] = l.text(line)
	}
	return shown
}

// writer passes on what is written to it as the terminal can show it. Each
// Write must hold whole runes.
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

// Write says that it took all of p, whose length its rewriting may change.
func (w localeWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

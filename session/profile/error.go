package profile

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"pulsh/session/secret"
)

// ProfileError is a fault of a profile's file and its position. It never quotes
// a secret.
type ProfileError struct {
	File         string
	Line, Column int // from 1; Column counts characters and is 0 if it is not known
	Message      string
	Text         string // the line, without secrets
	Width        int    // of the faulty part from Column on, in characters
}

// quotedMax bounds the part of a line that is quoted, in characters.
const quotedMax = 160

// Error returns FILE:LINE:COLUMN: and the sentence, and below it the line with
// carets under the faulty part.
func (e *ProfileError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	before := strings.Repeat(" ", max(e.Column-1, 0))
	text, width := []rune(e.Text), max(e.Width, 1)
	if len(text) > quotedMax { // quote the part around the fault
		from := max(min(e.Column-1-quotedMax/4, len(text)-quotedMax), 0)
		text = slices.Concat([]rune("…"), text[from:min(from+quotedMax, len(text))], []rune("…"))
		before = strings.Repeat(" ", max(e.Column-from, 0))
		width = max(min(width, len(text)-len(before)), 1)
	}
	return fmt.Sprintf("%s:%d:%d: %s\n  %s\n  %s%s", e.File, e.Line, e.Column, e.Message,
		strings.ReplaceAll(string(text), "\t", " "), before, strings.Repeat("^", width))
}

// faultAt returns an error at a position. It hides the secrets of the line.
func faultAt(file string, at position, message string) *ProfileError {
	e := &ProfileError{File: file, Line: at.line, Column: at.column, Message: secret.Redact(message), Text: secret.Redact(at.text), Width: at.width}
	if length := utf8.RuneCountInString(e.Text); e.Text != at.text {
		e.Column = min(e.Column, max(length, 1))
		e.Width = min(e.Width, length-e.Column+1)
	}
	return e
}

// unknown returns an error at the key of a path.
func (d *tomlFile) unknown(path []string, err error) error {
	at, found := d.keys[strings.Join(path, ".")]
	if !found { // it is a table
		return d.wrong(path, err)
	}
	if slices.Contains(path, "connection") { // the value of an unknown key may be a secret
		at.text = hideValue(at.text)
	}
	return faultAt(d.file, at, err.Error())
}

// hideValue returns a line without its value.
func hideValue(line string) string {
	key, _, found := strings.Cut(line, "=")
	if !found {
		return secret.Redact(line)
	}
	return strings.TrimRight(key, " \t") + " = (hidden)"
}

// mayBeSecret reports whether the line at a position is in a connection or holds a
// secret.
func mayBeSecret(data string, at position) bool {
	for line := range entries(data) {
		if line.number == at.line {
			return slices.Contains(line.path, "connection") || secret.In(line.text)
		}
	}
	return false
}

// wrong returns an error at the value of a path, or at the name of a table.
func (d *tomlFile) wrong(path []string, err error) error {
	at, found := d.values[strings.Join(path, ".")]
	for !found && len(path) > 1 { // in an inline table: show the table
		path = path[:len(path)-1]
		at, found = d.values[strings.Join(path, ".")]
	}
	return faultAt(d.file, at, err.Error())
}

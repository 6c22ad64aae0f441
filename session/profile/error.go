package profile

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// ProfileError is what is wrong in a profile's file, and where.
type ProfileError struct {
	File         string
	Line, Column int // from 1; Column counts characters and is 0 if it is not known
	Message      string
	Text         string // the line as it stands in the file
	Width        int    // characters that are wrong, from Column on
}

// Error is FILE:LINE:COLUMN: and the sentence, and below it the line with
// carets under what is wrong.
func (e *ProfileError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	before := strings.Repeat(" ", max(e.Column-1, 0))
	return fmt.Sprintf("%s:%d:%d: %s\n  %s\n  %s%s", e.File, e.Line, e.Column, e.Message,
		strings.ReplaceAll(e.Text, "\t", " "), before, strings.Repeat("^", max(e.Width, 1)))
}

// unknown places a refusal at the key of a path.
func (d *tomlFile) unknown(path []string, err error) error {
	at, found := d.keys[strings.Join(path, ".")]
	if !found { // it is a table
		return d.wrong(path, err)
	}
	return &ProfileError{File: d.file, Line: at.line, Column: at.column, Message: err.Error(), Text: at.text, Width: at.width}
}

// wrong places a refusal at the value of a path, or at the name of a table.
func (d *tomlFile) wrong(path []string, err error) error {
	at, found := d.spots[strings.Join(path, ".")]
	for !found && len(path) > 1 { // as in an inline table: show the table
		path = path[:len(path)-1]
		at, found = d.spots[strings.Join(path, ".")]
	}
	return &ProfileError{File: d.file, Line: at.line, Column: at.column, Message: err.Error(), Text: at.text, Width: at.width}
}

// tomlSpot is where a value stands, or a key if the value is a table.
type tomlSpot struct {
	line, column, width int
	text                string
}

// findKeys finds where the values of a TOML file stand, and the keys before them. The library tells no
// positions of keys, so this reads the plain forms that profiles are written
// in: [table.name] and key = value, one a line. Other forms are found by the
// table they are in.
func findKeys(data string) (spots, keys map[string]tomlSpot) {
	spots, keys = map[string]tomlSpot{}, map[string]tomlSpot{}
	var table []string
	for i, line := range strings.Split(data, "\n") {
		line = strings.TrimRight(line, "\r")
		trimmed := strings.TrimSpace(line)
		if name, found := strings.CutPrefix(trimmed, "["); found {
			name, _, _ = strings.Cut(name, "]")
			table = splitKey(name)
			for n := range table { // a table says that those around it are there
				path := strings.Join(table[:n+1], ".")
				if _, seen := spots[path]; !seen || n == len(table)-1 {
					spots[path] = spotOf(i, line, strings.TrimSpace(name))
				}
			}
			continue
		}
		name, value, found := strings.Cut(line, "=")
		if !found || strings.HasPrefix(trimmed, "#") {
			continue
		}
		path := strings.Join(append(slices.Clone(table), splitKey(name)...), ".")
		if _, seen := spots[path]; seen {
			continue
		}
		spots[path] = valueSpot(i, line, len(name)+1, value)
		keys[path] = spotOf(i, line, strings.TrimSpace(name))
	}
	return spots, keys
}

// splitKey takes a dotted key apart.
func splitKey(text string) []string {
	parts := strings.Split(text, ".")
	for i, p := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(p), `"'`)
	}
	return parts
}

func spotOf(line int, text, part string) tomlSpot {
	at := max(strings.Index(text, part), 0)
	return tomlSpot{line + 1, utf8.RuneCountInString(text[:at]) + 1, utf8.RuneCountInString(part), text}
}

// valueSpot places the value that begins at the byte from, inside its quotes.
func valueSpot(line int, text string, from int, value string) tomlSpot {
	trimmed := strings.TrimLeft(value, " \t")
	from += len(value) - len(trimmed)
	end := strings.IndexAny(trimmed, " \t#")
	if quote := strings.IndexAny(trimmed, `"'`); quote == 0 {
		from++
		trimmed = trimmed[1:]
		end = strings.IndexByte(trimmed, text[from-1])
	}
	if end < 0 {
		end = len(trimmed)
	}
	return tomlSpot{line + 1, utf8.RuneCountInString(text[:from]) + 1, utf8.RuneCountInString(trimmed[:end]), text}
}

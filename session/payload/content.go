package payload

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FileMax bounds the bodies of file(FILE) in bytes, and a Budget bounds them by the
// memory of the process as well. FilesMax bounds the files of a folder.
const (
	FileMax  = groupMost
	FilesMax = 100_000
)

// A Content is what bodies contain that are the user's: given bodies in turn, or a
// template. It never changes.
type Content struct {
	bodies   [][]byte // at least one, unless there is a template or a maker
	template *Template
	maker    Maker
	largest  int
	total    int64 // bytes of bodies
}

// NewContent returns bodies that are sent in turn. There must be one at least.
func NewContent(bodies [][]byte) *Content {
	c := &Content{bodies: bodies}
	for _, b := range bodies {
		c.largest = max(c.largest, len(b))
		c.total += int64(len(b))
	}
	return c
}

// NewLines splits the text of a file into bodies. Blank ones are left out, and so is a
// carriage return before a line feed.
func NewLines(text, delimiter string) (*Content, error) {
	var bodies [][]byte
	for line := range strings.SplitSeq(text, delimiter) {
		if delimiter == "\n" {
			line = strings.TrimSuffix(line, "\r")
		}
		if strings.TrimSpace(line) != "" {
			bodies = append(bodies, []byte(line))
		}
	}
	if len(bodies) == 0 {
		return nil, fmt.Errorf("contains no messages")
	}
	return NewContent(bodies), nil
}

// NewTemplated returns bodies that a template makes.
func NewTemplated(t *Template) *Content { return &Content{template: t, largest: t.Largest()} }

// Largest returns the most bytes of a body.
func (c *Content) Largest() int { return c.largest }

// Total returns the bytes of all given bodies.
func (c *Content) Total() int64 { return c.total }

// Count returns the number of given bodies, 0 for a template.
func (c *Content) Count() int { return len(c.bodies) }

// Check calls a check with each given body, or with one that a template makes, until it
// returns an error. It returns the number of that body, from 1, and the error.
func (c *Content) Check(check func(body []byte) error) (number int, err error) {
	bodies := c.bodies
	if c.template != nil {
		bodies = [][]byte{c.template.append(nil, NewFacts(1))}
	}
	for i, body := range bodies {
		if err := check(body); err != nil {
			return i + 1, err
		}
	}
	return 0, nil
}

// A FileBody is the argument of file(FILE) or file(FILE,delimiter=TEXT).
type FileBody struct {
	Name      string
	Delimiter string // of the messages in the file
}

// ParseFileBody reads the argument of file(…). A delimiter is written as it is, or
// with \n, \t, \0 and the other escapes of Go.
func ParseFileBody(argument string) (FileBody, error) {
	name, option, given := strings.Cut(argument, ",")
	name = strings.TrimSpace(name)
	if name == "" {
		return FileBody{}, fmt.Errorf("file needs the name of a file or a folder (file(FILE))")
	}
	f := FileBody{Name: name, Delimiter: "\n"}
	if !given {
		return f, nil
	}
	text, found := strings.CutPrefix(strings.TrimSpace(option), "delimiter=")
	if !found || text == "" {
		return FileBody{}, fmt.Errorf("%q is not an option of file (delimiter=TEXT)", strings.TrimSpace(option))
	}
	text = strings.ReplaceAll(text, `\0`, `\x00`)
	delimiter, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	if err != nil || !utf8.ValidString(delimiter) {
		return FileBody{}, fmt.Errorf(`%q is not a delimiter, a text such as ; or \t or \0`, text)
	}
	f.Delimiter = delimiter
	return f, nil
}

package profile

import (
	"strings"

	"pulsh/session/secret"
)

// The paths of the comments at the beginning of a file, before a blank line, and
// at its end.
const (
	headPath = "\x00head"
	tailPath = "\x00tail"
)

// comments are the comments of a file by what they stand at: a key or a table.
type comments struct {
	above  map[string][]string // comments with lines of their own, and the blank lines between them
	behind map[string]string   // the comment at the end of a line
	count  int
}

// findComments collects the comments of a TOML file. It leaves out those that
// hold a secret. A text of several lines may look like comments, so that a file
// with one has none that could be kept.
func findComments(data string) *comments {
	c := &comments{above: map[string][]string{}, behind: map[string]string{}}
	severalLines := strings.Contains(data, `"""`) || strings.Contains(data, `'''`)
	var waiting []string
	first := true
	for line := range entries(data) {
		trimmed := strings.TrimSpace(line.text)
		switch {
		case strings.HasPrefix(trimmed, "#"):
			c.count++
			if !severalLines && !secret.In(trimmed) {
				waiting = append(waiting, trimmed)
			}
		case trimmed == "":
			if first && len(waiting) > 0 {
				c.above[headPath] = append(waiting, "")
				waiting, first = nil, false
			}
		case line.path != nil:
			path := pathKey(line.path, line.table)
			if len(waiting) > 0 {
				c.above[path] = append(c.above[path], waiting...)
			}
			waiting, first = nil, false
			if comment := commentBehind(line.text); comment != "" {
				c.count++
				if !severalLines && !secret.In(comment) {
					c.behind[path] = comment
				}
			}
		}
	}
	if len(waiting) > 0 {
		c.above[tailPath] = append([]string{""}, waiting...)
	}
	return c
}

// commentBehind is the comment at the end of a line with a key or a table, "" if
// there is none.
func commentBehind(line string) string {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"', '\'':
			i += quotedLength(line[i:]) - 1
		case '#':
			return line[i:]
		}
	}
	return ""
}

// pathKey tells a table from a key of the same path.
func pathKey(path []string, table bool) string {
	key := strings.Join(path, ".")
	if table {
		key = "[" + key + "]"
	}
	return key
}

// take returns the comments of one of the paths above.
func (c *comments) take(path string) []string {
	if c == nil {
		return nil
	}
	return c.above[path]
}

// at returns the comments of a key or of a table.
func (c *comments) at(path []string, table bool) (above []string, behind string) {
	if c == nil {
		return nil, ""
	}
	key := pathKey(path, table)
	return c.above[key], c.behind[key]
}

package profile

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a file's structure. The deepest key of a profile is
// profile.NAME.produce.NAME.KEY. The TOML library keeps every prefix of a key,
// so that a key of many parts would take memory with the square of its length.
const (
	keyPartsMax = 8
	nestingMax  = 8
)

// position is the place of a value in a file, or of a key or a table's name.
type position struct {
	line, column, width int // from 1; column and width count characters
	text                string
}

// positions are the places of a file's values and keys, by their paths joined
// with dots.
type positions struct {
	values map[string]position // of values and of the names of tables
	keys   map[string]position // of the keys before values
}

// findPositions finds the values and the keys of a TOML file. The TOML library
// tells no positions of keys, so this reads the plain forms in which profiles
// are written: [table.name] and key = value, one a line. A value in another form
// is found by the table that it is in.
func findPositions(data string) positions {
	found := positions{map[string]position{}, map[string]position{}}
	for line := range entries(data) {
		switch {
		case line.table:
			for n := range line.path { // a table implies those around it
				path := strings.Join(line.path[:n+1], ".")
				if _, seen := found.values[path]; !seen || n == len(line.path)-1 {
					found.values[path] = positionOf(line.number, line.text, strings.TrimSpace(line.key))
				}
			}
		case line.path != nil:
			path := strings.Join(line.path, ".")
			if _, seen := found.keys[path]; seen {
				continue
			}
			found.values[path] = valuePosition(line.number, line.text, len(line.key)+1)
			found.keys[path] = positionOf(line.number, line.text, strings.TrimSpace(line.key))
		}
	}
	return found
}

// entry is one line of a TOML file: a table, a key with its value, or neither.
type entry struct {
	number int
	text   string
	table  bool
	key    string   // as it is written: the table's name, or what is before the =
	path   []string // of the table or of the key; nil if the line has neither
}

// entries goes through the lines of a TOML file.
func entries(data string) func(yield func(entry) bool) {
	return func(yield func(entry) bool) {
		var table []string
		number := 0
		for text := range strings.SplitSeq(data, "\n") {
			number++
			line := entry{number: number, text: strings.TrimRight(text, "\r")}
			trimmed := strings.TrimSpace(line.text)
			name, isTable := strings.CutPrefix(trimmed, "[")
			key, _, isValue := strings.Cut(line.text, "=")
			switch {
			case isTable:
				line.table = true
				line.key, _, _ = strings.Cut(name, "]")
				table = splitKey(line.key)
				line.path = table
			case isValue && !strings.HasPrefix(trimmed, "#"):
				line.key = key
				line.path = append(slices.Clone(table), splitKey(key)...)
			}
			if !yield(line) {
				return
			}
		}
	}
}

// splitKey takes a dotted key apart. Of a key with too many parts, which
// checkShape refuses, it returns the first ones.
func splitKey(text string) []string {
	parts := strings.SplitN(text, ".", keyPartsMax+1)
	for i, p := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(p), `"'`)
	}
	return parts
}

// positionOf places a part of a line.
func positionOf(line int, text, part string) position {
	at := max(strings.Index(text, part), 0)
	return position{line, utf8.RuneCountInString(text[:at]) + 1, utf8.RuneCountInString(part), text}
}

// valuePosition places the value that begins at the byte from, without its
// quotes.
func valuePosition(line int, text string, from int) position {
	value := strings.TrimLeft(text[from:], " \t")
	from = len(text) - len(value)
	end := strings.IndexAny(value, " \t#")
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		quote := value[0]
		from++
		value = value[1:]
		end = strings.IndexByte(value, quote)
	}
	if end < 0 {
		end = len(value)
	}
	return position{line, utf8.RuneCountInString(text[:from]) + 1, utf8.RuneCountInString(value[:end]), text}
}

// checkShape refuses a key of too many parts and values nested too deeply,
// before the TOML library reads them. The position is that of the fault.
func checkShape(data string) (position, error) {
	dots, depth := 0, 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '#':
			i += lengthTo(data[i:], "\n") - 1
			continue
		case '"', '\'':
			i += quotedLength(data[i:]) - 1
			continue
		case '.':
			dots++
		case '[', '{':
			depth, dots = depth+1, 0
		case ']', '}':
			depth, dots = max(depth-1, 0), 0
		case '=', ',', '\n':
			dots = 0
		}
		switch {
		case dots >= keyPartsMax:
			return positionAt(data, i), errors.New("the key has too many parts; a key such as produce.fast.rate has 3")
		case depth > nestingMax:
			return positionAt(data, i), errors.New("the value is nested too deeply; a value is a text or a number")
		}
	}
	return position{}, nil
}

// quotedLength is the length of the quoted text at the beginning of data, in
// one of the four forms of TOML, or of a text that does not end.
func quotedLength(data string) int {
	quote := data[:1]
	if strings.HasPrefix(data, strings.Repeat(quote, 3)) {
		return min(3+lengthTo(data[3:], strings.Repeat(quote, 3))+2, len(data))
	}
	for i := 1; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == `"`:
			i++
		case data[i] == quote[0]:
			return i + 1
		case data[i] == '\n':
			return i
		}
	}
	return len(data)
}

// lengthTo is the length up to the first byte of end, or that of all of data.
func lengthTo(data, end string) int {
	if i := strings.Index(data, end); i >= 0 {
		return i + 1
	}
	return len(data)
}

// positionAt places one byte of a file.
func positionAt(data string, at int) position {
	begin := strings.LastIndexByte(data[:at], '\n') + 1
	end := at + lengthTo(data[at:], "\n")
	text := strings.TrimRight(data[begin:end], "\r\n")
	return position{1 + strings.Count(data[:at], "\n"), utf8.RuneCountInString(data[begin:at]) + 1, 1, text}
}

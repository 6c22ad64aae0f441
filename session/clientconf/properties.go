package clientconf

import (
	"fmt"
	"strconv"
	"strings"

	"pulsh/session/secret"
)

// properties reads the format of java.util.Properties: a key and a value with =, :
// or blanks between, comments after # or !, a backslash at the end of a line that
// continues, and escapes. The last value of a repeated key counts.
func properties(text, file string) (map[string]Value, error) {
	out := map[string]Value{}
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		number := i + 1
		line := strings.TrimLeft(lines[i], blanks)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for goesOn(line) {
			line = line[:len(line)-1]
			if i++; i == len(lines) {
				break
			}
			line += strings.TrimLeft(lines[i], blanks)
		}
		key, value := divide(line)
		plainKey, err := unescape(key)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		plain, err := unescape(value)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", file, number, secret.Redact(plainKey), err)
		}
		out[plainKey] = Value{plain, number}
	}
	return out, nil
}

// blanks are the white space within a line.
const blanks = " \t\f"

// goesOn reports whether a line continues: it ends with an odd number of
// backslashes.
func goesOn(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// divide splits a line at its first separator that is not escaped.
func divide(line string) (key, value string) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte("=:"+blanks, line[i]) >= 0 {
			end = i
			break
		}
	}
	value = strings.TrimLeft(line[end:], blanks)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], blanks)
	}
	return line[:end], value
}

// unescape replaces \t, \n, \f, \r and \uXXXX. It drops a backslash before any
// other character.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'f':
			b.WriteByte('\f')
		case 'r':
			b.WriteByte('\r')
		case 'u':
			code, err := strconv.ParseUint(text[i+1:min(i+5, len(text))], 16, 16)
			if err != nil || i+5 > len(text) {
				return "", fmt.Errorf(`behind \u stand no four hexadecimal digits`)
			}
			b.WriteRune(rune(code))
			i += 4
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), nil
}

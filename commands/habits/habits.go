// Package habits knows what people type out of habit: the words of other shells and
// programs. Pure.
package habits

import "strings"

// words are lines that begin with a word of another program, by that word. The rest of
// what was typed follows.
var words = map[string][]string{
	"quit":           {":q", ":q!", `\q`, "q", "bye", "logout", "/quit", "/exit"},
	"help":           {"-h", "--help", "/help", "/?", `\?`, `\h`, `\help`, "man"},
	"list":           {"ls", "ll", "ps", "dir", `\l`, `\d`},
	"remove ":        {"kill", "delete", "del", "rm"},
	"show ":          {"describe", "desc", "info", "get"},
	"produce start ": {"start", "produce", "send"},
	"produce stop ":  {"end"},
}

// Lines returns what a line that begins with no command may mean, the likeliest first.
func Lines(line string) []string {
	first, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	var lines []string
	for begin, typed := range words {
		for _, word := range typed {
			switch {
			case !strings.EqualFold(word, first):
			case strings.HasSuffix(begin, " "):
				lines = append(lines, begin+rest)
			default:
				lines = append(lines, begin)
			}
		}
	}
	if name, key, dotted := strings.Cut(first, "."); dotted && strings.Contains(key, "=") { // fast.rate=10k
		lines = append(lines, strings.TrimSpace("set "+name+" "+key+" "+rest))
	}
	return lines
}

// Redirected reports whether a word is how other shells pass output on.
func Redirected(word string) bool {
	return strings.HasPrefix(word, "|") || strings.HasPrefix(word, ">")
}

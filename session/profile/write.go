package profile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"pulsh/session/spec"
)

// TOML writes the profile as ParseProfile reads it, every setting included.
func (p Profile) TOML() []byte {
	text, _ := p.write(nil)
	return text
}

// write writes the profile with the comments of an older file. kept counts the
// comments that it wrote.
func (p Profile) write(older *comments) (text []byte, kept int) {
	w := &writer{comments: older}
	w.lines(older.take(headPath))
	w.value([]string{"version"}, ProfileVersion)
	if p.Description != "" {
		w.value([]string{"description"}, p.Description)
	}
	writeTable(w, []string{"connection"}, connectionSettings(), &p.Connection)
	for _, one := range p.Clusters {
		writeTable(w, []string{clusterTable, one.Name}, connectionSettings(), &one.Connection)
	}
	if len(p.Session) > 0 {
		w.table("session")
		for _, one := range p.Session {
			w.value([]string{"session", one.Name}, one.Value)
		}
	}
	writeTable(w, []string{"graph"}, graphSettings(), &p.Graph)
	for _, g := range p.Groups {
		path := []string{string(g.Kind), g.Name}
		w.table(path...)
		if g.Producer != nil {
			writeSettings(w, path, spec.ProducerSettings(), g.Producer)
		}
		if g.Consumer != nil {
			writeSettings(w, path, g.Consumer.Settings(), g.Consumer)
		}
	}
	w.lines(older.take(tailPath))
	return w.text.Bytes(), w.kept
}

// writeTable writes the settings that are set, in a table of their own.
func writeTable[S comparable](w *writer, table []string, settings []spec.Setting[S], from *S) {
	var none S
	if *from == none {
		return
	}
	w.table(table...)
	for _, s := range settings {
		if v := s.Get(from); v != "" {
			w.value(append(table[:len(table):len(table)], s.Name), v)
		}
	}
}

// writeSettings writes all settings of a group; whole numbers without quotes.
func writeSettings[S any](w *writer, path []string, settings []spec.Setting[S], from *S) {
	for _, s := range settings {
		text := s.Get(from)
		var value any = text
		if n, err := strconv.ParseInt(text, 10, 64); s.Kind == "COUNT" && err == nil {
			value = n
		}
		w.value(append(path[:len(path):len(path)], s.Name), value)
	}
}

// writer writes tables and values in the order in which it is told them. The
// TOML library writes each; it would write a whole map in the order of the
// alphabet.
type writer struct {
	text     bytes.Buffer
	comments *comments
	kept     int
}

// table begins a table.
func (w *writer) table(path ...string) {
	w.text.WriteString("\n")
	above, behind := w.comments.at(path, true)
	w.lines(above)
	w.line("["+toml.Key(path).String()+"]", behind)
}

// value writes a key and its value. The path leads from the file's root.
func (w *writer) value(path []string, value any) {
	above, behind := w.comments.at(path, false)
	w.lines(above)
	var pair bytes.Buffer
	if err := toml.NewEncoder(&pair).Encode(map[string]any{path[len(path)-1]: value}); err != nil {
		panic(fmt.Sprintf("a text or a number is not TOML: %v", err)) // the library encodes each
	}
	w.line(strings.TrimSuffix(pair.String(), "\n"), behind)
}

// lines writes comments that have lines of their own.
func (w *writer) lines(comments []string) {
	for _, c := range comments {
		w.text.WriteString(c + "\n")
		if strings.HasPrefix(strings.TrimSpace(c), "#") {
			w.kept++
		}
	}
}

// line writes a line, and the comment behind it if there is one.
func (w *writer) line(text, comment string) {
	if comment != "" {
		text += " " + comment
		w.kept++
	}
	w.text.WriteString(text + "\n")
}

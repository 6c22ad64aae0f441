package lang

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pulsh/session/spell"
)

// filesMax is how much of a folder is looked at while one types.
const filesMax = 500

// scriptEnding is that of files with lines as they are typed.
const scriptEnding = ".pulsh"

// HomePath is a path with the user's folder in place of a ~ at its beginning.
func HomePath(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + rest
}

// FileKind is the kind of a file of lines.
func FileKind() Kind {
	return Kind{Name: "FILE", Sample: "examples/smoke.pulsh", Doc: "a file of lines as they are typed; ~ is your folder",
		Parse: parseFile, Complete: CompleteFiles(scriptEnding)}
}

func parseFile(text string) (any, error) {
	if text == "" {
		return nil, errors.New("a file needs a name")
	}
	return HomePath(text), nil
}

// CompleteFiles offers folders, and files with one of the endings, beside what
// is typed; without endings all files.
func CompleteFiles(endings ...string) func(*Scene) []Suggestion {
	return func(s *Scene) []Suggestion {
		dir, begun := filepath.Split(s.Partial)
		if s.Partial == "~" {
			return []Suggestion{{"~/", "your folder"}}
		}
		var out []Suggestion
		for _, e := range folder(dir) {
			name := e.Name()
			switch {
			case strings.HasPrefix(name, ".") && !strings.HasPrefix(begun, "."):
			case e.IsDir():
				out = append(out, Suggestion{Quote(dir + name + "/"), "folder"})
			case len(endings) == 0 || slices.Contains(endings, filepath.Ext(name)):
				out = append(out, Suggestion{Quote(dir + name), fileWord(filepath.Ext(name))})
			}
		}
		return out
	}
}

// folder are the entries of a folder as it was typed, by name. What cannot be read
// is not offered.
func folder(dir string) []os.DirEntry {
	f, err := os.Open(filepath.Clean(HomePath(dir) + "."))
	if err != nil {
		return nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(filesMax) // what could be read is offered
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries
}

// fileWord is what a file is by its ending.
func fileWord(ending string) string {
	if ending == scriptEnding {
		return "script"
	}
	return strings.TrimPrefix(ending, ".") + " file"
}

// nearFiles are the names beside a path that may have been meant.
func nearFiles(path string) []string {
	dir, name := filepath.Split(path)
	var names []string
	for _, e := range folder(dir) {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	found := spell.Nearest(name, names)
	for i := range found {
		found[i] = dir + found[i]
	}
	return found
}

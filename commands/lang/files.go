package lang

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pulsh/session/input"
	"pulsh/session/spell"
)

// filesMax bounds the entries of a folder that completion reads.
const filesMax = 500

// scriptEnding is the extension of scripts.
const scriptEnding = ".pulsh"

// HomePath replaces a leading ~ of a path by the user's home folder.
func HomePath(path string) string { return input.Home(path) }

// FileKind returns the kind FILE of a script.
func FileKind() Kind {
	return Kind{Name: "FILE", Sample: "examples/smoke.pulsh", Doc: "a script: a file of commands; ~ is your home folder",
		Parse: parseFile, Complete: CompleteFiles(scriptEnding)}
}

func parseFile(text string) (any, error) {
	if text == "" {
		return nil, errors.New("a file needs a name")
	}
	return HomePath(text), nil
}

// CompleteFiles returns a completion of folders and of files with one of the
// extensions; without extensions of all files.
func CompleteFiles(endings ...string) func(*Scene) []Suggestion {
	return func(s *Scene) []Suggestion {
		dir, begun := filepath.Split(s.Partial)
		if s.Partial == "~" {
			return []Suggestion{{"~/", "your home folder"}}
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

// folder returns the entries of a folder, by name; those that can be read.
func folder(dir string) []os.DirEntry {
	f, err := os.Open(filepath.Clean(HomePath(dir) + "."))
	if err != nil {
		return nil
	}
	defer f.Close()
	entries, _ := f.ReadDir(filesMax) // a partial list is useful
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries
}

// fileWord describes a file by its extension.
func fileWord(ending string) string {
	if ending == scriptEnding {
		return "script"
	}
	return strings.TrimPrefix(ending, ".") + " file"
}

// nearFiles returns the files in the folder of path with names near to it.
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

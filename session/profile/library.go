package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pulsh/session/input"
	"pulsh/session/spec"
)

// profileEnding is the extension of the files of saved profiles.
const profileEnding = ".toml"

// Library holds the profiles of the command load: the built-in ones and those that
// the user has saved, each in a file of its own.
type Library struct {
	Builtin []Profile
	Dir     string // of saved profiles; Save creates it
}

// Load returns a profile by its name. It reads a saved one from its file.
func (l Library) Load(name string) (Profile, error) {
	if i := slices.IndexFunc(l.Builtin, func(p Profile) bool { return p.Name == name }); i >= 0 {
		return l.Builtin[i], nil
	}
	if err := spec.CheckName(name); err != nil {
		return Profile{}, err
	}
	path := l.path(name)
	text, err := input.ReadRegular(path, input.ConfigMax)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Profile{}, fmt.Errorf("no profile %q; there are %s", name, strings.Join(l.Names(), ", "))
	case err != nil:
		return Profile{}, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return ParseProfile([]byte(text), path, name)
}

// Names returns the names of all profiles, the built-in ones first.
func (l Library) Names() []string {
	var names []string
	for _, p := range l.Builtin {
		names = append(names, p.Name)
	}
	return append(names, l.Saved()...)
}

// Saved returns the names of the saved profiles.
func (l Library) Saved() []string {
	entries, _ := os.ReadDir(l.Dir) // without the directory there are none
	var names []string
	for _, e := range entries {
		name, found := strings.CutSuffix(e.Name(), profileEnding)
		if found && spec.CheckName(name) == nil && !l.isBuiltin(name) {
			names = append(names, name)
		}
	}
	return names
}

func (l Library) isBuiltin(name string) bool {
	return slices.ContainsFunc(l.Builtin, func(p Profile) bool { return p.Name == name })
}

// File returns the path of a saved profile; ok is false if there is none.
func (l Library) File(name string) (path string, ok bool) {
	path = l.path(name)
	return path, slices.Contains(l.Saved(), name)
}

// Place returns FILE:LINE of a value of a saved profile by its dotted key, "" if
// there is none.
func (l Library) Place(name, key string) string {
	path, ok := l.File(name)
	if !ok {
		return ""
	}
	text, err := input.ReadRegular(path, input.ConfigMax)
	if err != nil {
		return ""
	}
	at, ok := findPositions(text).values[key]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", path, at.line)
}

// Delete removes a saved profile.
func (l Library) Delete(name string) error {
	path, ok := l.File(name)
	if !ok {
		return fmt.Errorf("no profile %q was saved", name)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("%s cannot be deleted: %w", path, errors.Unwrap(err))
	}
	return nil
}

func (l Library) path(name string) string { return filepath.Join(l.Dir, name+profileEnding) }

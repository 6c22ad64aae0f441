package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pulsh/session/spec"
)

// profileEnding is how the files of saved profiles end.
const profileEnding = ".toml"

// profileBytesMax bounds a profile's file: GroupsMax groups take a few dozen KiB.
const profileBytesMax = 1 << 20

// Library holds the profiles that load knows: the built-in ones, and those
// that a user has saved, each in a file of its own.
type Library struct {
	Builtin []Profile
	Dir     string // of saved profiles; made when the first one is saved
}

// Load returns the profile of that name.
func (l Library) Load(name string) (Profile, error) {
	if i := slices.IndexFunc(l.Builtin, func(p Profile) bool { return p.Name == name }); i >= 0 {
		return l.Builtin[i], nil
	}
	if err := spec.CheckName(name); err != nil {
		return Profile{}, err
	}
	path := l.path(name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Profile{}, fmt.Errorf("no profile %q; there are %s", name, strings.Join(l.Names(), ", "))
	case err != nil:
		return Profile{}, fmt.Errorf("%s cannot be read: %w", path, err)
	case info.Size() > profileBytesMax:
		return Profile{}, fmt.Errorf("%s is larger than %d bytes", path, profileBytesMax)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Profile{}, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return ParseProfile(data, path, name)
}

// Names lists the profiles, the built-in ones first.
func (l Library) Names() []string {
	var names []string
	for _, p := range l.Builtin {
		names = append(names, p.Name)
	}
	return append(names, l.Saved()...)
}

// Saved lists the names of the profiles that the user has saved.
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

// File is the file of a profile that the user has saved; ok is false if there
// is none.
func (l Library) File(name string) (path string, ok bool) {
	path = l.path(name)
	return path, slices.Contains(l.Saved(), name)
}

// Place is FILE:LINE of a value in the file of a profile that the user has
// saved, by its dotted key; "" if there is none.
func (l Library) Place(name, key string) string {
	path, ok := l.File(name)
	if !ok {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	spots, _ := findKeys(string(data))
	at, ok := spots[key]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", path, at.line)
}

// Delete removes a profile that the user has saved.
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

// Save writes a profile into its file, replacing what was there in one step.
// Only the user may read it. It returns the file's path.
func (l Library) Save(p Profile) (path string, err error) {
	if err := spec.CheckName(p.Name); err != nil {
		return "", err
	}
	if l.isBuiltin(p.Name) {
		return "", fmt.Errorf("%q is a built-in profile; choose another name", p.Name)
	}
	path = l.path(p.Name)
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return "", fmt.Errorf("%s cannot be made: %w", l.Dir, err)
	}
	temporary, err := os.CreateTemp(l.Dir, "."+p.Name+"-*") // with mode 0600
	if err != nil {
		return "", fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer os.Remove(temporary.Name()) // gone already when all went well
	_, err = temporary.Write(p.TOML())
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return path, nil
}

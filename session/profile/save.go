package profile

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"pulsh/session/input"
	"pulsh/session/spec"
)

// Saved is the file of a profile that was just saved.
type Saved struct {
	Path string
	// Comments counts the comments of the file that was replaced, Lost those of
	// them that are not in the new one: those at keys and tables that are gone,
	// and those that held a secret.
	Comments, Lost int
}

// Save writes a profile into its file, replacing the old one in one step. The
// comments of the old file stay at their keys. Only the user may read the file.
func (l Library) Save(p Profile) (Saved, error) {
	if err := spec.CheckName(p.Name); err != nil {
		return Saved{}, err
	}
	if l.isBuiltin(p.Name) {
		return Saved{}, fmt.Errorf("%q is a built-in profile; choose another name", p.Name)
	}
	saved := Saved{Path: l.path(p.Name)}
	text := p.TOML()
	if old, err := input.ReadRegular(saved.Path, input.ConfigMax); err == nil {
		older := findComments(old)
		commented, kept := p.write(older)
		saved.Comments = older.count
		// Comments must not change what the profile says.
		if again, err := ParseProfile(commented, saved.Path, p.Name); err == nil && bytes.Equal(again.TOML(), text) {
			text = commented
		} else {
			kept = 0
		}
		saved.Lost = older.count - kept
	}
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return Saved{}, fmt.Errorf("%s cannot be made: %w", l.Dir, err)
	}
	if err := replace(l.Dir, saved.Path, text); err != nil {
		return Saved{}, fmt.Errorf("%s cannot be written: %w", saved.Path, err)
	}
	return saved, nil
}

// replace writes a file in one step, by a temporary one in the same folder.
func replace(dir, path string, text []byte) error {
	temporary, err := os.CreateTemp(dir, ".profile-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails after the renaming, as it should
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	return err
}

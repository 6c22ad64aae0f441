package local

import (
	"os"
	"path/filepath"
	"strings"
)

// addLease records that the process p needs the server, and returns the file
// to remove when it no longer does. One process may hold several.
func (i instance) addLease(p process) (string, error) {
	tmp, err := os.CreateTemp(i.dir, ".lease-*")
	if err != nil {
		return "", err
	}
	name := tmp.Name()
	tmp.Close()
	if err := writeJSON(name, p); err != nil {
		os.Remove(name)
		return "", err
	}
	lease := i.file("leases", strings.TrimPrefix(filepath.Base(name), ".lease-")+".json")
	return lease, os.Rename(name, lease)
}

// users returns the live processes that need the server, one entry per lease.
// Leases of dead processes are removed.
func (i instance) users() []process {
	files, _ := filepath.Glob(i.file("leases", "*.json"))
	var live []process
	for _, f := range files {
		var p process
		if err := readJSON(f, &p); err != nil || !p.alive() {
			os.Remove(f)
			continue
		}
		live = append(live, p)
	}
	return live
}

// kept says whether the server shall stay when its last user is gone.
func (i instance) kept() bool {
	_, err := os.Stat(i.keepFile())
	return err == nil
}

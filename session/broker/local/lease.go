package local

import (
	"os"
	"path/filepath"
	"strings"
)

// addLease records that process p uses the server, and returns the file to remove
// at the end of its use. A process may hold several leases.
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

// users returns the live processes that use the server, once per lease. It removes
// the leases of dead processes.
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

// kept reports whether the server stays after its last user has left.
func (i instance) kept() bool {
	_, err := os.Stat(i.keepFile())
	return err == nil
}

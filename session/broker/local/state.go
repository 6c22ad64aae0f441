package local

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// instance is the folder of one server.
type instance struct{ dir string }

func (i instance) file(name ...string) string {
	return filepath.Join(append([]string{i.dir}, name...)...)
}
func (i instance) keepFile() string   { return i.file("keep") }
func (i instance) launchFile() string { return i.file("launch.json") }
func (i instance) logFile() string    { return i.file("log", "pulsar.log") }
func (i instance) console() string    { return i.file("log", "console.log") }
func (i instance) data(version string) string {
	return i.file("data", version)
}

// Phases of a server as state.json records them.
const (
	phaseStarting = "starting"
	phaseReady    = "ready"
	phaseStopping = "stopping"
	phaseStopped  = "stopped"
)

// state is the shared knowledge of all pulsh processes about the server of an
// instance. It is written under the lock only.
type state struct {
	Phase      string    `json:"phase"`
	Supervisor process   `json:"supervisor"`
	Server     process   `json:"server"`
	Ports      ports     `json:"ports"`
	Version    string    `json:"version"`
	Source     string    `json:"source"`
	Note       string    `json:"note,omitempty"`
	Started    time.Time `json:"started"`
	ReadyInMS  int64     `json:"readyInMs"`
	// LogFrom is the size of the log before this start, in bytes.
	LogFrom int64 `json:"logFrom"`
	// KillCommand kills a server in a container. If it is empty, the process is
	// killed.
	KillCommand []string `json:"killCommand,omitempty"`
	// Transactions says that the transaction coordinator is enabled.
	Transactions bool `json:"transactions,omitempty"`
	// Launch is the command of the server, for a restart.
	Launch launch `json:"launch"`
}

// running reports whether the supervisor of the server runs.
func (s state) running() bool { return s.Supervisor.alive() }

// overdue reports whether the time for a start is over, and no pulsh has recorded that the
// server is ready.
func (s state) overdue() bool {
	return s.Phase == phaseStarting && time.Since(s.Started) >= startDeadline
}

// exit is the supervisor's record of the end of its server.
type exit struct {
	Server process   `json:"server"`
	Killed bool      `json:"killed"`
	Asked  bool      `json:"asked"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// readJSON decodes a file into v. For a missing file the error is fs.ErrNotExist.
func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// writeJSON replaces the content of a file with v.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

// state reads state.json. It returns false if no server was ever started here, or if
// the file is not valid.
func (i instance) state() (s state, ok bool) {
	return s, readJSON(i.file("state.json"), &s) == nil
}

func (i instance) setState(s state) error { return writeJSON(i.file("state.json"), s) }

// exit reads the record of the end of server process p. It returns false if p has
// not ended, or its supervisor was killed.
func (i instance) exit(p process) (e exit, ok bool) {
	err := readJSON(i.file("exit.json"), &e)
	return e, err == nil && e.Server == p
}

// make creates the folders of the instance.
func (i instance) make() error {
	for _, d := range []string{"leases", "conf", "data", "log"} {
		if err := os.MkdirAll(i.file(d), 0o700); err != nil {
			return &Error{Message: "the folder " + i.dir + " cannot be used: " + reason(err), Next: "name a folder that can be written with --local-dir", Cause: err}
		}
	}
	return nil
}

// reason returns the system's text for a failed file operation.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// lockFolder locks a folder and returns the function that unlocks it. If another
// process holds the lock, lockFolder calls waiting once and waits until ctx ends.
func lockFolder(ctx context.Context, dir string, waiting func()) (func(), error) {
	l := flock.New(filepath.Join(dir, "lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		waiting()
		got, err = l.TryLockContext(ctx, pollEvery)
	}
	if err != nil || !got {
		return nil, &Error{Message: "the lock of " + dir + " was not obtained: " + errorText(err), Cause: err}
	}
	return func() { _ = l.Unlock() }, nil
}

func errorText(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "another pulsh holds it"
	}
	if err == nil {
		return "it is held"
	}
	return reason(err)
}

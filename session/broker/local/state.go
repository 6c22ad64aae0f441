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

// state is what every pulsh must know about the server of an instance. It is
// written under the lock only.
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
	// KillCommand kills a server that is no process of this machine, a
	// container; when it is empty the server process gets a SIGKILL.
	KillCommand []string `json:"killCommand,omitempty"`
	// Launch is what a restart runs again.
	Launch launch `json:"launch"`
}

// running says whether the server of this state still has its supervisor.
func (s state) running() bool { return s.Supervisor.alive() }

// exit is what the supervisor leaves behind when its server has ended.
type exit struct {
	Server process   `json:"server"`
	Killed bool      `json:"killed"`
	Asked  bool      `json:"asked"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// readJSON fills v from a file; a missing file is fs.ErrNotExist.
func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// writeJSON replaces a file by v.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

// state reads state.json; ok is false when no server was ever started here or
// the file cannot be understood, which is the same to a reader.
func (i instance) state() (s state, ok bool) {
	return s, readJSON(i.file("state.json"), &s) == nil
}

func (i instance) setState(s state) error { return writeJSON(i.file("state.json"), s) }

// exit reads how the server process p ended; ok is false when it has not, or
// nobody was left to say so.
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

// reason returns the system's own words for a failed file operation.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// lockFolder takes the lock of a folder, waiting for it until ctx ends; waiting is
// called once if another holds it. The returned function gives the lock back.
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

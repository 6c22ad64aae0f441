package local

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Version is the default version of Pulsar: the latest long-term support release
// with a published server distribution.
const Version = "4.0.8"

const (
	// DefaultBrokerPort is the usual port of a broker.
	DefaultBrokerPort = 6650
	// DefaultWebPort is the usual port of the admin API.
	DefaultWebPort = 8080
	// DefaultZooKeeperPort is ZooKeeper's usual client port.
	DefaultZooKeeperPort = 2181
	// AnyPort asks for the port of the last server in the same folder, or for any
	// free one. With it as the broker port, Start does not look for a server that
	// pulsh has not started.
	AnyPort = -1
)

const (
	// MiB and GiB are sizes in bytes.
	MiB int64 = 1 << 20
	GiB int64 = 1 << 30

	// DefaultHeap is the size of Java's heap. 512 MiB sufficed for 230 MB/s.
	DefaultHeap = 512 * MiB
	// DefaultDirect is the size of Java's memory outside the heap, which holds the
	// caches of messages.
	DefaultDirect = 512 * MiB
	// DiskNeeded is the free disk space that a start needs, in bytes. The
	// configuration bounds journals, entry logs and backlogs, so that the data
	// folder stays below it after an hour of full load.
	DiskNeeded = 6 * 1000 * 1000 * 1000
	// diskLeft and diskWarned are the free disk space at which the server stops to
	// store, and the one at which it begins to remove what it can, in bytes.
	diskLeft, diskWarned = DiskNeeded / 10, DiskNeeded / 5
)

const (
	// startDeadline bounds the time from the start of Java to ready. A start takes
	// some 20 s of processor time: 6 s on two idle cores, and 70 s on two cores
	// that fifteen other processes wanted.
	startDeadline = 3 * time.Minute
	// fetchDeadline bounds one fetch of some 250 MB over a slow line.
	fetchDeadline = 30 * time.Minute
	// stopGrace is the time between SIGTERM and SIGKILL. A clean stop takes about
	// a second.
	stopGrace = 5 * time.Second
	// pollEvery is the interval at which a waiting call polls.
	pollEvery = 50 * time.Millisecond
	// watchEvery is the interval at which the supervisor reads the leases.
	watchEvery = time.Second
)

// Progress describes a step of a start, for the user.
type Progress struct {
	// Step is a single word: wait, fetch, unpack, start or ready.
	Step string
	// Done and Total are bytes; Total is 0 when it is not known.
	Done, Total int64
	// Text is a sentence about the step.
	Text string
}

// Config has the settings of a server. The zero value is the default server of the
// current user on ports 6650 and 8080.
type Config struct {
	// Dir is the folder of all files; default: pulsh in the user's cache
	// directory.
	Dir string
	// Libraries is the folder of unpacked servers; default: Dir/libraries.
	Libraries string
	// Version is the Pulsar version to run; default: [Version].
	Version string
	// Home is the folder of an unpacked Pulsar (PULSAR_HOME). It has precedence
	// over fetched ones.
	Home string
	// BrokerPort, WebPort and ZooKeeperPort are the wanted ports; 0 is the
	// default port. The next free port is used instead of a taken one.
	BrokerPort, WebPort, ZooKeeperPort int
	// Heap and Direct bound Java's memory, in bytes; 0 is the default.
	Heap, Direct int64
	// Advertised is the address at which the broker tells clients to reach it;
	// default: 127.0.0.1. Tests put a proxy there.
	Advertised string
	// JavaFlags are added to Java's own flags.
	JavaFlags []string
	// Transactions enables the transaction coordinator of a server that this call
	// starts. A server that runs without one is an error.
	Transactions bool
	// Fresh removes the data of earlier servers if this call starts one.
	Fresh bool
	// Keep keeps the server running after its last user has left.
	Keep bool
	// Linger is the time for which the server waits for another user.
	Linger time.Duration
	// Supervisor is the command that runs [Supervise] with the instance folder
	// as its last argument; default: this executable with [SuperviseWord].
	Supervisor []string
	// Progress is called on the goroutine of the call with each step. It may be
	// nil.
	Progress func(Progress)
	// DiskNeeded is the free disk space that a start needs, in bytes; 0 is the
	// constant of this name. A load of minutes needs less.
	DiskNeeded int64
	// Space returns the space of the disk that holds a folder; default: that of
	// the system.
	Space func(dir string) (Space, error)
}

// Libraries returns the folder of the server's Java libraries, which all servers
// of this user share. It is "" if the user has no cache directory: a server then
// keeps its libraries in its own folder.
func Libraries() (string, error) {
	c, err := Config{}.withDefaults()
	if errors.Is(err, errNoCache) {
		return "", nil
	}
	return c.Libraries, err
}

// errNoCache is the cause of an error about a user without a cache directory.
var errNoCache = errors.New("no cache directory")

// withDefaults returns c with every empty field filled in.
func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return c, &Error{Message: "there is no cache directory for the local pulsar", Next: "set HOME or XDG_CACHE_HOME, or name a folder with --local-dir", Cause: errors.Join(errNoCache, err)}
		}
		c.Dir = filepath.Join(cache, "pulsh")
	}
	if c.Libraries == "" {
		c.Libraries = filepath.Join(c.Dir, "libraries")
	}
	if c.Version == "" {
		c.Version = Version
	}
	if c.Advertised == "" {
		c.Advertised = "127.0.0.1"
	}
	if c.BrokerPort == 0 {
		c.BrokerPort = DefaultBrokerPort
	}
	if c.WebPort == 0 {
		c.WebPort = DefaultWebPort
	}
	if c.ZooKeeperPort == 0 {
		c.ZooKeeperPort = DefaultZooKeeperPort
	}
	if c.Heap == 0 {
		c.Heap = DefaultHeap
	}
	if c.Direct == 0 {
		c.Direct = DefaultDirect
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	if c.DiskNeeded == 0 {
		c.DiskNeeded = DiskNeeded
	}
	if c.Space == nil {
		c.Space = spaceOf
	}
	if len(c.Supervisor) == 0 {
		self, err := os.Executable()
		if err != nil {
			return c, &Error{Message: "the pulsh binary cannot find itself to supervise the server", Cause: err}
		}
		c.Supervisor = []string{self, SuperviseWord}
	}
	return c, nil
}

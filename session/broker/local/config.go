package local

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Version is the Pulsar that pulsh runs: the long-term support release whose
// whole server distribution is published.
const Version = "4.0.8"

const (
	// DefaultBrokerPort is where Pulsar clients look for a broker.
	DefaultBrokerPort = 6650
	// DefaultWebPort is where Pulsar tools look for the admin API.
	DefaultWebPort = 8080
	// DefaultZooKeeperPort is ZooKeeper's usual client port.
	DefaultZooKeeperPort = 2181
	// AnyPort asks for some free port instead of a wanted one. No server that
	// runs already is looked for when the broker port is AnyPort.
	AnyPort = -1
)

const (
	// MiB and GiB are sizes in bytes.
	MiB int64 = 1 << 20
	GiB int64 = 1 << 30

	// DefaultHeap is Java's heap. 512 MiB carried 230 MB/s without trouble.
	DefaultHeap = 512 * MiB
	// DefaultDirect is Java's memory outside the heap, where the message
	// caches live.
	DefaultDirect = 512 * MiB
	// DiskNeeded is how much must be free to start: the data folder stays
	// below it even after an hour of full load, because journals, entry logs
	// and backlogs are bounded by the configuration.
	DiskNeeded = 6 * 1000 * 1000 * 1000
)

const (
	// startDeadline bounds the time from starting Java to ready. A
	// start costs some 20 s of processor time: 6 s on two idle cores, 70 s were
	// seen on two cores with fifteen others waiting for them.
	startDeadline = 3 * time.Minute
	// fetchDeadline bounds one fetch of some 250 MB over a slow line.
	fetchDeadline = 30 * time.Minute
	// stopGrace is how long a server may take to end by itself after SIGTERM.
	// Its own clean stop was seen to take about a second.
	stopGrace = 5 * time.Second
	// pollEvery is how often a waiting call looks again.
	pollEvery = 50 * time.Millisecond
	// watchEvery is how often the supervisor looks at the leases.
	watchEvery = time.Second
)

// Progress is one step of a start, to be shown to the user.
type Progress struct {
	// Step is a single word: wait, fetch, unpack, start or ready.
	Step string
	// Done and Total are bytes; Total is 0 when it is not known.
	Done, Total int64
	// Text is a sentence about the step.
	Text string
}

// Config says how to start a server. The zero value is the default server of
// the current user on ports 6650 and 8080.
type Config struct {
	// Dir is the folder of everything; default: pulsh in the user's cache
	// directory.
	Dir string
	// Libraries is where unpacked servers are kept; default: Dir/libraries.
	Libraries string
	// Version is the Pulsar version to run; default: [Version].
	Version string
	// Home is an unpacked Pulsar (PULSAR_HOME); it goes before any fetched one.
	Home string
	// BrokerPort, WebPort and ZooKeeperPort are the wanted ports: 0 is the
	// default port, AnyPort any free one. A taken one is passed over for the
	// next free one.
	BrokerPort, WebPort, ZooKeeperPort int
	// Heap and Direct bound Java's memory, in bytes; 0 is the default.
	Heap, Direct int64
	// JavaFlags are added to Java's own flags.
	JavaFlags []string
	// Fresh removes what earlier servers stored, if this call starts one.
	Fresh bool
	// Keep lets the server run on when its last user is gone.
	Keep bool
	// Linger is how long the server waits for a new user after the last one.
	Linger time.Duration
	// Supervisor is the command that runs [Supervise] with the instance folder
	// as its last argument; default: this executable with [SuperviseWord].
	Supervisor []string
	// Progress is called, on the calling goroutine, as steps go by. May be nil.
	Progress func(Progress)
	// FreeSpace returns the free bytes of the disk that holds a folder;
	// default: what the system says.
	FreeSpace func(dir string) (int64, error)
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
	if c.FreeSpace == nil {
		c.FreeSpace = freeSpace
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

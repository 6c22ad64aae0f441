// Package localtest provides a real Pulsar for tests. All test processes of a user
// share one server on free ports. It stays for a short time after the last of them,
// so that "go test ./..." starts it once.
//
// A test package that uses it needs
//
//	func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }
package localtest

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local"
)

const (
	// Linger is the time for which the shared server waits for the next test
	// process.
	Linger = 20 * time.Second
	// startTime bounds a start, which on the first run includes a fetch.
	startTime = 10 * time.Minute
	// stopTime bounds a release.
	stopTime = 30 * time.Second
	// quickJava leaves out Java's second compiler. It halves the processor time of
	// a start, which most tests wait for. Measurements do not use it.
	quickJava = "-XX:TieredStopAtLevel=1"
	// diskNeeded is the free disk space that a server for tests needs, in bytes: loads
	// last for seconds, and their topics are removed with the server.
	diskNeeded = 2_500_000_000
	// VersionVariable is the environment variable with another version of Pulsar
	// for the tests.
	VersionVariable = "PULSH_TEST_VERSION"
	// ServerVariable is the environment variable that chooses what the tests run
	// on: "embedded" is the broker in memory, so that the same tests hold it to
	// what a real Pulsar does.
	ServerVariable = "PULSH_TEST_SERVER"
)

// Main runs the tests of a package, or the supervisor in a process that a test has
// started for it. It returns the exit code.
func Main(m *testing.M) int {
	if len(os.Args) > 1 && os.Args[1] == local.SuperviseWord {
		return local.Supervise(os.Args[2:])
	}
	return m.Run()
}

// Config returns the configuration of a server for tests, with free ports and the
// libraries that all tests of the user share.
func Config(t testing.TB, dir string) local.Config {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("no cache directory: %v", err)
	}
	return local.Config{
		Dir:        dir,
		Libraries:  filepath.Join(cache, "pulsh", "libraries"),
		Version:    os.Getenv(VersionVariable),
		Home:       os.Getenv("PULSAR_HOME"),
		JavaFlags:  []string{quickJava},
		DiskNeeded: diskNeeded,
		BrokerPort: local.AnyPort, WebPort: local.AnyPort, ZooKeeperPort: local.AnyPort,
		Progress: func(p local.Progress) {
			if p.Step != "fetch" && p.Step != "unpack" {
				t.Log(p.Text)
			}
		},
	}
}

// Start returns the server that all tests share, and releases it at the end of the
// test. A test uses topics of its own and does not stop the server.
func Start(t testing.TB) *local.Server {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("no cache directory: %v", err)
	}
	if os.Getenv(ServerVariable) == embedded.Name {
		return start(t, withEmbedded(t, Config(t, t.TempDir())))
	}
	cfg := Config(t, filepath.Join(cache, "pulsh", "test-"+cmp.Or(os.Getenv(VersionVariable), local.Version)))
	cfg.Fresh, cfg.Linger = true, Linger
	return start(t, cfg)
}

// Own returns an empty server for one test, which may kill, restart and stop it. It
// is stopped at the end of the test.
func Own(t testing.TB) *local.Server {
	t.Helper()
	if os.Getenv(ServerVariable) == embedded.Name {
		t.Skip("it kills and restarts its server, which needs a process")
	}
	return start(t, Config(t, t.TempDir()))
}

// WithTransactions returns a server for one test, with transaction coordinators.
func WithTransactions(t testing.TB) *local.Server {
	t.Helper()
	if os.Getenv(ServerVariable) == embedded.Name {
		t.Skip("the broker in memory always has coordinators")
	}
	cfg := Config(t, t.TempDir())
	cfg.Transactions = true
	return start(t, cfg)
}

// inMemory is the broker in memory that tests share while any of them uses it.
var inMemory struct {
	sync.Mutex
	broker *embedded.Broker
	users  int
}

// withEmbedded lets a configuration find the broker in memory, as a server that is
// there already.
func withEmbedded(t testing.TB, cfg local.Config) local.Config {
	t.Helper()
	inMemory.Lock()
	defer inMemory.Unlock()
	if inMemory.users == 0 {
		b, err := embedded.Start(embedded.Config{})
		if err != nil {
			t.Fatal(err)
		}
		inMemory.broker = b
	}
	inMemory.users++
	t.Cleanup(func() {
		inMemory.Lock()
		defer inMemory.Unlock()
		if inMemory.users--; inMemory.users == 0 {
			inMemory.broker.Close()
		}
	})
	cfg.BrokerPort, cfg.WebPort = port(t, inMemory.broker.URL()), port(t, inMemory.broker.AdminURL())
	return cfg
}

func port(t testing.TB, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func start(t testing.TB, cfg local.Config) *local.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	s, err := local.Start(ctx, cfg)
	if errors.Is(err, local.ErrNotReady) {
		t.Logf("%v; %s", err, complaints(cfg.Dir))
		s, err = local.Start(ctx, cfg)
	}
	if err != nil {
		t.Fatalf("no Pulsar to test with: %v; %s", err, complaints(cfg.Dir))
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if err := s.Release(ctx); err != nil {
			t.Errorf("giving the server back: %v", err)
		}
	})
	return s
}

// complaints returns the first warnings and errors that the last server of a folder has
// logged, to tell on another machine why it was not ready.
func complaints(dir string) string {
	s, err := local.Attach(dir)
	if err != nil {
		return err.Error()
	}
	lines, err := s.Logs(math.MaxInt)
	if err != nil {
		return err.Error()
	}
	var said []string
	for _, line := range lines {
		if (strings.Contains(line, " WARN ") || strings.Contains(line, " ERROR ")) && len(said) < 20 {
			said = append(said, line)
		}
	}
	return "it complained of:\n" + strings.Join(said, "\n")
}

// Java returns a run of one of Pulsar's Java tools by the name of its class, from
// the published distribution whatever version the server has. Bytes that the tool
// prints are those of the message: one byte for each character from 0 to 255. The
// process is killed at the end of the test.
func Java(t testing.TB, class string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	t.Cleanup(cancel)
	cfg := Config(t, t.TempDir())
	cfg.Version = local.Version
	java, lib, err := local.Java(ctx, cfg)
	if err != nil {
		t.Fatalf("no Java tools to test with: %v", err)
	}
	flags := []string{quickJava, "-XX:+UseSerialGC", "-Xmx768m", "-Dfile.encoding=ISO-8859-1", "-Dstdout.encoding=ISO-8859-1", "-cp", filepath.Join(lib, "*"), class}
	return exec.CommandContext(ctx, java, append(flags, args...)...)
}

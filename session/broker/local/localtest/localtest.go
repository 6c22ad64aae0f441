// Package localtest gives tests a real Pulsar. All test processes of one user
// share one server on free ports, which stays for a short while after the last
// one, so that "go test ./..." starts it once.
//
// A test package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }
package localtest

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pulsh/session/broker/local"
)

const (
	// Linger is how long the shared server waits for the next test process.
	Linger = 20 * time.Second
	// startTime bounds obtaining a server, with a fetch on a first run.
	startTime = 10 * time.Minute
	// stopTime bounds giving one back.
	stopTime = 30 * time.Second
	// quickJava compiles once and never again with more effort. It halves the
	// processor time of a start, which is most of what tests wait for; a server
	// for measurements does without it.
	quickJava = "-XX:TieredStopAtLevel=1"
	// VersionVariable names the environment variable that chooses another
	// Pulsar version for the tests.
	VersionVariable = "PULSH_TEST_VERSION"
)

// Main runs the tests of a package, or, in the process that a test started to
// supervise its server, the supervisor. It returns the exit code.
func Main(m *testing.M) int {
	if len(os.Args) > 1 && os.Args[1] == local.SuperviseWord {
		return local.Supervise(os.Args[2:])
	}
	return m.Run()
}

// Config returns a configuration for tests: free ports, libraries shared by
// all tests of the user, the wanted version.
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
		BrokerPort: local.AnyPort, WebPort: local.AnyPort, ZooKeeperPort: local.AnyPort,
		Progress: func(p local.Progress) {
			if p.Step != "fetch" && p.Step != "unpack" {
				t.Log(p.Text)
			}
		},
	}
}

// Start returns the server that all tests share. Use topics of your own; do
// not stop it. It is given back when the test ends.
func Start(t testing.TB) *local.Server {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("no cache directory: %v", err)
	}
	cfg := Config(t, filepath.Join(cache, "pulsh", "test-"+cmp.Or(os.Getenv(VersionVariable), local.Version)))
	cfg.Fresh, cfg.Linger = true, Linger
	return start(t, cfg)
}

// Own returns a server for this test alone, to be killed, restarted and
// stopped. It starts empty and is stopped when the test ends.
func Own(t testing.TB) *local.Server {
	t.Helper()
	return start(t, Config(t, t.TempDir()))
}

func start(t testing.TB, cfg local.Config) *local.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	s, err := local.Start(ctx, cfg)
	if err != nil {
		t.Fatalf("no Pulsar to test with: %v", err)
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

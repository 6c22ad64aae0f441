package local

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FakeServerWord is the argument with which the test binary runs [FakeServer] in
// place of Java.
const FakeServerWord = "be-a-server"

// FakeServer answers on the web port of a configuration as a Pulsar that is ready,
// until SIGTERM. If the folder of the configuration has a file refuse-once, it
// removes the file and ends as Java does when a port is taken. If it has a file
// store-nothing-once, FakeServer removes that and refuses every new topic.
func FakeServer(args []string) int {
	conf := ""
	for i, arg := range args[:len(args)-1] {
		if arg == "--config" {
			conf = args[i+1]
		}
	}
	if os.Remove(filepath.Join(filepath.Dir(conf), "refuse-once")) == nil {
		fmt.Println("java.net.BindException: Address already in use")
		return 1
	}
	text, err := os.ReadFile(conf)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, rest, _ := strings.Cut(string(text), "\nwebServicePort=")
	port, _, _ := strings.Cut(rest, "\n")
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Println("java.net.BindException:", err)
		return 1
	}
	storesNothing := os.Remove(filepath.Join(filepath.Dir(conf), "store-nothing-once")) == nil
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut && storesNothing:
			w.WriteHeader(http.StatusInternalServerError)
		case r.Method == http.MethodPut:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	<-ended
	return 0
}

// fakeConfig returns the configuration of a server that runs FakeServer.
func fakeConfig(t *testing.T) Config {
	t.Helper()
	home, java := t.TempDir(), t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "lib"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, "lib", "pulsar-broker-4.0.8.jar"), nil, 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(java, "bin"), 0o700))
	script := "#!/bin/sh\nif [ \"$1\" = -version ]; then echo 'openjdk version \"17.0.2\"' >&2; exit 0; fi\nexec " + os.Args[0] + " " + FakeServerWord + " \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(java, "bin", "java"), []byte(script), 0o700))
	t.Setenv("JAVA_HOME", java)
	return Config{Dir: t.TempDir(), Home: home, BrokerPort: AnyPort, WebPort: AnyPort, ZooKeeperPort: AnyPort,
		Space: func(string) (Space, error) { return Space{Free: DiskNeeded, Total: 2 * DiskNeeded}, nil }}
}

func started(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Release(context.Background())) })
	return s
}

// A session that lost its server to a crash finds the one that another session
// starts in the same folder.
func TestAServerKeepsItsPorts(t *testing.T) {
	cfg := fakeConfig(t)
	s, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	before := s.current().Ports
	require.NoError(t, s.Kill(t.Context()))
	second, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, Started, second.Origin())
	after := second.current().Ports
	after.Bookie = before.Bookie
	require.Equal(t, before, after)
	require.Equal(t, s.URL(), second.URL())

	require.NoError(t, second.Stop(t.Context()))
	other, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", before.Broker))
	require.NoError(t, err)
	defer other.Close()
	third, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	require.NotEqual(t, before.Broker, third.current().Ports.Broker)
	require.Equal(t, before.Web, third.current().Ports.Web)
	require.Contains(t, third.Note(), fmt.Sprintf("port %d is taken by another program, using ", before.Broker))
	for _, user := range []*Server{s, second, third} {
		require.NoError(t, user.Release(t.Context()))
	}
}

func TestKeptPorts(t *testing.T) {
	before := ports{Broker: 6651, Web: 8081, ZooKeeper: 2182}
	any := Config{BrokerPort: AnyPort, WebPort: AnyPort, ZooKeeperPort: AnyPort}
	wanted := Config{BrokerPort: 6650, WebPort: 8080, ZooKeeperPort: 2181}
	kept := Config{BrokerPort: 6651, WebPort: 8081, ZooKeeperPort: 2182}
	require.Equal(t, kept, before.keep(any, false))
	require.Equal(t, kept, before.keep(wanted, true), "another pulsh waits on the ports")
	require.Equal(t, wanted, before.keep(wanted, false))
	require.Equal(t, wanted, ports{}.keep(wanted, true))
}

func TestAPortThatIsTakenMeanwhileIsNoFailure(t *testing.T) {
	cfg := fakeConfig(t)
	var told []string
	cfg.Progress = func(p Progress) { told = append(told, p.Text) }
	conf := filepath.Join(cfg.Dir, "local", "conf")
	require.NoError(t, os.MkdirAll(conf, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(conf, "refuse-once"), nil, 0o600))
	s := started(t, cfg)
	require.Equal(t, Running, s.Status().Condition)
	require.Contains(t, told, "another program took a port meanwhile; trying other ports")
}

func TestAFolderOfItsOwnNeedsNoCache(t *testing.T) {
	cfg := fakeConfig(t)
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	libraries, err := Libraries()
	require.NoError(t, err)
	require.Empty(t, libraries)
	require.Equal(t, Running, started(t, cfg).Status().Condition)
	_, err = Start(t.Context(), Config{})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "there is no cache directory for the local pulsar", e.Message)
	require.Equal(t, "set HOME or XDG_CACHE_HOME, or name a folder with --local-dir", e.Next)
}

// A server that answers and cannot store, as one without a bookie, is never ready. The
// next start does not join it.
func TestAServerThatIsNeverReadyIsStartedAgain(t *testing.T) {
	cfg := fakeConfig(t)
	cfg.Keep = true // others still wait for it
	at := instance{filepath.Join(cfg.Dir, "local")}
	require.NoError(t, at.make())
	require.NoError(t, os.WriteFile(at.file("conf", "store-nothing-once"), nil, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := Start(ctx, cfg)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	sick, ok := at.state()
	require.True(t, ok)
	require.True(t, sick.Server.alive())

	sick.Started = sick.Started.Add(-startDeadline)
	require.NoError(t, at.setState(sick))
	waits := &Server{cfg: cfg, at: at, origin: Joined}
	waits.cfg.Space = func(string) (Space, error) { return Space{Free: DiskNeeded}, nil }
	err = waits.waitReady(t.Context())
	require.ErrorIs(t, err, ErrNotReady)
	require.ErrorContains(t, err, "creating a topic: the server answered 500")
	waits.cfg.Space = func(string) (Space, error) { return Space{Free: diskLeft}, nil }
	require.ErrorContains(t, waits.notReady(sick, time.Second, nil), "the disk of "+at.dir+" has 600 MB free")

	s := started(t, cfg)
	require.Equal(t, Started, s.Origin())
	require.False(t, sick.Server.alive())
	require.NoError(t, s.Stop(t.Context()))
}

// A server whose starter was killed while it waited may be ready: it is joined.
func TestAReadyServerThatNobodyRecordedIsJoined(t *testing.T) {
	cfg := fakeConfig(t)
	first := started(t, cfg)
	st := first.current()
	st.Phase, st.Started = phaseStarting, st.Started.Add(-startDeadline)
	require.NoError(t, first.at.setState(st))
	require.Equal(t, Joined, started(t, cfg).Origin())
	require.True(t, st.Server.alive())
	require.Equal(t, phaseReady, first.current().Phase)
}

package local

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJavaMajor(t *testing.T) {
	for said, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`: 17,
		`java version "1.8.0_402"`:             8,
		`openjdk version "21" 2023-09-19`:      21,
		`openjdk version "22-ea" 2024-03-19`:   22,
		`command not found`:                    0,
		`version "`:                            0,
	} {
		require.Equal(t, want, javaMajor(said), said)
	}
}

func TestPublished(t *testing.T) {
	for version, want := range map[string]bool{"4.0.8": true, "3.3.1": true, "4.1.0": false, "4.2.4": false, "5.0.0-M1": false, "x": false} {
		require.Equal(t, want, published(version), version)
	}
}

func TestChoosePort(t *testing.T) {
	taken := map[int]bool{6650: true, 6651: true}
	free := func(p int) bool { return !taken[p] }
	not := map[int]bool{6652: true}
	p, err := choosePort(6650, not, free)
	require.NoError(t, err)
	require.Equal(t, 6653, p)
	require.True(t, not[6653], "a chosen port is not chosen again")

	p, err = choosePort(AnyPort, map[int]bool{}, func(int) bool { return true })
	require.NoError(t, err)
	require.GreaterOrEqual(t, p, anyPortLow)
	require.Less(t, p, anyPortHigh)

	_, err = choosePort(65530, map[int]bool{}, func(int) bool { return false })
	require.ErrorContains(t, err, "no port from 65530 to 65535 is free")
}

func TestPortNote(t *testing.T) {
	cfg := Config{BrokerPort: 6650, WebPort: 8080}
	require.Empty(t, portNote(cfg, ports{Broker: 6650, Web: 8080}))
	require.Equal(t, "port 8080 is taken by another program, using 8081", portNote(cfg, ports{Broker: 6650, Web: 8081}))
	require.Empty(t, portNote(Config{BrokerPort: AnyPort, WebPort: AnyPort}, ports{Broker: 20001, Web: 20002}))
}

func TestSmallDiskIsRefused(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), BrokerPort: AnyPort, Space: func(string) (Space, error) { return Space{Free: DiskNeeded - 1, Total: 2 * DiskNeeded}, nil }}
	_, err := Start(t.Context(), cfg)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Message, "has 6.0 GB free, a local pulsar needs 6.0 GB")
	require.NotEmpty(t, e.Advice())
	require.Empty(t, instance{filepath.Join(cfg.Dir, "local")}.users())

	broken := errors.New("no such disk")
	cfg.Space = func(string) (Space, error) { return Space{}, broken }
	_, err = Start(t.Context(), cfg)
	require.ErrorIs(t, err, broken)
}

// A disk may be large and nearly full: what stays free is counted in bytes.
func TestADiskIsFullByItsFreeBytes(t *testing.T) {
	const tb = 1_000_000_000_000
	require.InDelta(t, 0.9994, Space{Free: 2 * DiskNeeded, Total: tb}.fullAt(diskLeft), 1e-9)
	require.InDelta(t, 0.9, Space{Free: DiskNeeded, Total: DiskNeeded}.fullAt(diskLeft), 1e-9)
	require.InDelta(t, 0.5, Space{Free: 1000, Total: 2000}.fullAt(diskLeft), 1e-9)
	require.InDelta(t, 0.99, Space{Free: DiskNeeded}.fullAt(diskLeft), 1e-9, "a system that does not tell its size")

	dir := t.TempDir()
	require.NoError(t, writeConf(dir, ports{}, "127.0.0.1", Space{Free: 2 * DiskNeeded, Total: tb}, Config{}))
	text, err := os.ReadFile(filepath.Join(dir, "standalone.conf"))
	require.NoError(t, err)
	require.Contains(t, string(text), "\ndiskUsageThreshold=0.999400\ndiskUsageWarnThreshold=0.998800\ndiskUsageLwmThreshold=0.998800\n")
}

func TestNothingRuns(t *testing.T) {
	_, err := Attach(t.TempDir())
	require.ErrorIs(t, err, ErrNotRunning)
}

func TestSourceOrder(t *testing.T) {
	bin := t.TempDir()
	script := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	}
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	cfg := fetchConfig(t)
	next := func(want string) {
		t.Helper()
		_, err := findSource(t.Context(), cfg)
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Contains(t, e.Message, want)
		require.NotEmpty(t, e.Advice())
	}
	next("there is no java here")
	script("java", `echo 'openjdk version "11.0.2"' >&2`)
	next("needs Java 17 or newer, " + filepath.Join(bin, "java") + " is Java 11")
	script("java", `echo 'openjdk version "17.0.2"' >&2`)
	next("neither Maven nor Docker")
	script("docker", "exit 1")
	next("neither Maven nor Docker")
	script("docker", "exit 0")
	src, err := findSource(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, "Docker", src.text)

	home := t.TempDir()
	cfg.Home = home
	next("holds no pulsar")
	require.NoError(t, os.MkdirAll(filepath.Join(home, "lib"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(home, "lib", "org.apache.pulsar-pulsar-broker-4.0.3.jar"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, "lib", "org.apache.pulsar-pulsar-broker-common-4.0.3.jar"), nil, 0o600))
	src, err = findSource(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, "4.0.3", src.version)
}

func TestDockerLaunchIsBoundedAndLocal(t *testing.T) {
	cfg := fetchConfig(t)
	i := newInstance(t)
	p := ports{Broker: 6650, Web: 8080, ZooKeeper: 2181, Bookie: 21000}
	l := dockerLaunch(cfg, p, source{docker: "docker", version: Version}, i, "pulsh-x")
	line := strings.Join(l.Command, " ")
	for _, want := range []string{
		"-p 127.0.0.1:6650:6650", "-p 127.0.0.1:8080:8080", "--memory 1610612736", "--name pulsh-x", "-Xmx512m",
		"apachepulsar/pulsar:" + Version, "-v " + i.dir + ":/pulsh", "-cp /pulsh/conf:/pulsar/lib/*", "-e PULSAR_STANDALONE_USE_ZOOKEEPER=1",
	} {
		require.Contains(t, line, want)
	}
	require.NotContains(t, line, "0.0.0.0")
}

func TestConfigurationIsBoundToThisMachine(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, writeConf(dir, ports{Broker: 16650, Web: 18080}, "127.0.0.1", Space{}, Config{Advertised: "127.0.0.1"}))
	text := readString(t, filepath.Join(dir, "standalone.conf"))
	require.Contains(t, text, "\nbrokerServicePort=16650\n")
	require.Contains(t, text, "\nwebServicePort=18080\n")
	require.Contains(t, text, "\nbindAddress=127.0.0.1\n")
	require.FileExists(t, filepath.Join(dir, "log4j2.xml"))
	require.NotContains(t, text, "transactionCoordinatorEnabled")
	require.NoError(t, writeConf(dir, ports{}, "127.0.0.1", Space{}, Config{Transactions: true}))
	require.Contains(t, readString(t, filepath.Join(dir, "standalone.conf")), "\ntransactionCoordinatorEnabled=true\n")
}

func TestCoordinatorsAreAskedForOnce(t *testing.T) {
	code := http.StatusNoContent
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		asked = r.Method + " " + r.URL.Path + " " + string(body)
		w.WriteHeader(code)
	}))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	web, err := strconv.Atoi(port)
	require.NoError(t, err)
	require.NoError(t, enableCoordinators(t.Context(), web))
	require.Equal(t, "POST /admin/v3/transactions/transactionCoordinator/replicas 16", asked)
	code = http.StatusNotAcceptable // it has them from an earlier start
	require.NoError(t, enableCoordinators(t.Context(), web))
	code = http.StatusInternalServerError
	require.ErrorContains(t, enableCoordinators(t.Context(), web), "the server answered 500")
}

func TestCause(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"nothing":       {nil, "nothing"},
		"exception":     {[]string{"x INFO a", "java.net.BindException: in use", "\tat a.b(C.java)", "x INFO closing"}, "java.net.BindException: in use"},
		"error":         {[]string{"x ERROR [m] C - broken", "x INFO closing"}, "x ERROR [m] C - broken"},
		"the last line": {[]string{"a", " b "}, "b"},
	} {
		require.Equal(t, c.want, cause(c.lines), name)
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	require.Empty(t, tail(path, 0))
	require.NoError(t, os.WriteFile(path, []byte("one\ntwo\nthree\n"), 0o600))
	require.Equal(t, []string{"one", "two", "three"}, tail(path, 0))
	require.Equal(t, []string{"three"}, tail(path, 8))
	require.Equal(t, []string{"one", "two", "three"}, tail(path, 99), "a log that was begun anew")
	long := strings.Repeat("0123456789abcde\n", logTail/8)
	require.NoError(t, os.WriteFile(path, []byte(long), 0o600))
	require.Len(t, tail(path, 0), logTail/16-1, "the cut line is left out")
}

// A listener that is no Pulsar is told from one that is.
func TestSpeaksPulsar(t *testing.T) {
	answer := func(b []byte) int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Read(make([]byte, 64))
			_, _ = c.Write(b)
		}()
		t.Cleanup(func() { l.Close(); <-done })
		return l.Addr().(*net.TCPAddr).Port
	}
	connected := []byte{0, 0, 0, 8, 0, 0, 0, 4, 0x08, 3, 0x1a, 0}
	require.True(t, speaksPulsar(t.Context(), answer(connected)))
	require.False(t, speaksPulsar(t.Context(), answer([]byte("HTTP/1.1 400 Bad Request\r\n"))))
	require.False(t, speaksPulsar(t.Context(), answer(nil)))
}

func FuzzConnectAnswer(f *testing.F) {
	f.Add([]byte{0, 0, 0, 8, 0, 0, 0, 4, 0x08, 3, 0x1a, 0})
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if isConnectAnswer(bytes.NewReader(b)) {
			require.GreaterOrEqual(t, len(b), 10)
			require.Contains(t, []byte{3, 14}, b[9])
		}
	})
}

func TestLockIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	unlock, err := lockFolder(t.Context(), dir, func() { t.Error("nobody holds it") })
	require.NoError(t, err)
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	_, err = lockFolder(ctx, dir, cancel)
	require.ErrorContains(t, err, "the lock of "+dir+" was not obtained")
	require.ErrorIs(t, err, context.Canceled)
}

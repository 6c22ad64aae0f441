package local_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	plog "github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
)

// stepTime bounds every step of a test but the start of a server.
const stepTime = 30 * time.Second

func step(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func connect(t *testing.T, s *local.Server) pulsar.Client {
	t.Helper()
	quiet := logrus.New()
	quiet.SetLevel(logrus.PanicLevel)
	c, err := pulsar.NewClient(pulsar.ClientOptions{URL: s.URL(), OperationTimeout: stepTime, Logger: plog.NewLoggerWithLogrus(quiet)})
	require.NoError(t, err)
	return c
}

func send(t *testing.T, s *local.Server, topic, text string) {
	t.Helper()
	c := connect(t, s)
	defer c.Close()
	// With a send timeout the client would leave a goroutine behind that ends with it.
	p, err := c.CreateProducer(pulsar.ProducerOptions{Topic: topic, SendTimeout: -1})
	require.NoError(t, err)
	defer p.Close()
	ctx, cancel := context.WithTimeout(t.Context(), stepTime)
	defer cancel()
	_, err = p.Send(ctx, &pulsar.ProducerMessage{Payload: []byte(text)})
	require.NoError(t, err)
}

func firstMessage(t *testing.T, s *local.Server, topic string) string {
	t.Helper()
	c := connect(t, s)
	defer c.Close()
	r, err := c.CreateReader(pulsar.ReaderOptions{Topic: topic, StartMessageID: pulsar.EarliestMessageID()})
	require.NoError(t, err)
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), stepTime)
	defer cancel()
	m, err := r.Next(ctx)
	require.NoError(t, err)
	return string(m.Payload())
}

// An empty folder becomes a working server; a kill and a stop keep its data,
// also when the next start is on other ports.
func TestLifeOfAServer(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port

	cfg := localtest.Config(t, dir)
	cfg.BrokerPort = port
	begin := time.Now()
	s, err := local.Start(step(t), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Release(context.Background())) })
	send(t, s, "life", "kept")
	t.Logf("from nothing to the first message: %.1f s, ready in %.1f s", time.Since(begin).Seconds(), s.ReadyIn().Seconds())

	require.Equal(t, local.Started, s.Origin())
	require.NotContains(t, s.URL(), fmt.Sprint(port))
	require.Contains(t, s.Note(), fmt.Sprintf("port %d is taken by another program", port))
	st := s.Status()
	require.Equal(t, local.Running, st.Condition)
	require.Equal(t, 1, st.Users)
	require.Positive(t, st.Resident)
	require.Positive(t, st.Data)
	lines, err := s.Logs(5)
	require.NoError(t, err)
	require.Len(t, lines, 5)

	require.NoError(t, s.Kill(step(t)))
	require.Equal(t, local.Killed, s.Status().Condition)
	require.ErrorIs(t, s.Kill(step(t)), local.ErrNotRunning)
	url := s.URL()
	require.NoError(t, s.Restart(step(t)))
	require.Equal(t, url, s.URL())
	require.Equal(t, "kept", firstMessage(t, s, "life"))
	t.Logf("ready %.1f s after a kill", s.ReadyIn().Seconds())

	require.NoError(t, s.Stop(step(t)))
	require.Equal(t, local.Stopped, s.Status().Condition)
	s, err = local.Start(step(t), localtest.Config(t, dir))
	require.NoError(t, err)
	require.Equal(t, "kept", firstMessage(t, s, "life"))
}

// user is another process that uses a server.
type user struct {
	cmd    *exec.Cmd
	origin local.Origin
	url    string
	pid    int
}

func startUser(t *testing.T, dir, libraries string) *user {
	t.Helper()
	u := &user{cmd: exec.Command(os.Args[0], userWord, dir, libraries)}
	out, err := u.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, u.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &u.origin, &u.url, &u.pid)
	}
	if err != nil {
		t.Errorf("user said %q: %v", line, err)
	}
	return u
}

func (u *user) end(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, u.cmd.Process.Signal(sig))
	_ = u.cmd.Wait()
}

func gone(pid int) func() bool {
	return func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH }
}

// Two processes that start at once share one server. It survives the death of
// the one and is stopped when the other is killed too. Meanwhile it is a
// foreign server for whoever finds it on a port, who must not stop it.
func TestProcessesShareAServer(t *testing.T) {
	dir, libraries := t.TempDir(), localtest.Config(t, "").Libraries
	found := make(chan *user, 2)
	for range 2 {
		go func() { found <- startUser(t, dir, libraries) }()
	}
	a, b := <-found, <-found
	require.False(t, t.Failed())
	require.Equal(t, a.pid, b.pid)
	require.Equal(t, a.url, b.url)
	require.ElementsMatch(t, []local.Origin{local.Started, local.Joined}, []local.Origin{a.origin, b.origin})
	if a.origin == local.Joined {
		a, b = b, a
	}
	watch, err := local.Attach(dir)
	require.NoError(t, err)
	require.Equal(t, 2, watch.Status().Users)
	cfg := localtest.Config(t, dir)
	cfg.Transactions = true
	_, err = local.Start(t.Context(), cfg)
	require.ErrorContains(t, err, "runs without a transaction coordinator")
	require.Equal(t, 2, watch.Status().Users)

	a.end(t, syscall.SIGKILL)
	require.Equal(t, 1, watch.Status().Users)
	checkForeign(t, watch)
	require.Equal(t, local.Running, watch.Status().Condition)
	require.Equal(t, b.pid, watch.Status().PID)

	b.end(t, syscall.SIGKILL)
	require.Eventually(t, gone(b.pid), stepTime, 50*time.Millisecond, "the server outlived its last user")
	require.Eventually(t, func() bool { return watch.Status().Condition == local.Stopped }, stepTime, 50*time.Millisecond)
}

func checkForeign(t *testing.T, running *local.Server) {
	t.Helper()
	st := running.Status()
	cfg := localtest.Config(t, filepath.Join(t.TempDir(), "other"))
	cfg.BrokerPort, cfg.WebPort = st.BrokerPort, st.WebPort
	f, err := local.Start(step(t), cfg)
	require.NoError(t, err)
	require.Equal(t, local.Foreign, f.Origin())
	require.Equal(t, running.URL(), f.URL())
	require.Equal(t, running.AdminURL(), f.AdminURL())
	require.Equal(t, running.Version(), f.Version())
	require.ErrorIs(t, f.Stop(step(t)), local.ErrForeign)
	require.ErrorIs(t, f.Kill(step(t)), local.ErrForeign)
	require.ErrorIs(t, f.Restart(step(t)), local.ErrForeign)
	require.NoError(t, f.Release(step(t)))
}

// The last user that leaves properly stops the server before it is gone, and a
// server that is told to stay does.
func TestLastUserStopsTheServer(t *testing.T) {
	cfg := localtest.Config(t, t.TempDir())
	first, err := local.Start(step(t), cfg)
	require.NoError(t, err)
	second, err := local.Start(step(t), cfg)
	require.NoError(t, err)
	pid := first.Status().PID
	require.Equal(t, pid, second.Status().PID)

	require.NoError(t, first.Release(step(t)))
	require.Equal(t, local.Running, second.Status().Condition)
	begin := time.Now()
	require.NoError(t, second.Release(step(t)))
	require.True(t, gone(pid)())
	require.Equal(t, local.Stopped, second.Status().Condition)
	t.Logf("stopped in %.1f s", time.Since(begin).Seconds())
}

package start

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local/localtest"
)

// nowhere is an address at which nothing answers.
const nowhere = "pulsar://127.0.0.1:1"

func TestAScriptThatPasses(t *testing.T) {
	got := piped(t, pulsh(t, nil, append(at(localtest.Start(t)), "-f", "examples/smoke.pulsh")...), "")
	require.Zero(t, got.code, got)
	require.Len(t, regexp.MustCompile(`(?m)^PASS  smoke\.pulsh:\d+  `).FindAllString(got.out, -1), 5, got.out)
	require.Regexp(t, `(?m)^5 passed, 0 failed · [0-9,]+ sent, [0-9,]+ acked, [0-9,]+ received, 0 lost, 0 duplicated · [0-9.]+ s$`, got.out)

	lines := regexp.MustCompile(`(?m)^(\d\d:\d\d:\d\d) .*\bfast .*$`).FindAllStringSubmatch(got.err, -1)
	require.Greater(t, len(lines), 3, got.err)
	last := ""
	for _, line := range lines {
		require.GreaterOrEqual(t, line[1], last, got.err)
		last = line[1]
	}
	end, err := time.Parse(time.TimeOnly, last)
	require.NoError(t, err)
	require.LessOrEqual(t, len(lines), end.Second()+1, "one line a second at most: %s", got.err)
	require.NotContains(t, got.out, lines[0][0], "the status is no result")
	require.NotContains(t, got.err, "PASS")
}

func TestAScriptThatFails(t *testing.T) {
	got := piped(t, pulsh(t, nil, append(at(localtest.Start(t)), "-f", "examples/fails.pulsh")...), "")
	require.Equal(t, 1, got.code, got)
	require.Regexp(t, `(?m)^FAIL  fails\.pulsh:5  slow\.rate > 1k within 2s +reached 1\d\d`, got.out)
	require.Regexp(t, `(?m)^      try: `, got.out)
	require.Regexp(t, `(?m)^0 passed, 1 failed · `, got.out)
	require.NotContains(t, got.err, "\n\n")
}

func TestLinesFromElsewhere(t *testing.T) {
	server := localtest.Start(t)
	line := fmt.Sprintf("produce start fast rate=100 topic=%s; wait until fast.acked>50; show fast", ownTopic())
	for _, c := range []struct {
		name, input string
		args        []string
	}{
		{"-e", "", []string{"-e", line}},
		{"-f -", line + "\n", []string{"-f", "-"}},
		{"stdin", line + "\nquit\nnonsense\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := piped(t, pulsh(t, nil, append(at(server), c.args...)...), c.input)
			require.Zero(t, got.code, got)
			require.Contains(t, got.out, "  fast: sending to ")
			require.Regexp(t, `(?m)^  target +100/s`, got.out)
			require.NotContains(t, got.err, "try:")
		})
	}
}

func TestALineThatFailsStopsTheRest(t *testing.T) {
	server := localtest.Start(t)
	args := append(at(server), "-e", "help RATE", "-e", "scale fsat +4", "-e", "help SIZE")
	got := piped(t, pulsh(t, nil, args...), "")
	require.Equal(t, 1, got.code, got)
	require.Contains(t, got.out, "RATE: ")
	require.NotContains(t, got.out, "SIZE: ")
	require.Contains(t, got.err, "  scale fsat +4\n        ^^^^ no group \"fsat\"", "the line is told, since nobody typed it")
	require.NotContains(t, got.out, "CPU", "nothing ran, and nothing is summed up")

	got = piped(t, pulsh(t, nil, append(args, "-k")...), "")
	require.Equal(t, 1, got.code, got)
	require.Contains(t, got.out, "SIZE: ")
}

func TestARefusedConnectionIsAPage(t *testing.T) {
	t.Parallel()
	got := piped(t, pulsh(t, nil, "--url", nowhere, "-e", "list"), "")
	require.Equal(t, 3, got.code, got)
	require.Empty(t, got.out)
	require.Regexp(t, `^no Pulsar answers at pulsar://127\.0\.0\.1:1 \(connection refused\)\n  try: pulsh --local `, got.err)
	require.Contains(t, got.err, "kubectl port-forward")
}

func TestWhatIsConfiguredIsSaid(t *testing.T) {
	const secret = "c2VjcmV0LXRva2Vu"
	server := localtest.Start(t)
	conf := filepath.Join(t.TempDir(), "client.conf")
	require.NoError(t, os.WriteFile(conf, []byte("brokerServiceUrl="+server.URL()+"/\nwebServiceUrl="+server.URL()[len("pulsar://"):]+
		"\nauthPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken\nauthParams=token:"+secret+"\n"), 0o600))
	got := piped(t, pulsh(t, nil, "--client-conf", conf, "-e", "list"), "")
	require.Equal(t, 2, got.code, got)
	require.Contains(t, got.err, "--client-conf: "+conf+":2: webServiceUrl: ")

	require.NoError(t, os.WriteFile(conf, []byte("brokerServiceUrl="+server.URL()+"/\nwebServiceUrl=http"+server.URL()[len("pulsar"):]+
		"\nauthPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken\nauthParams=token:"+secret+"\n"), 0o600))
	cmd := pulsh(t, nil, "--client-conf", conf, "-e", "show session; load low; save mine; profile show mine")
	got = piped(t, cmd, "")
	require.Zero(t, got.code, got)
	require.Regexp(t, `(?m)^  url +pulsar://127\.0\.0\.1:\d+ +`+conf+`:1$`, got.out)
	require.Regexp(t, `(?m)^  login +token held in memory +`+conf+`:4$`, got.out)
	require.Contains(t, got.out, "the token is not saved")
	require.Regexp(t, `(?m)^http://127\.0\.0\.1:\d+ is the port of the service URL, not of the admin API; backlog, seek and topics need the admin API\n  try: pulsh --url `, got.err)
	require.NotContains(t, got.out+got.err, secret)
	for _, v := range cmd.Env {
		if dir, ok := strings.CutPrefix(v, "HOME="); ok {
			requireAbsent(t, dir, secret)
		}
	}
}

func TestAllErrorsOfAScriptComeBeforeItsFirstLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bad.pulsh")
	require.NoError(t, os.WriteFile(file, []byte("list\nproduce start fast rate=50kk\n\nsek sub1 -5m\nscale fast\n"), 0o600))
	for _, args := range [][]string{{"--url", nowhere, "-f", file}, {"--check", file}} {
		got := piped(t, pulsh(t, nil, args...), "")
		require.Equal(t, 2, got.code, got)
		require.Empty(t, got.out, "nothing has run")
		for _, say := range []string{
			`bad.pulsh:2:25: "50kk" is not a rate`, `bad.pulsh:4:1: no command "sek"`, `bad.pulsh:5:1: scale needs WORKERS`,
		} {
			require.Contains(t, got.err, say)
		}
		require.Equal(t, 3, strings.Count(got.err, "try: "))
		require.NotContains(t, got.err, "Pulsar", "it has not tried to connect")
	}
}

func TestATokenIsNeverShown(t *testing.T) {
	const secret = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0"
	server := localtest.Start(t)
	for _, args := range [][]string{
		{"--url", nowhere, "-e", "list"},
		{"--nonsense"},
		append(at(server), "-e", "produce start fast rate=10 topic="+ownTopic()+"; show fast; list; save mine; profiles; history; top"),
	} {
		cmd := pulsh(t, []string{"PULSH_TOKEN=" + secret}, args...)
		got := piped(t, cmd, "")
		require.NotContains(t, got.out+got.err, secret)
		for _, v := range cmd.Env {
			if dir, ok := strings.CutPrefix(v, "HOME="); ok {
				requireAbsent(t, dir, secret)
			}
		}
	}
}

// requireAbsent looks for a text in all files of a folder.
func requireAbsent(t *testing.T, dir, text string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		require.NotContains(t, string(body), text, path)
		return err
	}))
}

// TestCommandsWithoutACluster runs in a batch what acts on no cluster, although none
// answers, and what connects by itself.
func TestCommandsWithoutACluster(t *testing.T) {
	silent := []string{"PULSH_URL=" + nowhere}
	for line, want := range map[string]string{
		"help":                         "produce start",
		"help rate":                    "rate",
		"profiles":                     "default",
		"profile show low":             "",
		"history":                      "history",
		"local status":                 "no local pulsar is running",
		"quit":                         "",
		"connect pulsar://127.0.0.1:2": "no Pulsar answers at pulsar://127.0.0.1:2",
		"list":                         "no Pulsar answers at pulsar://127.0.0.1:1",
		"help\nlist":                   "no Pulsar answers at pulsar://127.0.0.1:1",
	} {
		var args []string
		for _, one := range strings.Split(line, "\n") {
			args = append(args, "-e", one)
		}
		got := piped(t, pulsh(t, silent, args...), "")
		require.Contains(t, got.out+got.err, want, line)
		if !strings.Contains(want, "no Pulsar answers") {
			require.NotContains(t, got.err, "no Pulsar answers", line)
		}
		script := piped(t, pulsh(t, silent, "-f", "-"), line+"\n")
		require.Equal(t, strings.Contains(want, "no Pulsar answers"), strings.Contains(script.err, "no Pulsar answers"), line)
	}
}

// TestWaitForAClusterThatIsStarting opens the port after the first attempts, and then
// lets the server answer slowly, which a single probe would not wait for.
func TestWaitForAClusterThatIsStarting(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	host := l.Addr().String()
	require.NoError(t, l.Close())
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		time.Sleep(time.Second)
		l, err := net.Listen("tcp", host)
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		time.Sleep(3 * time.Second) // longer than a probe that does not wait
		greets(welcome)(conn)
	})
	begin := time.Now()
	got := piped(t, pulsh(t, nil, "--url", "pulsar://"+host, "--wait", "1m", "-e", "show session"), "")
	require.Contains(t, got.err, "waiting up to 1m: no Pulsar answers at pulsar://"+host)
	require.Equal(t, 0, got.code, got)
	require.Greater(t, time.Since(begin), 4*time.Second)

	begin = time.Now()
	refused := answering(t, greets(refusal3))
	got = piped(t, pulsh(t, nil, "--url", "pulsar://"+refused, "--wait", "1m", "-e", "list"), "")
	require.Less(t, time.Since(begin), 30*time.Second, "a refused token does not pass")
	require.NotContains(t, got.err, "waiting up to")
}

// TestResultsThatCannotBeWritten ends the run in order, with its reports, and says why.
func TestResultsThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	gone, reader, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	defer reader.Close()
	for want, out := range map[string]*os.File{"no space left on device": full, "their reader has gone (broken pipe)": reader} {
		report := filepath.Join(t.TempDir(), "r.json")
		cmd := pulsh(t, nil, "--json", report, "-e", "help", "-e", "wait 1m", "-e", "help")
		var told strings.Builder
		cmd.Stdout, cmd.Stderr = out, &told
		begun := time.Now()
		require.Error(t, cmd.Run())
		require.Equal(t, 1, cmd.ProcessState.ExitCode())
		require.Less(t, time.Since(begun), 30*time.Second, "the run ends at once")
		require.Equal(t, "the results cannot be written: "+want+"\n", told.String())
		readJSONFile(t, report)
	}
	got := piped(t, pulsh(t, nil, "--cpuprofile", "/dev/full", "-e", "help"), "")
	require.Equal(t, 1, got.code)
	require.Contains(t, got.err, "cannot write the CPU profile: /dev/full: no space left on device")
}

func readJSONFile(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	readJSON(t, text)
}

// TestTextThatIsNotUTF8 is refused where it is read, as are control characters.
func TestTextThatIsNotUTF8(t *testing.T) {
	for line, want := range map[string]string{
		"mark \"gr\xf6\xdfe\"": "stdin:1:9: this byte is not UTF-8",
		"mark a\x1b[31mb":      "a line cannot hold the control character U+001B",
		"mark a\x00b":          "a line cannot hold the control character U+0000",
		"mark \"\u0085\"":      "a line cannot hold the control character U+0085",
	} {
		got := piped(t, pulsh(t, nil, "-f", "-"), line+"\n")
		require.Equal(t, 2, got.code)
		if strings.Contains(want, "UTF-8") {
			require.Contains(t, got.err, "line 1 is not UTF-8")
			got = piped(t, pulsh(t, nil, "-e", line), "")
			require.Contains(t, got.err, "this byte is not UTF-8")
			continue
		}
		require.Contains(t, got.err, want)
	}
	got := piped(t, pulsh(t, nil, "--check", "-"), "mark a\rmrk b\r")
	require.Contains(t, got.err, `stdin:2:1: no command "mrk"`)
}

// TestAStoppedProcessIsTold suspends pulsh as Ctrl-Z does.
func TestAStoppedProcessIsTold(t *testing.T) {
	cmd := pulsh(t, nil, "--embedded", "-e", "wait 7s")
	var told strings.Builder
	cmd.Stderr = &told
	require.NoError(t, cmd.Start())
	time.Sleep(1500 * time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	time.Sleep(3500 * time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
	require.NoError(t, cmd.Wait())
	require.Regexp(t, `pulsh did not run for \d\.\d s: it was stopped \(Ctrl-Z\)`, told.String())
}

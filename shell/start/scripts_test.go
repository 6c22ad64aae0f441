package start

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local/localtest"
)

// jsonReport is what a run wrote as JSON.
type jsonReport struct {
	Version int `json:"version"`
	Run     struct {
		Result    string `json:"result"`
		ExitCode  int    `json:"exit_code"`
		Passed    int    `json:"checks_passed"`
		Failed    int    `json:"checks_failed"`
		Schedules []struct {
			Group  string `json:"group"`
			Behind bool   `json:"behind"`
		} `json:"schedules"`
		Variables map[string]string `json:"variables"`
	} `json:"run"`
	Checks []struct {
		Place   string `json:"place"`
		Passed  bool   `json:"passed"`
		Samples int    `json:"samples"`
	} `json:"checks"`
	Total struct {
		Figures struct {
			Sent     int64 `json:"sent"`
			Received int64 `json:"received"`
		} `json:"figures"`
	} `json:"total"`
}

func readJSON(t *testing.T, text []byte) (r jsonReport) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &r), string(text))
	require.Equal(t, 2, r.Version)
	return r
}

// wellFormed reads an XML file whole and counts its elements.
func wellFormed(t *testing.T, path string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	count := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return count
		}
		require.NoError(t, err, string(text))
		if e, ok := token.(xml.StartElement); ok {
			count[e.Name.Local]++
		}
	}
}

// Each example ends with the code that it promises, on a real Pulsar, in the
// seconds that a test has.
func TestTheExamplesOnARealPulsar(t *testing.T) {
	server := localtest.Start(t)
	for _, c := range []struct {
		file    string
		code    int
		checks  int
		setting []string
		judged  int // schedules that count: none where falling behind is allowed
	}{
		{"ladder.pulsh", 0, 6, []string{"least=500"}, 3},
		{"saturate.pulsh", 0, 2, []string{"top=200k", "over=3s"}, 0},
		{"soak.pulsh", 0, 3, []string{"for=3s", "rate=1k", "p99=5s"}, 1},
		{"drain.pulsh", 0, 4, []string{"build=3s", "rate=1k"}, 1},
		{"fails.pulsh", 1, 1, nil, 1},
	} {
		t.Run(c.file, func(t *testing.T) {
			dir := t.TempDir()
			args := append(at(server), "-f", "examples/"+c.file, "--json", filepath.Join(dir, "out.json"), "--junit", filepath.Join(dir, "out.xml"))
			for _, s := range append(c.setting, "topic="+ownTopic()) {
				args = append(args, "--set", s)
			}
			got := piped(t, pulsh(t, nil, args...), "")
			require.Equal(t, c.code, got.code, got)
			body, err := os.ReadFile(filepath.Join(dir, "out.json"))
			require.NoError(t, err)
			r := readJSON(t, body)
			require.Equal(t, c.code, r.Run.ExitCode)
			require.Len(t, r.Checks, c.checks)
			require.Equal(t, c.code, r.Run.Failed, "the one that must fail, or none")
			require.NotEmpty(t, r.Run.Schedules)
			require.Positive(t, r.Total.Figures.Sent+r.Total.Figures.Received+int64(len(r.Checks)))
			elements := wellFormed(t, filepath.Join(dir, "out.xml"))
			require.Equal(t, c.checks+c.judged, elements["testcase"])
			require.Equal(t, c.code, elements["failure"])
		})
	}
}

// TestAFailoverIsPassed kills a server of its own under load, as the example
// does, and wants everything that it had promised back.
func TestAFailoverIsPassed(t *testing.T) {
	const starts = 4 * patience // of the server, twice
	got := pipedWithin(t, starts, pulsh(t, nil, "--local", "--local-dir", t.TempDir(), "-f", "examples/failover.pulsh", "--set", "down=1s", "--json", "-"), "")
	require.Zero(t, got.code, got)
	r := readJSON(t, []byte(got.out))
	require.Equal(t, "passed", r.Run.Result)
	require.Equal(t, 3, r.Run.Passed)
	require.Positive(t, r.Total.Figures.Received)
}

func TestVariablesFromOutside(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "vars.pulsh")
	require.NoError(t, os.WriteFile(file, []byte("let d=1s\nwait $d\nproduce start fast rate=$rate\n"), 0o600))
	check := func(env []string, args ...string) said {
		return piped(t, pulsh(t, env, append(args, "--check", file)...), "")
	}
	got := check(nil)
	require.Equal(t, 2, got.code, got)
	require.Contains(t, got.err, `vars.pulsh:3:25: no variable "rate" (only d)`)
	require.Zero(t, check([]string{"PULSH_VAR_RATE=20k"}).code)
	require.Zero(t, check([]string{"PULSH_VAR_RATE=20kk"}, "--set", "rate=20k").code, "a flag goes before the environment")
	got = check([]string{"PULSH_VAR_D=1x"}, "--set", "rate=20kk")
	require.Equal(t, 2, got.code)
	require.Contains(t, got.err, `vars.pulsh:2:6: "1x" is not a duration ($d is 1x, from PULSH_VAR_D)`)
	require.Contains(t, got.err, `vars.pulsh:3:25: "20kk" is not a rate ($rate is 20kk, from --set)`)
	got = check([]string{"PULSH_TOKEN=secret"}, "--set", "rate=$token")
	require.Equal(t, 2, got.code)
	require.NotContains(t, got.out+got.err, "secret")
	for _, wrong := range [][]string{{"--set", "Rate=1"}, {"--set", "rate"}, {"--speed", "0"}, {"--speed", "fast"}, {"--json", ""}} {
		got := piped(t, pulsh(t, nil, wrong...), "")
		require.Equal(t, 2, got.code, wrong)
		require.Contains(t, got.err, "try: pulsh "+wrong[0])
	}
}

func TestReportsOfARunWithoutACluster(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := piped(t, pulsh(t, nil, "--url", nowhere, "-e", "list", "--json", "-", "--junit", filepath.Join(dir, "x.xml")), "")
	require.Equal(t, 3, got.code, got)
	require.Equal(t, "unconnected", readJSON(t, []byte(got.out)).Run.Result)
	require.Equal(t, 1, wellFormed(t, filepath.Join(dir, "x.xml"))["error"])
	got = piped(t, pulsh(t, nil, "--url", nowhere, "-e", "list", "--json", filepath.Join(dir, "no", "such")), "")
	require.Equal(t, 2, got.code, "a report that cannot be written is told before anything runs")
}

// A load that a topic cannot take falls short, and that is a failure unless it is
// allowed. The JSON is alone on the standard output.
func TestFallingShortOfTheSchedule(t *testing.T) {
	server := localtest.Start(t)
	line := "produce start fast rate=1M size=16KiB body=random compression=none pending=1000 topic=" + ownTopic() + "; wait 3s; stop all"
	got := piped(t, pulsh(t, nil, append(at(server), "-e", line, "--json", "-")...), "")
	require.Equal(t, 1, got.code, got)
	require.Regexp(t, `(?m)^FAIL  fast acked [0-9,]+ of [0-9,]+ due \([0-9.]+ %\)`, got.err, "text is on the standard error then")
	r := readJSON(t, []byte(got.out))
	require.Equal(t, "failed", r.Run.Result)
	require.True(t, r.Run.Schedules[0].Behind)
	got = piped(t, pulsh(t, nil, append(at(server), "-e", line, "--allow-behind")...), "")
	require.Zero(t, got.code, got)
	require.NotContains(t, got.out, "FAIL")
	got = piped(t, pulsh(t, nil, append(at(server), "-e", "set session behind=allowed; "+line)...), "")
	require.Zero(t, got.code, got)
}

// Ctrl-C ends a script in order: with its results, its reports and 130.
func TestAScriptThatIsInterrupted(t *testing.T) {
	server := localtest.Start(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "long.pulsh")
	require.NoError(t, os.WriteFile(file, []byte("produce start fast rate=100 topic="+ownTopic()+"\nexpect fast.acked>0 within=30s\nwait 1h\nexpect fast.failed=0\n"), 0o600))
	cmd := pulsh(t, nil, append(at(server), "-f", file, "--json", filepath.Join(dir, "x.json"), "--junit", filepath.Join(dir, "x.xml"))...)
	var out signalAt
	out.after, out.act = regexp.MustCompile(`(?m)^PASS `), func() { _ = cmd.Process.Signal(syscall.SIGINT) }
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	require.NoError(t, cmd.Start())
	kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	_ = cmd.Wait() // the exit code says it
	require.Equal(t, 130, cmd.ProcessState.ExitCode(), out.text.String())
	require.Regexp(t, `(?m)^1 passed, 0 failed · [0-9,]+ sent`, out.text.String())
	require.Regexp(t, `(?m)^  fast  [0-9,]+ sent · `, out.text.String())
	body, err := os.ReadFile(filepath.Join(dir, "x.json"))
	require.NoError(t, err)
	r := readJSON(t, body)
	require.Equal(t, "interrupted", r.Run.Result)
	require.Equal(t, 130, r.Run.ExitCode)
	require.Equal(t, 1, r.Run.Passed)
	require.Equal(t, 1, wellFormed(t, filepath.Join(dir, "x.xml"))["error"])
}

// signalAt acts once, when what is written to it has matched.
type signalAt struct {
	text  strings.Builder
	after *regexp.Regexp
	act   func()
}

func (s *signalAt) Write(p []byte) (int, error) {
	n, err := s.text.Write(p)
	if s.act != nil && s.after.MatchString(s.text.String()) {
		s.act()
		s.act = nil
	}
	return n, err
}

// What was typed at the prompt is saved, and the line that the summary shows
// runs it again.
func TestASessionCanBeRunAgain(t *testing.T) {
	server := localtest.Start(t)
	cmd := pulsh(t, nil, at(server)...)
	s := openCommand(t, cmd, 120, 30)
	topic := ownTopic()
	run(s, "produce start fast rate=500 topic="+topic, `^  fast: sending to `)
	run(s, "let n=200", `^  n = 200$`)
	run(s, "wait until fast.acked>$n", `^>$`)
	run(s, "scale fsat 1", `no group "fsat"`)
	leave(t, s)
	again := s.See(`^  replay: pulsh (--url .*) -f ~/(\S+)$`)
	home := ""
	for _, v := range cmd.Env {
		if dir, ok := strings.CutPrefix(v, "HOME="); ok {
			home = dir
		}
	}
	file := filepath.Join(home, again[2])
	body, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(body), "\nproduce start fast rate=500 topic="+topic+"\n")
	require.Regexp(t, `(?m)^at \+[0-9.ms]+$`, string(body))
	require.Contains(t, string(body), "# scale fsat 1    # no group")
	require.NotContains(t, string(body), "quit")
	got := piped(t, pulsh(t, nil, append(strings.Fields(again[1]), "-f", file, "--speed", "4")...), "")
	require.Zero(t, got.code, got)
	require.Regexp(t, `timed lines? at most [0-9]\S+ late`, got.out)
}

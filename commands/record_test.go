package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
)

// typed runs lines, so long after each other.
func typed(t *testing.T, c *host.Host, out *strings.Builder, lines ...string) {
	t.Helper()
	for _, line := range lines {
		pause, line, _ := strings.Cut(line, " ")
		d, err := time.ParseDuration(pause)
		require.NoError(t, err)
		time.Sleep(d)
		_ = c.Execute(t.Context(), line, out) // the recording tells what failed
	}
}

func TestARecordingIsWhatWasTyped(t *testing.T) {
	dir := files(t, map[string]string{"step.pulsh": "wait $d"})
	path := filepath.Join(dir, "mine.pulsh")
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused, func(e *host.Env) { e.Version = "0.1.0" })
		var out strings.Builder
		t.Chdir(dir)
		typed(t, c, &out, "1s let d=2s text='a b'", "0s record "+path, "1500ms load low", "700ms run step.pulsh d=$d", "3s remove nobody",
			"1ms mark \"$text\"; let e=1", "250ms expect perf.workers>9", "1s record other.pulsh", "1s record stop", "1s list", "0s record stop")
		require.Contains(t, out.String(), "  recording to "+path+"; stop with `record stop`\n")
		require.Contains(t, out.String(), "  recorded 5 lines to "+path+"\n")
	})
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `# Recorded by pulsh 0.1.0 on 2000-01-01 00:00:01 UTC.
# pulsh -f FILE replays it, --speed 2 in half the time.

let d=2s
let text='a b'
at +1.5s
load low
at +700ms
run step.pulsh d=$d
# remove nobody    # no group "nobody" (groups: perf, perf-sub)
at +5.001s
mark "$text"
let e=1
at +250ms
expect perf.workers>9
`, string(body))
}

// The recording is whole at every moment, also within a line that takes long.
func TestARecordingIsWrittenBeforeTheLineRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.pulsh")
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "record "+path, &out))
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = c.Execute(t.Context(), "wait 1h", &out)
		}()
		synctest.Wait()
		body, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(body), "\nwait 1h\n"), string(body))
		<-done
	})
}

func TestRecordingErrors(t *testing.T) {
	dir := files(t, map[string]string{"there.pulsh": "list\n"})
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		var out strings.Builder
		there := filepath.Join(dir, "there.pulsh")
		err := c.Execute(t.Context(), "record "+there, &out)
		require.ErrorContains(t, err, "already exists")
		require.Equal(t, "record "+there+" force", lang.AsError(err).Try)
		body, _ := os.ReadFile(there)
		require.Equal(t, "list\n", string(body))
		require.ErrorContains(t, c.Execute(t.Context(), "record "+filepath.Join(dir, "no", "such"), &out), ": no such file or directory")
		require.ErrorContains(t, c.Execute(t.Context(), "record stop", &out), "not recording")
		require.NoError(t, c.Execute(t.Context(), "record "+there+" force", &out))
		require.ErrorContains(t, c.Execute(t.Context(), "record "+there+" force", &out), "already recording to ")
		require.NoError(t, os.Remove(there))
		require.NoError(t, c.Execute(t.Context(), "list", &out), "a recording that fails does not hold up what is typed")
		require.Contains(t, out.String(), "recording stopped: cannot write "+there)
	})
}

// A replay does everything when it was done at first, whatever lines take, and
// says how late it was.
func TestAReplayKeepsTheTiming(t *testing.T) {
	for _, speed := range []float64{0, 2, 0.5} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "mine.pulsh")
			c := world(t, pretend(t))
			var out strings.Builder
			pauses := []string{"1234ms", "0s", "333ms", "3s", "17ms", "2500ms"}
			typed(t, c, &out, "0s connect pulsar://localhost:6650", "0s record "+path)
			begin := time.Now()
			for _, pause := range pauses {
				typed(t, c, &out, pause+" mark x", "0s wait 100ms")
			}
			require.NoError(t, c.Execute(t.Context(), "record stop", &out))
			first := marks(c, begin)
			require.Len(t, first, len(pauses))

			c = New(host.Env{Session: c.Env.Session, Speed: speed})
			s, err := ReadScript(path)
			require.NoError(t, err)
			again := time.Now()
			result, err := c.RunScript(t.Context(), s, &out, lang.Options{})
			require.NoError(t, err, out.String())
			second := marks(c, again)
			require.Len(t, second, len(pauses))
			for i := range first {
				want := first[i]
				if speed > 0 {
					want = time.Duration(float64(want) / speed)
				}
				require.InDelta(t, want, second[i], float64(20*time.Millisecond), "mark %d at speed %v", i, speed)
			}
			require.Positive(t, result.Drift.Lines)
			require.Less(t, result.Drift.Worst, 20*time.Millisecond)
			require.Contains(t, answers.Summary(result, c.Env.Session.Snapshot()), " at most ")
		})
	}
}

// marks are the times at which the command mark has run since a moment.
func marks(c *host.Host, since time.Time) (out []time.Duration) {
	for _, l := range c.Journal().Lines {
		if l.Text == "mark x" && !l.At.Before(since) {
			out = append(out, l.At.Sub(since))
		}
	}
	return out
}

// What is late does not make what follows late.
func TestLatenessDoesNotAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		s, err := ParseScript("x.pulsh", "at +1s\nwait 1500ms\nat +1s\nmark x\nat +1s\nmark x\nat 5s\nmark x\nat 1s\nmark x\n")
		require.NoError(t, err)
		var out strings.Builder
		begin := time.Now()
		result, err := c.RunScript(t.Context(), s, &out, lang.Options{})
		require.NoError(t, err)
		var got []time.Duration
		for _, m := range marks(c, begin) {
			got = append(got, m.Round(time.Millisecond))
		}
		require.Equal(t, []time.Duration{2500 * time.Millisecond, 3 * time.Second, 5 * time.Second, 5 * time.Second}, got)
		require.Equal(t, 5, result.Drift.Lines)
		require.Equal(t, 4*time.Second, result.Drift.Worst.Round(time.Millisecond), "a place that has passed is told as late")
	})
}

func TestAJournalIsReplayed(t *testing.T) {
	begin := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	j := lang.Journal{Lines: []lang.Line{
		{At: at(0), Source: "load low"},
		{At: at(time.Second), Place: "x.pulsh:1", Source: "list"},
		{At: at(1500 * time.Millisecond), Source: "remove x", Failure: "no group \"x\"\n  try: list"},
		{At: at(2 * time.Second), Source: "wait until fast.rate>1", Failure: "did not come"},
		{At: at(2*time.Second + time.Millisecond), Source: "list"},
		{At: at(4 * time.Second), Source: "quit"},
	}}
	require.Equal(t, `# Recorded by pulsh 0.1.0 on 2026-11-22 08:00:00 UTC.
# pulsh -f FILE replays it, --speed 2 in half the time.

let w='a b'
load low
# remove x    # no group "x"
at +2s
wait until fast.rate>1
list
`, j.Replay("0.1.0", []lang.Variable{{Name: "w", Value: "a b"}}))
	require.Empty(t, lang.Journal{Lines: []lang.Line{{Source: "quit"}}}.Replay("0.1.0", nil))
}

// In a script record would replace a file by an empty recording: no line there is typed.
func TestAScriptRecordsNothing(t *testing.T) {
	const body = "record mine.pulsh force\n"
	dir := files(t, map[string]string{"mine.pulsh": body})
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		t.Chdir(dir)
		require.ErrorContains(t, c.Execute(t.Context(), "run mine.pulsh", nil), "record takes typed lines")
	})
	now, err := os.ReadFile(filepath.Join(dir, "mine.pulsh"))
	require.NoError(t, err)
	require.Equal(t, body, string(now))
}

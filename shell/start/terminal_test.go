package start

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local/localtest"
	"pulsh/shell/ptytest"
)

// leaveMax is how long leaving may take, whatever the broker does: three seconds
// for the groups, and one for a busy machine.
const leaveMax = 4 * time.Second

func TestTheCommandsOfTheReadme(t *testing.T) {
	server := localtest.Start(t)
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s, topic := open(t, server, size[0], size[1]), ownTopic()
			s.See(`^pulsh .* · Pulsar 4\.`)
			s.See(`no groups`)
			run(s, "produce start fast rate=50000 topic="+topic, `^  fast: sending to .* · 4 workers · 50\.0k/s`)
			run(s, "consume start sub1 topic="+topic, `^  sub1: receiving .* as sub1 · shared · 1 worker`)
			run(s, "scale fast +4", `^  fast: 4 → 8 workers, still 50\.0k/s$`)
			s.See(`^fast +● .*\b8 ?w.* +[0-9.]+k?/50\.0k/s `)
			run(s, "graph fast sub1", `^  graph: fast sub1 · 1m$`)
			s.See(`┤.* msg/s  ── fast  ━━ sub1  ┈┈ target$`)
			s.See(`└─+┬─`)
			grows(s, "sent")
			grows(s, "received")
			run(s, "seek sub1 -5m", `^  sub1: moved to \d\d:\d\d:\d\d( · about .* messages to receive)?$`)
			s.See(`\d seek sub1`)
			grows(s, "received")
			s.See(`^\d\d:\d\d:\d\d ● .* lost 0  dup 0 `)
			leave(t, s)
			s.See(`^  fast  [0-9,]+ sent · [0-9,]+ acked · 0 failed`)
			s.See(`^  sub1  [0-9,]+ received · 0 lost · ([0-9,]+ outstanding · )?0 duplicated`) // those still in the backlog
			s.See(`pulsh: [0-9.]+ CPU s \(`)
			s.Gone(`^(fast|sub1) +[●◌]`)
			s.Gone(`└──`)
		})
	}
}

func TestWrongLinesDisturbNothing(t *testing.T) {
	s := open(t, localtest.Start(t), 150, 40)
	topic := load(s, "1000")
	for _, c := range []struct{ line, under, says, try string }{
		{"sclae fast +4", "sclae", `no command "sclae"`, "scale fast +4"},
		{"scale fsat +4", "fsat", `no group "fsat" (groups: `, "scale fast +4"},
		{"set fast rte=80k", "rte", `no setting "rte"`, "set fast rate=80k"},
		{"rate fast 50kk", "50kk", `"50kk" is not a rate`, "rate fast 50k"},
		{"set fast size=1K", "1K", "could be 1KiB or 1KB", "set fast size=1KiB"},
		{"rate fast 0", "0", "a rate must be more than 0", "rate fast 50k"},
		{"produce start other rate=0", "0", "a rate must be more than 0", "produce start other rate=50k"},
		{"scale fast 10000", "10000", "10000 workers exceed the limit of 1000", "scale fast 1000"},
		{"scale fast 99999999999999999999", "99999999999999999999", "is not a number of workers", "scale fast"},
		{"load nonsuch", "nonsuch", `no profile "nonsuch"`, "profiles"},
		{"produce start other topic=a/b/c/d", "a/b/c/d", "is not a topic", "produce start other topic=fast"},
		{"set fast topic=no/such/place", "", "there is no namespace no/such", "topics"},
		{"set fast size=20MiB batch=1", "", "the broker takes messages up to 5MiB", "set fast size=5119KiB"},
		{"produce start other size=6MiB", "", "the broker takes messages up to 5MiB", "produce start other size=5119KiB"},
		{"produce start fast rate=1k", "fast", "fast is already running", "set fast rate=1k"},
	} {
		t.Run(c.line, func(t *testing.T) {
			s.Send("\x0c")
			s.Until("a clear screen", func() bool { return s.Rows()[0] == ">" })
			s.Send(c.line + "\r")
			try := s.See("^  try: (.*)")[1]
			require.Contains(t, try, c.try)
			rows := s.Rows()
			require.Equal(t, "> "+c.line, rows[0])
			require.Contains(t, rows[1], c.says)
			if c.under != "" {
				column := strings.LastIndex(rows[0], c.under)
				require.Equal(t, strings.Repeat(" ", column)+strings.Repeat("^", len(c.under))+" ", rows[1][:column+len(c.under)+1])
			}
		})
	}
	s.Send("\x0c")
	run(s, "list", `^  fast +produce +running +4 .*1\.00k/s +`+topic)
	s.See(`^  sub1 +consume +running +1 `)
	s.Gone(`^  other`)
	s.See(`^fast +● .* (9\d\d|1\.0\dk)/1\.00k/s .* 0 failed`)
	grows(s, "sent")
	grows(s, "received")
	s.See(`lost 0  dup 0`)
	leave(t, s)
}

func TestThePopupOpensOverTheGraph(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	load(s, "100")
	axis := func() (rows int) {
		for _, row := range s.Rows() {
			if strings.Contains(row, "┤") {
				rows++
			}
		}
		return rows
	}
	s.Until("a graph", func() bool { return axis() > 4 })
	s.Send("\x0c")
	s.See("^>$")
	high := 0
	s.Until("the graph in full height", func() bool { high = axis(); return s.Rows()[0] == ">" && high > 4 })
	s.Send("s")
	s.See(`^ +scale +change the number of workers`)
	s.Send("\t")
	s.See(`^> s[a-z ]+$`)
	s.Send("\x15")
	s.Gone(`change the number of workers`)
	s.See("^>$")
	s.Until("the graph as it was", func() bool { return axis() == high })
	s.Send("scale fast ")
	s.See(`\+4 +four more`)
	s.Send("+4\r")
	s.See(`^  fast: 4 → 8 workers`)
	s.Gone(`four more`)
	leave(t, s)
}

func TestALineSurvivesResizes(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	load(s, "100")
	s.Always(nil) // on a low screen rows give way
	s.Send("scale fast +")
	s.See(`^> scale fast \+$`)
	random := rand.New(rand.NewPCG(3, 5))
	for range 60 {
		s.Resize(10+random.IntN(190), 4+random.IntN(46))
	}
	s.Resize(90, 30)
	s.See(`^> scale fast \+$`)
	s.Until("every row in its place", func() bool { return live(s.Rows()) == nil })
	s.Always(live)
	run(s, "1", `^  fast: 4 → 5 workers`)
	leave(t, s)
}

func TestKeysAtThePrompt(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	run(s, "help RATE", "^RATE: messages per second|^  RATE: messages per second")
	run(s, "list", "no groups")
	s.Send("\x0c")
	s.Until("a clear screen", func() bool { return s.Rows()[0] == ">" })
	for _, line := range []string{"list", "help RATE"} {
		s.Send("\x1b[A")
		s.Until("the line before", func() bool { return s.Rows()[0] == "> "+line })
	}
	s.Send("\x15\x12lp")
	s.See("^search: lp  ›  help RATE$")
	s.Send("\x07")
	s.See("^>$")

	s.Send("wait 1h\r")
	s.See(`^… wait 1h  .* \d+s of 1h00m, Ctrl-C cancels`)
	s.Send("\x03")
	s.See("^  cancelled$")
	run(s, "help DURATION", "DURATION: a duration")
	s.Send("half a line")
	s.See("^> half a line$")
	s.Send("\x03")
	s.See(`^> half a line\^C$`)
	s.See("^>$")
	s.Always(nil)
	s.Send("\x04")
	require.Zero(t, s.Wait())
	s.RequireRestored()
	s.See(`pulsh: [0-9.]+ CPU s`)
}

func TestSIGTERMUnderLoad(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	load(s, "20k")
	s.Always(nil)
	begun := time.Now()
	require.NoError(t, s.Cmd.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 143, s.Wait())
	require.Less(t, time.Since(begun), leaveMax)
	s.RequireRestored()
	s.See(`^  fast  [0-9,]+ sent · `)
	s.Gone(`^\d\d:\d\d:\d\d ● `)
}

func TestAHistoryThatCannotBeWrittenIsOneNote(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	s := open(t, localtest.Start(t), 100, 30, "XDG_STATE_HOME="+file)
	run(s, "list", "no groups")
	run(s, "help RATE", "RATE: messages per second")
	require.Equal(t, 1, strings.Count(strings.Join(s.Rows(), "\n"), "history is not saved"))
	leave(t, s)
}

func TestNoColorHasNoColorCodes(t *testing.T) {
	s := open(t, localtest.Start(t), 100, 30, "NO_COLOR=1")
	load(s, "100")
	s.Send("sc")
	s.See("change the number of workers")
	s.Send("\x15")
	run(s, "graph fast sub1", "┤")
	run(s, "nonsense", `no command "nonsense"`)
	leave(t, s)
	s.RequireColorless()
}

func TestNoBrokerIsAPageAndAPrompt(t *testing.T) {
	s := ptytest.Start(t, pulsh(t, nil, "--url", "pulsar://127.0.0.1:1"), 80, 24)
	s.See(`^no Pulsar answers at pulsar://127\.0\.0\.1:1 \(`)
	s.See("^  try: local start ")
	s.See(`^\d\d:\d\d:\d\d ○ not connected`)
	s.See("^>$")
	run(s, "produce start fast", "not connected")
	s.See("^  try: ")
	leave(t, s)
}

// TestTheBrokerIsKilled is the last: the server that all tests share would not
// wait for it.
func TestTheBrokerIsKilled(t *testing.T) {
	server := localtest.Own(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	s := open(t, server, 100, 30)
	load(s, "500")
	grows(s, "received")

	require.NoError(t, server.Kill(ctx))
	s.See(`^\d\d:\d\d:\d\d ◌ .* reconnecting +\d+s`)
	require.NoError(t, server.Restart(ctx))
	s.See(`^\d\d:\d\d:\d\d ● `)
	s.See(`reachable again after`)
	s.Gone("reconnecting")
	s.See(`\d broker back after`)
	grows(s, "sent")
	grows(s, "received")
	s.See(`lost 0  dup `) // what was stored and not answered is sent again: at least once

	require.NoError(t, server.Kill(ctx))
	s.See(`^\d\d:\d\d:\d\d ◌ .* reconnecting`)
	begun := time.Now()
	leave(t, s)
	require.Less(t, time.Since(begun), leaveMax)
	s.See(`^  sub1  [0-9,]+ received · 0 lost`)
}

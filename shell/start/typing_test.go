package start

import (
	"os/exec"
	"strings"
	"testing"

	"pulsh/session/broker/local/localtest"
	"pulsh/shell/ptytest"
)

func TestCompletionOfARealSession(t *testing.T) {
	s := open(t, localtest.Start(t), 100, 30)
	topic := load(s, "100")
	s.Always(nil)
	for _, c := range []struct{ typed, offered, line string }{
		{"sca\t", `number of workers`, "> scale"},
		{"scale fa\t", `running produce|\+4 +four more`, "> scale fast"},
		{"set fast compr\t", `compression=none|compression=`, "> set fast compression="},
		{"pst\t", `end a producer group's sending`, "> produce st"},
		{"expect sub1.back\t", `sub1.backlog`, "> expect sub1.backlog"},
		{"load lw\t", `low`, "> load low"},
		{"help prof\t", `help|profile`, "> help profile"},
		{"run exa\t", `folder|smoke`, "> run examples/"},
		{"consume start sub2 topic=" + topic[:8] + "\t", `topic`, "> consume start sub2 topic=start-"},
	} {
		s.Send("\x03\x0c" + c.typed)
		s.Until(c.line, func() bool {
			for _, row := range s.Rows() {
				if strings.HasPrefix(row, c.line) {
					return true
				}
			}
			return false
		})
	}
	s.Send("\x03")
	leave(t, s)
}

func TestFunctionKeysActOnTheShownGroup(t *testing.T) {
	cmd := pulsh(t, nil, at(localtest.Start(t))...)
	cmd.Dir = t.TempDir() // where export writes
	s := openCommand(t, cmd, 100, 40)
	s.Send("\x1bOR")
	s.See("^the keys act on the first group in the graph, and there is none$")
	topic := ownTopic()
	run(s, "produce start fast rate=1000 topic="+topic, `^  fast: sending to `)
	s.See(`^fast +● `)
	for _, c := range []struct{ key, line, answer string }{
		{"\x1bOS", "scale fast +1", `^  fast: 4 → 5 workers`},
		{"\x1b[[C", "scale fast -1", `^  fast: 5 → 4 workers`},
		{"\x1b[15~", "rate fast -10%", `^  fast: 1\.00k/s → 900/s`},
		{"\x1b[17~", "rate fast +10%", `^  fast: 900/s → 990/s`},
		{"\x1b[18~", "burst fast x5 for=10s", `^  fast: `},
		{"\x1b[19~", "reset fast", `^  fast: figures reset`},
		{"\x1bOQ", "pause fast", `^  fast: paused|^  fast`},
		{"\x1b[12~", "resume fast", `^  fast: `},
		{"\x1b[20~", "export", `^  pulsh-\d+-\d+\.html: .*1 group`},
		{"\x1b[21~", "stop all", `group.* stopped`},
	} {
		s.Send(c.key)
		s.See("^> " + strings.NewReplacer("+", `\+`).Replace(c.line) + "$")
		s.See(c.answer)
		if c.line == "pause fast" {
			s.See(`^fast +‖ `)
		}
	}
	run(s, "history stop", `^ +\d+  stop all$`)
	leave(t, s)
}

func TestAPasteRunsLineByLine(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	s.Send("\x1b[200~set session \\\n  refresh=200ms\nmark 'two\nlines'\nwait 1h\nhelp RATE\nlist\x1b[201~")
	s.See(`^  7 lines pasted: Enter runs them`)
	s.Send("\r")
	s.See(`^… wait 1h .*Ctrl-C cancels  help RATE⏎ list⏎$`)
	s.Send("\x12mark")
	s.See(`^… .*Ctrl-C cancels  search: mark  ›  mark 'two lines'$`)
	s.Send("\x07")
	s.Send("\x03")
	s.See("^  cancelled$")
	s.See("^>$")
	s.Gone("^  RATE")
	s.Send("!mark\r")
	s.Until("the mark twice", func() bool { return strings.Count(strings.Join(s.Rows(), "\n"), "> mark 'two lines'") == 1 })
	leave(t, s)
}

func TestQuestionsOnTheTerminal(t *testing.T) {
	s := open(t, localtest.Start(t), 80, 24)
	run(s, "produce start fast rate=10 topic="+ownTopic(), `^  fast: sending to `)
	s.Send("remove fast\rlist\r")
	s.See(`^fast is running; remove it\? \(y/n\)$`)
	s.Send("n\r")
	s.See("^  fast: kept$")
	s.See("^  fast +produce +running")
	s.Send("remove fast\r")
	s.See(`remove it\? \(y/n\)$`)
	s.Send("y\r")
	s.See("^  fast: removed$")
	leave(t, s)
}

func TestTheDemoEndsWithCtrlC(t *testing.T) {
	s := open(t, localtest.Start(t), 100, 40)
	s.Always(nil) // it knows other groups
	s.Send("demo\r")
	s.See("^  A producer group sends to a topic")
	s.See(`^demo +● `)
	s.See(`^… demo  .*, Ctrl-C cancels`)
	s.Send("\x03")
	s.See("^  cancelled$")
	run(s, "list", "^  no groups")
	leave(t, s)
}

func TestStopAndGoOn(t *testing.T) {
	server := localtest.Start(t)
	inner := pulsh(t, nil, at(server)...)
	cmd := exec.Command("sh", append([]string{"-c", `set -m; "$0" "$@"; echo STOPPED; read word; fg; echo ENDED; cat`}, inner.Args...)...)
	cmd.Env, cmd.Dir = inner.Env, inner.Dir
	s := ptytest.Start(t, cmd, 80, 24)
	s.Patience = patience
	s.See("^>$")
	s.Send("scale fast")
	s.See("^> scale fast$")
	s.Send("\x1a")
	s.See("^STOPPED$")
	s.RequireRestored()
	s.Resize(90, 30)
	s.Send("go on\n")
	s.See(`^\d\d:\d\d:\d\d ● `)
	s.See("^> scale fast$")
	s.Send("\x15quit\r")
	s.See("^ENDED$")
	s.RequireRestored()
}

// A small window has the prompt, the group and the clock, and completes.
func TestASmallWindow(t *testing.T) {
	s := open(t, localtest.Start(t), 40, 12)
	run(s, "produce start fast rate=10 topic="+ownTopic(), `fast: sending to`)
	s.See(`^fast +● `)
	s.Send("\x0cscale f")
	s.See("^> scale f")
	s.See(`^ +fast +running produce`)
	s.Send("\t+1\r")
	s.See(`fast: 4 → 5 workers`)
	leave(t, s)
}

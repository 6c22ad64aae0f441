package commands

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/lang"
)

// asking is a world in which lines that destroy something ask, and the answers.
func asking(t *testing.T, answers ...bool) (*host.Host, *[]string) {
	t.Helper()
	var questions []string
	c := world(t, pretend(t), func(e *host.Env) {
		e.Confirm = func(_ context.Context, question string) bool {
			questions = append(questions, question)
			answer := answers[0]
			answers = answers[1:]
			return answer
		}
	})
	return c, &questions
}

func TestWhatDestroysAsksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, questions := asking(t, false, true, true, true, true, true, true, true)
		var out strings.Builder
		run := func(line string) error { return c.Execute(t.Context(), line, &out) }
		require.NoError(t, run("connect pulsar://localhost:6650 admin=http://localhost:8080; topic create orders; sub create orders audit"))
		err := run("topic delete orders; topic create more")
		require.EqualError(t, err, "cancelled")
		require.Equal(t, lang.ExitFailed, lang.ExitCode(err))
		require.ErrorContains(t, run("topic stats more"), "there is no topic", "what follows a no is not run")
		require.NoError(t, run("topic stats orders"))
		require.NoError(t, run("consume start sub1 topic=orders; produce start fast topic=orders rate=1k; wait 2s; pause sub1; wait 2s"))
		require.NoError(t, run("skip sub1 10; clear sub1; consume stop sub1; produce stop fast; sub skip orders audit 10; sub expire orders audit 1h; sub clear orders audit"))
		require.NoError(t, run("topic delete orders"))
		require.Regexp(t, `^permanently delete topic orders \(0 B, 1 subscription\)\?
skip about 10 of the [\d.k]+ messages in sub1's backlog\?
skip all of the [\d.k]+ messages in sub1's backlog\?
skip about 10 of the [\d.k]+ messages in the backlog of audit on orders\?
expire the messages older than 1h of audit on orders\?
skip all of the about [\d.k]+ messages in the backlog of audit on orders\?
permanently delete topic orders \([\d.]+ MiB, 2 subscriptions\)\?$`, strings.Join(*questions, "\n"))
	})
}

func TestWhereNobodyCanBeAskedNothingIsDestroyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650 admin=http://localhost:8080; topic create orders", &out))
		err := c.Execute(t.Context(), `topic create other; topic delete orders`, &out)
		require.Equal(t, lang.ExitUsage, lang.ExitCode(err))
		require.Equal(t, `                      ^^^^^^^^^^^^^^^^^^^ topic delete is destructive and needs --yes in a script
  try: pulsh --yes -e 'topic create other; topic delete orders'`, Paint(err, 2))
		require.ErrorContains(t, c.Execute(t.Context(), "topic stats other", &out), "there is no topic", "nothing of the line has run")

		file := filepath.Join(t.TempDir(), "end it.pulsh")
		require.NoError(t, os.WriteFile(file, []byte("topic create other\nsub clear orders audit\n"), 0o600))
		s, err := ReadScript(file)
		require.NoError(t, err)
		_, err = c.RunScript(t.Context(), s, &out, lang.Options{KeepGoing: true})
		require.Equal(t, lang.ExitUsage, lang.ExitCode(err))
		require.ErrorContains(t, err, file+":2:1: sub clear is destructive")
		require.Contains(t, Paint(err, 2), "try: pulsh --yes -f '"+file+"'")
		require.ErrorContains(t, c.Execute(t.Context(), "topic stats other", &out), "there is no topic", "nothing of the script has run")
		require.ErrorContains(t, c.Execute(t.Context(), "run '"+file+"'", &out), "is destructive")
	})
}

func TestWordsForAShell(t *testing.T) {
	for word, want := range map[string]string{
		"": "''", "a-b_c.pulsh": "a-b_c.pulsh", "/tmp/x": "/tmp/x", "end it": "'end it'", "it's": `'it'\''s'`, "$(x)": "'$(x)'",
	} {
		require.Equal(t, want, lang.ShellQuoted(word))
	}
}

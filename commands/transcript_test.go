package commands

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/report"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/profile"
)

// refused is a cluster that nobody listens for.
func refused(_ context.Context, t broker.Target, _ broker.Clock) (session.Link, error) {
	return session.Link{}, &broker.Error{Category: broker.Disconnected, Message: "nothing listens at " + t.URL, Try: "local start"}
}

// world makes commands on a session, and ends it with the test.
func world(t *testing.T, dial session.Dial, change ...func(*host.Env)) *host.Host {
	t.Helper()
	data, err := os.ReadFile("../profiles.toml")
	require.NoError(t, err)
	profiles, err := profile.ParseProfiles(data, "profiles.toml")
	require.NoError(t, err)
	s := session.New(dial)
	env := host.Env{
		Session: s,
		Listen:  listenDeaf,
		Library: profile.Library{Builtin: profiles, Dir: t.TempDir()},
		Topics:  func(string) []string { return []string{"fast", "orders"} },
		Lines: func() []host.TypedLine {
			return []host.TypedLine{{Number: 1, Text: "produce start fast"}, {Number: 2, Text: "rate fast 1k"}, {Number: 3, Text: "list"}}
		},
	}
	for _, f := range change {
		f(&env)
	}
	c := New(env)
	t.Cleanup(func() {
		s.Close(context.WithoutCancel(t.Context()))
		report.Close(context.WithoutCancel(t.Context()), c)
	})
	return c
}

// pretend is a dial to a cluster in memory that ends with the test.
func pretend(t *testing.T) session.Dial {
	t.Helper()
	cluster := virtual.New()
	t.Cleanup(cluster.Close)
	return dialled(cluster)
}

// several returns a dial that opens a cluster in memory for each URL. One URL has no
// listener.
func several(t *testing.T) session.Dial {
	t.Helper()
	all := map[string]session.Dial{"pulsar://away:6650": refused}
	return func(ctx context.Context, at broker.Target, clock broker.Clock) (session.Link, error) {
		if all[at.URL] == nil {
			all[at.URL] = pretend(t)
		}
		link, err := all[at.URL](ctx, at, clock)
		if at.AdminURL == "" {
			link.Admin = nil
		}
		return link, err
	}
}

// dialled is a dial to a cluster in memory.
func dialled(cluster *virtual.Cluster) session.Dial {
	return func(_ context.Context, _ broker.Target, clock broker.Clock) (session.Link, error) {
		c, err := cluster.Connect(clock)
		return session.Link{Broker: c.Engine, Wire: c.Engine, Admin: c.Admin, Probe: func(ctx context.Context) (session.Answer, error) {
			answer, err := c.Probe(ctx)
			return session.Answer{Version: answer.Version, SizeMax: answer.MessageSizeMax}, err
		}}, err
	}
}

// TestTranscripts runs the sessions in testdata: "> " before a line that is
// typed, "? " before one that is completed at its end, and below it what is
// printed.
func TestTranscripts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // what happens at one instant happens in the same order each time
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			synctest.Test(t, func(t *testing.T) {
				dial := session.Dial(refused)
				if strings.HasPrefix(string(body), "# With a cluster") {
					dial = pretend(t)
				}
				if strings.HasPrefix(string(body), "# With clusters") {
					dial = several(t)
				}
				c := world(t, dial, func(e *host.Env) { e.Yes = true })
				got := hideCounts(replay(t, c, string(body)))
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
					return
				}
				require.Equal(t, string(body), got)
			})
		})
	}
}

// hideCounts replaces the figures that differ by a batch or two from run to run,
// and what follows from them.
func hideCounts(text string) string {
	number := regexp.MustCompile(`[\d.]+`)
	sentences := regexp.MustCompile(`published [\d:.]+|event time [\d:.]+|warmed up for [\d.]+ s: fast|about [\d.]+[kM]? messages to receive|has counted \d+|\d\.\d s  holds|was [\d.]+k?/s, wanted|> 1k for 3s +[\d.]+k|< 100 +[\d.]+k|[\d.]+ MB/s|reached [\d.]+k/s|(?m) \d+s  (?:eu|default)$|(?m)^  00:0\d:\d\d |(?m)^  (?:in|out) +[\d.]+k/s|[\d.]+ messages per (?:entry|batch)|entries × [\d.]+|[\d.]+ % of the messages due|\d+ sent · \d+ acked|[\d.]+k?/s on average|compacted in [\d.]+ s|unloaded in [\d.]+ s|peak [\d.]+k?/s|\d+ in flight, |` +
		`[\d.]+ MiB stored|recreated the \w+, [\d.]+|frozen at [\d:]+|total +\d+ +\d+ +\d+ |backlog +\d+ +\d+ entries, \d+ unacked|\d+ outstanding|\d+ in the receiver queue|  running \d+s ·|for 2s  \d+, \d+ |worst \d+, \d+|(?m)^PASS .*  \d[\d.a-z/, ]*$`)
	text = regexp.MustCompile(`\d{1,3}(,\d{3})+`).ReplaceAllStringFunc(text, func(s string) string {
		return strings.Repeat("#", len(s))
	})
	// A rewind by few messages may be received again before it is told.
	text = regexp.MustCompile(`(moved back by .*) · about \S+ messages to receive`).ReplaceAllString(text, "$1")
	shifts := regexp.MustCompile(`about [#\d]+ (of the [#\d.k]+ )?messages|in [#\d]+ entr\w+|by partition [^)]*\)|skipped [#\d]+ entries on`)
	text = shifts.ReplaceAllStringFunc(text, func(s string) string {
		return regexp.MustCompile(`[#\d][^a-z)]*[#\d]|[#\d]`).ReplaceAllString(s, "#")
	})
	// The rows of cluster list.
	text = regexp.MustCompile(`(?m)^(  (?:default|eu|us) .*\d  ) *[\d.k]+/s .*/s .*$`).ReplaceAllString(text, "${1}#")
	rows := regexp.MustCompile(`(?m)^(  (?:\d|(?:audit|sub1) +(?:shared|–) +\d+|(?:fast|orders) +[\d–]+)) +[\d#.k]+(?:/s)? .*$`) // of partitions, subscriptions and topics
	text = rows.ReplaceAllString(text, "${1}  #")
	text = regexp.MustCompile(`(?m)^(  (?:\d|total)) +[#\d.k]+ .*$`).ReplaceAllString(text, "$1  #") // sums of partitions
	// Attempts to connect again begin at random, so what an outage costs differs.
	text = regexp.MustCompile(`peak p99 \d+m?s`).ReplaceAllString(text, "peak p99 #ms")
	measured := regexp.MustCompile(`(?m)^(    (?:latency|lag|acked|e2e)[ .p\d]*?) {2,}\S.* (alike|worse|better)$`) // of runs that are compared
	text = measured.ReplaceAllString(text, "$1  #  $2")
	return sentences.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "PASS") {
			return s[:strings.LastIndex(s, "  ")] + "  #"
		}
		return number.ReplaceAllString(s, "#")
	})
}

// replay types the lines of a transcript and writes it anew.
func replay(t *testing.T, c *host.Host, script string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.SplitSeq(script, "\n") {
		typed, isLine := strings.CutPrefix(line, "> ")
		asked, isQuestion := strings.CutPrefix(line, "? ")
		switch {
		case strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
		case isLine:
			out.WriteString(line + "\n")
			if err := c.Execute(t.Context(), typed, &out); err != nil {
				if text := Paint(err, 2); text != "" {
					out.WriteString(text + "\n")
				}
				if e := lang.AsError(err); e.Try != "" {
					require.True(t, language().Valid(e.Try), "%s: try: %s", typed, e.Try)
				}
			}
		case isQuestion:
			out.WriteString(line + "\n")
			offered, _ := c.Complete(asked, len(asked))
			for _, s := range offered {
				out.WriteString(strings.TrimRight(fmt.Sprintf("  %-20s %s", s.Text, s.Description), " ") + "\n")
			}
		}
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	return strings.ReplaceAll(strings.ReplaceAll(out.String(), c.Env.Library.Dir, "DIR"), here, "HERE")
}

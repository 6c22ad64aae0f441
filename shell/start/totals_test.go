package start

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The line of the last script counts as long as its groups do, so it agrees with the
// lines of the groups.
func TestTheTotalsOfAScriptAreThoseOfItsGroups(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.pulsh"), filepath.Join(dir, "second.pulsh")
	require.NoError(t, os.WriteFile(first, []byte("consume start s topic=t\nproduce start p topic=t rate=20k\nwait 300ms\n"), 0o644))
	require.NoError(t, os.WriteFile(second, []byte("wait 300ms\nexpect p.failed=0\n"), 0o644))
	got := piped(t, pulsh(t, nil, "--embedded", "-f", first, "-f", second), "")
	require.Zero(t, got.code, got)
	totals := regexp.MustCompile(`(?m)^(1 passed, 0 failed · )?([0-9,]+) sent, ([0-9,]+) acked, ([0-9,]+) received, 0 lost`).FindAllStringSubmatch(got.out, -1)
	require.Len(t, totals, 2, got.out)
	require.Empty(t, totals[0][1])
	require.NotEmpty(t, totals[1][1])
	require.NotEqual(t, totals[0][2], totals[1][2], "its groups went on")
	sent := regexp.MustCompile(`(?m)^  p +([0-9,]+) sent · ([0-9,]+) acked`).FindStringSubmatch(got.out)
	received := regexp.MustCompile(`(?m)^  s +([0-9,]+) received`).FindStringSubmatch(got.out)
	require.Equal(t, totals[1][2:], []string{sent[1], sent[2], received[1]}, got.out)
}

// An address may be a port alone, wherever one is taken.
func TestAPortAloneIsAnAddress(t *testing.T) {
	for typed, want := range map[string]string{"9342": "127.0.0.1:9342", ":9342": "127.0.0.1:9342", "localhost:1": "localhost:1"} {
		at, err := pprofAddress(typed)
		require.NoError(t, err)
		require.Equal(t, want, at)
	}
	for _, wrong := range []string{"99999", "host", "-1", "6o60"} {
		_, err := pprofAddress(wrong)
		require.Error(t, err, wrong)
	}
	require.Equal(t, "127.0.0.1:6650", withHost("6650"))
	require.Equal(t, "0.0.0.0:6650", withHost("0.0.0.0:6650"))
}

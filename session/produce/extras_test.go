package produce

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/delivery"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

func TestReadContent(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	lines, empty, large := write("lines", "a;b\r\nc\n"), write("empty", "\n\n"), write("large", string(make([]byte, 2000)))
	folder := filepath.Dir(write("folder/2.bin", "\xff\xfe"))
	write("folder/1.txt", "one\n")
	write("folder/.hidden", "x")
	write("folder/below/x", "x")
	template, broken := write("t.json", `{"id":{{uuid}}}`+"\n"), write("b.json", "{{id}}")
	none := filepath.Join(dir, "none")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bare"), 0o755))

	for body, want := range map[string]struct{ count, largest int }{
		"file(" + lines + ")": {2, 3}, "file(" + lines + ",delimiter=;)": {2, 5}, "file(" + folder + ")": {2, 4},
		"template(@" + template + ")": {0, 43}, "none": {1, 0},
	} {
		content, err := readContent(settingsOf(t, body), 1000)
		require.NoError(t, err, body)
		require.Equal(t, want.count, content.Count(), body)
		require.Equal(t, want.largest, content.Largest(), body)
	}
	for body, want := range map[string]string{
		"file(" + none + ")":                       none + " cannot be read: no such file or directory",
		"file(" + empty + ")":                      empty + " contains no messages",
		"file(" + large + ")":                      large + " cannot be read: it is larger than 0 KiB",
		"file(" + filepath.Join(dir, "bare") + ")": filepath.Join(dir, "bare") + " contains no files",
		"template(@" + none + ")":                  none + " cannot be read: no such file or directory",
		"template(@" + broken + ")":                broken + ": {{id}} is not a field of a template (counter, uuid, time, int, float, choice, bool, name, text, hex)",
		"template(@" + dir + ")":                   dir + " cannot be read: it is a folder",
	} {
		_, err := readContent(settingsOf(t, body), 1000)
		require.EqualError(t, err, want, body)
	}
}

func settingsOf(t *testing.T, body string) spec.Producer {
	t.Helper()
	settings := spec.DefaultProducer("fast")
	var err error
	settings.Body, settings.Pattern, err = payload.ParseBody(body)
	require.NoError(t, err)
	return settings
}

func TestDelayedMessages(t *testing.T) {
	settings := spec.DefaultProducer("fast")
	settings.Workers, settings.Producers = 2, 2
	settings.Rate = pacing.Hold(1000)
	require.Zero(t, delayed(settings))
	settings.DeliverAfter = payload.Delay{Least: time.Second, Most: time.Second}
	require.Zero(t, delayed(settings))
	settings.DeliverAfter.Most = 5 * time.Second
	require.EqualValues(t, 2501, delayed(settings))
	settings.Rate = pacing.Hold(pacing.Max())
	require.EqualValues(t, delivery.MaxWindow, delayed(settings))
}

package start

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLocale(t *testing.T) {
	for _, c := range []struct {
		env   map[string]string
		ascii bool
	}{
		{nil, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LC_ALL": "C.utf8", "LANG": "C"}, false},
		{map[string]string{"LC_CTYPE": "POSIX"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "TERM": "linux"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "TERM": "xterm"}, false},
	} {
		l := newLocale(func(name string) string { return c.env[name] })
		require.Equal(t, c.ascii, l.ascii, c.env)
		var out strings.Builder
		n, err := fmt.Fprint(l.writer(&out), "1 – 2 │ \x1b[2m██▌\x1b[0m 850µs\n")
		require.NoError(t, err)
		require.Equal(t, len("1 – 2 │ \x1b[2m██▌\x1b[0m 850µs\n"), n)
		if c.ascii {
			require.Equal(t, "1 - 2 | \x1b[2m##+\x1b[0m 850us\n", out.String())
			require.Equal(t, []string{"a -", "b"}, l.texts([]string{"a –", "b"}))
		} else {
			require.Equal(t, "1 – 2 │ \x1b[2m██▌\x1b[0m 850µs\n", out.String())
		}
	}
}

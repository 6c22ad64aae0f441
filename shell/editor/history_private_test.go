package editor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrivateLinesStayOutOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := OpenHistory(path, nil)
	h.KeepOut(func(text string) bool { return strings.Contains(text, "secret") })
	h.Add("list")
	h.Add("connect secret")
	require.Equal(t, []string{"list", "connect secret"}, h.Lines())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "list\n", string(text))
}

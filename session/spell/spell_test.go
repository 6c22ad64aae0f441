package spell

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheNearestComesFirst(t *testing.T) {
	names := []string{"start", "stop", "status", "scale", "save"}
	for typed, want := range map[string][]string{
		"stpo":  {"stop"},
		"STOP":  {"stop"},
		"sta":   nil, // two letters are missing of five
		"scal":  {"scale"},
		"save":  {"save"},
		"sttus": {"status"},
		"":      nil,
		"x":     nil,
	} {
		require.Equal(t, want, Nearest(typed, names), "%q", typed)
	}
	require.Equal(t, []string{"cart", "cat"}, Nearest("cart", []string{"at", "cat", "cart"}), "two letters of four are too many")
	require.Equal(t, []string{"stab", "sto"}, Nearest("sta", []string{"sto", "stab"}), "what typed abbreviates comes first")
	require.Equal(t, []string{"a"}, Nearest("a", []string{"a", "a"}), "each once")
}

// A word of a pasted text is compared with a hundred names while the user waits.
func TestALongWordIsComparedWithNothing(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.Empty(t, Nearest(strings.Repeat("f", 1_000_000), []string{"start", "stop", strings.Repeat("g", 200)}))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10<<20))
}

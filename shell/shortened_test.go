package shell

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A long line is not repeated each second beside its progress.
func TestShortened(t *testing.T) {
	require.Equal(t, "wait 10s", shortened("wait 10s"))
	require.Equal(t, strings.Repeat("ä", 40), shortened(strings.Repeat("ä", 40)))
	require.Equal(t, strings.Repeat("ä", 39)+"…", shortened(strings.Repeat("ä", 41)))
	require.Equal(t, "consume start s topic=t; produce start…", shortened("consume start s topic=t; produce start p topic=t; wait 10s"))
}

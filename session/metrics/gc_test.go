package metrics

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The garbage beside much that is live has a bound, and a small heap grows as it was set.
func TestTheHeapOfLargeBodiesIsBounded(t *testing.T) {
	for _, c := range []struct{ most, live, want int64 }{
		{400, 0, 400}, {400, 10 << 20, 400}, {400, 51 << 20, 400}, {400, 64 << 20, 300}, {400, 128 << 20, 100},
		{400, 224 << 20, 25}, {400, 1 << 30, 25}, {100, 64 << 20, 100}, {100, 192 << 20, 33},
	} {
		require.Equal(t, c.want, balanced(c.most, c.live), "%d %% of %d MiB", c.most, c.live>>20)
	}
}

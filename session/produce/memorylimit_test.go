package produce

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/spec"
)

// TestPartsOfTheMemoryLimit divides what a memory_limit leaves of pending= among producers.
func TestPartsOfTheMemoryLimit(t *testing.T) {
	settings := spec.DefaultProducer("fast")
	settings.Pending, settings.Workers, settings.Producers = 1000, 4, 4
	for most, want := range map[int]int{1000: 250, 64: 16, 4: 1} {
		total := 0
		for i := range 4 {
			part := pendingOf(settings, nil, i, most)
			require.Equal(t, want, part)
			total += part
		}
		require.LessOrEqual(t, total, most)
	}
}

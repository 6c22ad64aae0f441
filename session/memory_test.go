package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// A group whose bodies cannot fit in memory is refused with the numbers, before
// anything is taken.
func TestAGroupThatDoesNotFitInMemoryIsRefused(t *testing.T) {
	inVirtualTime(t, func(v *virtual) {
		settings := spec.DefaultProducer("big")
		size, err := payload.ParseSize("4MiB")
		require.NoError(v.t, err)
		settings.Size, settings.Workers, settings.Producers = size, 1000, 1000
		v.SetMemory(512 << 20)
		require.NoError(v.t, v.AddProducer("big", settings))
		err = v.Start(v.t.Context(), "big")
		require.ErrorContains(v.t, err, "1000 producers need 4000 MiB of memory for bodies of 4MiB, and a group may have 64 MiB of the 512 MiB")
		var known *broker.Error
		require.ErrorAs(v.t, err, &known)
		require.Equal(v.t, "set big producers=100", known.Try)
	})
}

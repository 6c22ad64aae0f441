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
	inVirtualTime(t, func(v *inVirtual) {
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

// Batches by key have a compressor each in the Go client, which a small process cannot hold.
func TestCompressorsOfKeysAreBounded(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		settings := spec.DefaultProducer("fast")
		require.NoError(v.t, settings.BatchBy.UnmarshalText([]byte("key")))
		settings.Workers, settings.Producers = 4, 4
		var err error
		settings.Keys, err = payload.ParseKeys("100")
		require.NoError(v.t, err)
		v.SetMemory(512 << 20)
		require.NoError(v.t, v.AddProducer("fast", settings))
		err = v.Start(v.t.Context(), "fast")
		require.ErrorContains(v.t, err, "with batchby=key the Go client has an own lz4 compressor for each key in a batch, 200 MiB in all, and this process may use 512 MiB")
		var known *broker.Error
		require.ErrorAs(v.t, err, &known)
		require.Equal(v.t, "set fast compression=none", known.Try)
		v.SetMemory(2 << 30)
		require.NoError(v.t, v.Start(v.t.Context(), "fast"))
		require.Empty(v.t, v.heard())
		require.NoError(v.t, v.Stop(v.t.Context(), "fast"))
		settings.Compression = "zstd"
		v.SetMemory(16 << 30)
		_, err = v.SetProducer(v.t.Context(), "fast", settings)
		require.NoError(v.t, err)
		require.NoError(v.t, v.Start(v.t.Context(), "fast"))
		require.Contains(v.t, v.heard(), "with batchby=key the Go client has an own zstd compressor for each key in a batch, 1133 MiB in all; try: set fast compression=none")
		require.NoError(v.t, v.Stop(v.t.Context(), "fast"))
		settings.Engine = broker.WireEngine
		v.SetMemory(512 << 20)
		_, err = v.SetProducer(v.t.Context(), "fast", settings)
		require.NoError(v.t, err)
	})
}

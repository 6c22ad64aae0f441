package session_test

import (
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/consume"
	"pulsh/session/produce"
	"pulsh/session/spec"
)

// descriptors counts the open files of this process, 0 where it is not known.
func descriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

// heap returns the live bytes of the heap.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestAThousandCycles starts, changes, disturbs and stops groups a thousand times. No
// goroutine, no descriptor and no memory is left of a cycle.
func TestAThousandCycles(t *testing.T) {
	const cycles, warm = 1000, 200
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.Keeping(-1)
		defer cluster.Close()
		v := &inVirtual{t: t, cluster: cluster}
		v.Session = session.New(v.dial)
		defer v.close(5 * time.Second)
		require.NoError(t, v.Connect(t.Context(), broker.Target{URL: "pulsar://memory:6650"}))
		v.produce(200, func(p *spec.Producer) { p.Workers, p.Producers = 2, spec.ProducersEach })
		v.consume()
		idle := func() (goroutines, files int, bytes int64) {
			require.NoError(t, v.Stop(t.Context(), "fast"))
			require.NoError(t, v.Stop(t.Context(), "sub1"))
			time.Sleep(30 * time.Second) // replaced producers close in the background
			synctest.Wait()
			return runtime.NumGoroutine(), descriptors(), heap()
		}
		restart := func() {
			require.NoError(t, v.Start(t.Context(), "sub1"))
			require.NoError(t, v.Start(t.Context(), "fast"))
		}
		var goroutines, files int
		var bytes int64
		for i := range cycles {
			v.cycle(i)
			if i == warm {
				goroutines, files, bytes = idle()
				restart()
			}
		}
		now, open, after := idle()
		require.LessOrEqual(t, now, goroutines+8, "goroutines; those of idle connections of the admin API differ")
		require.LessOrEqual(t, open, files, "descriptors")
		t.Logf("%d cycles: %d goroutines, %d descriptors, %d KiB and %d KiB of heap", cycles, now, open, bytes>>10, after>>10)
		require.Less(t, after-bytes, int64(2<<20), "bytes of heap after %d cycles more", cycles-warm)
	})
}

// cycle changes both groups in every way that opens or closes something.
func (v *inVirtual) cycle(i int) {
	ctx := v.t.Context()
	must := func(err error) { v.t.Helper(); require.NoError(v.t, err, "cycle %d", i) }
	must(v.Scale(ctx, "fast", 1+i%4))
	must(v.Scale(ctx, "sub1", 1+(i+1)%4))
	p, _ := v.Producer("fast")
	p.BatchBytes = 64<<10 + i%2
	_, err := v.SetProducer(ctx, "fast", p)
	must(err)
	c, _ := v.Consumer("sub1")
	c.Queue = 500 + i%2
	_, err = v.SetConsumer(ctx, "sub1", c)
	must(err)
	_, err = produce.Disconnect(ctx, v.producerGroup("fast"), 50)
	must(err)
	_, err = consume.Disconnect(ctx, v.consumerGroup("sub1"), 50)
	must(err)
	time.Sleep(50 * time.Millisecond)
	must(v.Stop(ctx, "fast"))
	must(v.Stop(ctx, "sub1"))
	must(v.Start(ctx, "sub1"))
	must(v.Start(ctx, "fast"))
}

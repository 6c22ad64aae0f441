package metrics

import (
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryDefault is taken where neither a control group nor the system tells.
const memoryDefault = 1 << 30

// MemoryLimit returns how many bytes of memory this process may use: the limit of its
// control group, or else the memory of the machine, and no more than GOMEMLIMIT.
func MemoryLimit() int64 {
	limit, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil || limit == 0 || limit > math.MaxInt64 {
		limit = memoryDefault
	}
	return min(int64(limit), debug.SetMemoryLimit(-1))
}

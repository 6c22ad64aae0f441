package group

import "time"

// How a running group is kept alive.
const (
	CheckEvery    = time.Second            // between two checks, beside what workers report at once
	RetryFirst    = 100 * time.Millisecond // before the second attempt to repair; each later wait doubles
	RetryMost     = 5 * time.Second        // between two attempts
	RepairTimeout = 10 * time.Second       // for one attempt: the client's own operations take 5 s
)

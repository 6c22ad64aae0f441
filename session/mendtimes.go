package session

import "time"

// How a running group is kept alive.
const (
	lookEvery = time.Second            // between two checks, beside what workers report at once
	mendFirst = 100 * time.Millisecond // before the second attempt to repair; each later wait doubles
	mendMost  = 5 * time.Second        // between two attempts
	mendTime  = 10 * time.Second       // for one attempt: the client's own operations take 5 s
)

package metrics

import "time"

// SampleEvery is the interval at which a session is sampled.
const SampleEvery = 100 * time.Millisecond

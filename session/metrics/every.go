package metrics

import "time"

// SampleEvery is how often a session is sampled: the rhythm of the screen.
const SampleEvery = 100 * time.Millisecond

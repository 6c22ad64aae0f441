package session

import "time"

// How often the admin API is asked about topics, how long it may take, and how
// long a topic's rate limits are taken to stand.
const (
	pollEvery   = time.Second
	pollTimeout = 2 * time.Second
	limitsEvery = 30 * time.Second
)

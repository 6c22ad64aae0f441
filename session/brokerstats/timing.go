package brokerstats

import "time"

// How often the admin API is asked about topics, how long it may take, and how
// long a topic's rate limits are taken to stand.
const (
	PollEvery    = time.Second
	FetchTimeout = 2 * time.Second
	limitsEvery  = 30 * time.Second
)

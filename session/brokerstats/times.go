package brokerstats

import "time"

// How the admin API is asked.
const (
	PollEvery    = time.Second      // between two requests for a topic's statistics
	FetchTimeout = 2 * time.Second  // for the statistics of all topics
	limitsEvery  = 30 * time.Second // between two requests for a topic's rate limits
)

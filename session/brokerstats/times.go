package brokerstats

import "time"

// How the admin API is asked.
const (
	PollEvery    = time.Second      // between two requests for a topic's statistics
	StaleAfter   = 3                // requests in a row without an answer, after which the last answer is no longer shown
	FetchTimeout = 2 * time.Second  // for the statistics of all topics
	limitsEvery  = 30 * time.Second // between two requests for a topic's rate limits
)

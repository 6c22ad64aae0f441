// Package brokerstats turns the answers of the admin API about topics into
// figures: rates from counters, backlogs, the spread over partitions, and what
// happened to a topic behind a group's back.
package brokerstats

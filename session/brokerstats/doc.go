// Package brokerstats turns the broker's statistics about topics into figures:
// rates from counters, backlogs, the spread over partitions, and incidents such
// as a topic that was unloaded. The admin API is the source.
package brokerstats

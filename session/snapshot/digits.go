package snapshot

import "github.com/dustin/go-humanize"

// Digits writes a number with its digits in groups of three, as tables do.
func Digits(n int64) string { return humanize.Comma(n) }

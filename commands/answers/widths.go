package answers

// The widths of the label, of the value before a remark, and of a row of quantiles.
const (
	labelWidth     = 12
	valueWidth     = 20
	quantilesWidth = 46
)

// topicsShown is the largest number of topics that an answer names; others are
// counted.
const topicsShown = 8

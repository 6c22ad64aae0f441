package answers

// The widths of the first two columns, so that answers can be compared line by
// line.
const (
	sheetLabel = 11
	sheetValue = 20
	sheetRow   = 46
)

// topicsShown is how many topics a page names before it says how many more
// there are.
const topicsShown = 8

package screen

// rewriteGap is how many equal columns a run of changes includes: rewriting
// them is cheaper than a new cursor position, which takes 6 to 9 bytes.
const rewriteGap = 8

// paintRow writes the cells of want that differ from have, the cells that the
// terminal shows in row y, and copies want into have. Both have the same length.
func (p *pen) paintRow(y int, have, want []Cell) {
	widen(have, want)
	end := len(want)
	for end > 0 && want[end-1] == blank {
		end--
	}
	for x := 0; x < len(want); x++ {
		if want[x] == have[x] {
			continue
		}
		if x >= end {
			p.clearTail(x, y)
			break
		}
		to := runEnd(have, want, x, end)
		p.moveTo(x, y)
		p.cells(want, x, to)
		x = to - 1
	}
	copy(have, want)
}

// runEnd returns the column after the run of changes that begins at from; it
// does not reach beyond end.
func runEnd(have, want []Cell, from, end int) int {
	last := from
	for x := from + 1; x < end && x-last <= rewriteGap; x++ {
		if want[x] != have[x] {
			last = x
		}
	}
	if want[last].Width == 2 {
		last++
	}
	return last + 1
}

// widen makes wide cells differ as a whole: when one half of one changes, on
// the terminal or in what is wanted, both halves are painted. Behind a character
// of several runes, which a terminal may draw wider than it is, the rest of the row
// is painted.
func widen(have, want []Cell) {
	for x := range want {
		if have[x] == want[x] {
			continue
		}
		if have[x].Marks != "" || want[x].Marks != "" {
			for after := x + 1; after < len(have); after++ {
				have[after].Rune = staleRune
			}
			return
		}
		for _, row := range [2][]Cell{have, want} {
			if row[x].isRightHalf() && x > 0 {
				have[x-1].Rune = staleRune
			}
			if row[x].Width == 2 && x+1 < len(have) {
				have[x+1].Rune = staleRune
			}
		}
	}
}

package screen

// rewriteGap is the largest number of equal columns that a run of changes
// includes. To write them again is cheaper than a new cursor position, which takes
// 6 to 9 bytes.
const rewriteGap = 8

// paintRow brings row y of the terminal from have to want: it writes the cells
// that differ and copies want into have. Both have the same length.
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

// runEnd returns the column after the run of changes that begins at from, at most
// end.
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

// widen marks more cells of have as different. If one half of a wide cell differs,
// in have or in want, both halves are painted. If a character of several runes
// differs, the rest of the row is painted: a terminal may draw such a character
// wider than it is.
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

package payload

import (
	"fmt"
	"strconv"
)

// A Ratio is the size of compressed bodies as a share of their size: 0.4 for bodies
// that compress to 40 %. The zero Ratio, like 1, is bodies that do not compress.
type Ratio float64

// RatioMin is the least ratio: the stamps, and what codecs add to each message, do not
// compress.
const RatioMin = 0.01

// ParseRatio reads a ratio from RatioMin to 1.
func ParseRatio(text string) (Ratio, error) {
	r, err := strconv.ParseFloat(text, 64)
	if err != nil || !(r >= RatioMin && r <= 1) {
		return 0, fmt.Errorf("%q is not a ratio from %g to 1, such as 0.4", text, RatioMin)
	}
	if r == 1 {
		r = 0
	}
	return Ratio(r), nil
}

// String writes the ratio as ParseRatio reads it.
func (r Ratio) String() string {
	if r == 0 {
		return "1"
	}
	return strconv.FormatFloat(float64(r), 'g', -1, 64)
}

const (
	// thinBlock is how many bytes have one random and one empty passage, so few that
	// bodies of every size have the ratio, and so many that the passages are found.
	thinBlock = 512
	// thinCost is about how many bytes a codec needs to find a passage.
	thinCost = 6
	// stampCost is about how many bytes of a stamp do not compress in a batch.
	stampCost = 12
)

// thin overwrites a part of random bodies in slots of room bytes with zeros, so that
// they compress to the ratio.
func (r Ratio) thin(arena []byte, room int) {
	if r == 0 {
		return
	}
	for start := 0; start < len(arena); start += room {
		slot := arena[start:min(start+room, len(arena))]
		if len(slot) <= StampSize {
			continue
		}
		body := slot[StampSize:]
		for from := 0; from < len(body); from += thinBlock {
			block := body[from:min(from+thinBlock, len(body))]
			wanted := float64(r)*float64(len(block)) - thinCost
			if from == 0 {
				wanted += float64(r)*StampSize - stampCost
			}
			keep := min(max(int(wanted+0.5), 0), len(block))
			clear(block[keep:])
		}
	}
}

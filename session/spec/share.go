package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// Share is a percentage, from 0 to 100.
type Share float64

// shareDigits bounds the digits of a typed share. A millionth of a percent of
// any load is less than one message.
const shareDigits = 12

// ParseShare reads a share: 2%, 0.5% or 0. The error is a sentence that quotes
// the text.
func ParseShare(text string) (Share, error) {
	number, signed := strings.CutSuffix(strings.TrimSpace(text), "%")
	if number == "" || len(number) > shareDigits || strings.Trim(number, "0123456789.") != "" || !signed && number != "0" {
		return 0, fmt.Errorf("%q is not a share such as 2%% or 0.5%%", text)
	}
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a share such as 2%% or 0.5%%", text)
	case v > 100:
		return 0, fmt.Errorf("%q is more than 100%%", text)
	}
	return Share(v), nil
}

// String writes the share as ParseShare reads it.
func (p Share) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%" }

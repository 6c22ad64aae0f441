package perf

import (
	"fmt"
	"strconv"
	"strings"

	"pulsh/session/payload"
)

// memoryLimit converts a number of bytes, or of units of 1,024: 64M. 0 is no limit.
func memoryLimit(text string) (string, error) {
	digits := strings.TrimRight(text, "kKmMgGtT")
	n, err := strconv.ParseInt(digits, 10, 64)
	at := 0
	if unit := text[len(digits):]; unit != "" {
		at = strings.Index("kmgt", strings.ToLower(unit)) + 1
		if at == 0 {
			err = strconv.ErrSyntax
		}
	}
	shift := 10 * at
	if err != nil || n < 0 || n > (1<<62)>>shift {
		return "", fmt.Errorf("%q is not a number of bytes such as 64M", text)
	}
	if n == 0 {
		return "", nil
	}
	return payload.FormatBytes(n << shift), nil
}

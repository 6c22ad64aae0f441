package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// summaryLine is pulsh's last account of a producer group, as
//
//	out  941,376 sent · 941,376 acked · 0 failed · 310,506/s
var summaryLine = regexp.MustCompile(`([\d,]+) sent · ([\d,]+) acked · ([\d,]+) failed`)

// parseSummary returns the acked messages in the summary of pulsh. Messages that
// were sent but not acked, or that failed, are an error: the figures would not be
// comparable.
func parseSummary(output string) (int64, error) {
	all := summaryLine.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return 0, errors.New("pulsh ended without its account")
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(strings.ReplaceAll(all[len(all)-1][i+1], ",", ""), 10, 64); err != nil {
			return 0, fmt.Errorf("%q in pulsh's account is no count", all[len(all)-1][i+1])
		}
	}
	if sent, acked, failed := n[0], n[1], n[2]; sent != acked || failed != 0 {
		return acked, fmt.Errorf("pulsh sent %d messages, of which %d were acked and %d failed", sent, acked, failed)
	}
	return n[1], nil
}

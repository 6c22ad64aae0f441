package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAJournalForgetsItsOldestLine(t *testing.T) {
	r := NewRunner(Config{Language: &Language{}})
	for range journalLinesMax + 1 {
		r.past.ran(Line{Text: "wait 1s"})
	}
	require.Len(t, r.Journal().Lines, journalLinesMax)
}

package kinds

import (
	"regexp"
	"slices"

	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

var idle = regexp.MustCompile(`^(\S+ idle)\b.*$`)

// mendFigures corrects the figures of metrics: fast.rat becomes fast.rate.
func mendFigures(typed string) string {
	if idle.MatchString(typed) {
		return idle.ReplaceAllString(typed, "$1 10s")
	}
	return lang.Mend(regexp.MustCompile(`\.[a-z][a-z0-9_.]*`), FigureNames())(typed)
}

// mendShapes corrects the names of shapes: rmp(1k..2k,1m) becomes ramp(1k..2k,1m).
func mendShapes(typed string) string {
	return lang.Mend(regexp.MustCompile(`[a-z]+\(`), pacing.PartNames())(typed)
}

// FigureNames returns the names of all figures.
func FigureNames() []string {
	var names []string
	for _, list := range [][]snapshot.Figure{
		snapshot.GroupFigures(snapshot.Produce), snapshot.GroupFigures(snapshot.Consume), snapshot.TotalFigures(), snapshot.ProcessFigures(),
	} {
		for _, f := range list {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

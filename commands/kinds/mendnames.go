package kinds

import (
	"regexp"
	"slices"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
)

// mendFigures mends the figures of metrics: fast.rat is fast.rate.
func mendFigures(typed string) string {
	return lang.Mend(regexp.MustCompile(`\.[a-z][a-z0-9_.]*`), FigureNames())(typed)
}

// mendShapes mends the names of shapes: rmp(1k..2k,1m) is ramp(1k..2k,1m).
func mendShapes(typed string) string {
	return lang.Mend(regexp.MustCompile(`[a-z]+\(`), []string{"hold", "ramp", "sine", "steps", "spike"})(typed)
}

// FigureNames are the figures of anything that can be measured.
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

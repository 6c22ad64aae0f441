package commands

import (
	"regexp"
	"slices"
	"strings"

	"pulsh/session/snapshot"
)

// mend puts the nearest known name in place of every part of a value that pattern
// finds and that is none of the names.
func mend(pattern *regexp.Regexp, names []string) func(typed string) string {
	return func(typed string) string {
		return pattern.ReplaceAllStringFunc(typed, func(found string) string {
			core := strings.Trim(found, ".(")
			if slices.Contains(names, core) {
				return found
			}
			better, ok := nearest(core, names)
			if !ok {
				return found
			}
			return strings.Replace(found, core, better, 1)
		})
	}
}

// mendFigures mends the figures of metrics: fast.rat is fast.rate.
func mendFigures(typed string) string {
	return mend(regexp.MustCompile(`\.[a-z][a-z0-9_.]*`), figureNames())(typed)
}

// mendShapes mends the names of shapes: rmp(1k..2k,1m) is ramp(1k..2k,1m).
func mendShapes(typed string) string {
	return mend(regexp.MustCompile(`[a-z]+\(`), []string{"hold", "ramp", "sine", "steps", "spike"})(typed)
}

// figureNames are the figures of anything that can be measured.
func figureNames() []string {
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

// better is the value that was probably meant by one that is wrong.
func (k kind) better(typed string) string {
	if k.mend != nil {
		if mended := k.mend(typed); mended != typed {
			if _, err := k.parse(mended); err == nil {
				return mended
			}
		}
	}
	listed := k.named || strings.Contains(k.forms, ", ") && !strings.ContainsAny(typed, "0123456789")
	if listed && k.complete != nil {
		var offered []string
		for _, s := range k.complete(&scene{}) {
			offered = append(offered, s.Text)
		}
		if name, ok := nearest(typed, offered); ok {
			return name
		}
	}
	return k.sample
}

package commands

import (
	"regexp"
	"slices"
	"strings"
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

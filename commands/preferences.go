package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"pulsh/session/spec"
)

// setSessionCommand changes how the session is shown.
func setSessionCommand() command {
	return command{name: "set session", section: generalSection, someSetting: true,
		params:  settingParams(spec.PreferenceSettings(), spec.DefaultPreferences),
		summary: "change how the session is shown",
		detail: "Figures of the status rows turn yellow from a -warn limit on and red from a -fail limit on; off takes a limit away. " +
			"The load itself does not change.",
		examples: []string{"set session refresh=100ms", "set session p99-warn=20ms p99-fail=100ms", "set session rate-warn=98% backlog-fail=1M", "set session behind=allowed"},
		run:      setSession}
}

func setSession(_ context.Context, c *call) error {
	next := c.env.Session.Preferences()
	var said []string
	for _, name := range c.given {
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		if err := s.Set(&next, c.text(name)); err != nil {
			return c.refuse(name, "help set session", "%s", err)
		}
		said = append(said, name+"="+s.Get(&next))
	}
	if err := c.env.Session.SetPreferences(next); err != nil {
		name := c.given[len(c.given)-1]
		standard := spec.DefaultPreferences()
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		return c.refuse(name, "set session "+name+"="+s.Get(&standard), "%s", err)
	}
	c.said("set session", c.given...)
	c.say("session: %s", strings.Join(said, " "))
	return nil
}

func percentKind() kind {
	return kind{name: "PERCENT", sample: "95%", forms: "95%, 80%, 150%",
		doc: "a share in percent: 95%, or 150% of one core",
		parse: func(text string) (any, error) {
			v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
			if err != nil {
				return nil, fmt.Errorf("%q is not a share in percent", text)
			}
			return v, nil
		}}
}

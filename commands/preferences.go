package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/spec"
)

// setSessionCommand changes how the session is shown.
func setSessionCommand() lang.Command {
	return lang.Command{Name: "set session", Section: generalSection, SomeSetting: true,
		Params:  settingParams(spec.PreferenceSettings(), spec.DefaultPreferences),
		Summary: "change how the session is shown",
		Detail: "Figures of the status rows turn yellow from a -warn limit on and red from a -fail limit on; off takes a limit away. " +
			"The load itself does not change.",
		Examples: []string{"set session refresh=100ms", "set session p99-warn=20ms p99-fail=100ms", "set session rate-warn=98% backlog-fail=1M", "set session behind=allowed"},
		Run:      verb(setSession)}
}

func setSession(_ context.Context, c *call) error {
	next := c.env.Session.Preferences()
	var said []string
	for _, name := range c.Given {
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		if err := s.Set(&next, c.Text(name)); err != nil {
			return c.Refuse(name, "help set session", "%s", err)
		}
		said = append(said, name+"="+s.Get(&next))
	}
	if err := c.env.Session.SetPreferences(next); err != nil {
		name := c.Given[len(c.Given)-1]
		standard := spec.DefaultPreferences()
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		return c.Refuse(name, "set session "+name+"="+s.Get(&standard), "%s", err)
	}
	c.said("set session", c.Given...)
	c.Say("session: %s", strings.Join(said, " "))
	return nil
}

func percentKind() lang.Kind {
	return lang.Kind{Name: "PERCENT", Sample: "95%", Forms: "95%, 80%, 150%",
		Doc: "a share in percent: 95%, or 150% of one core",
		Parse: func(text string) (any, error) {
			v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
			if err != nil {
				return nil, fmt.Errorf("%q is not a share in percent", text)
			}
			return v, nil
		}}
}

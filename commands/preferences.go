package commands

import (
	"context"
	"strings"

	"pulsh/session/spec"
)

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

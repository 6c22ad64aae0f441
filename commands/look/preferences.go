package look

import (
	"context"
	"strings"

	"pulsh/commands/host"
	"pulsh/session/spec"
)

// SetSession runs the command set session: change session settings.
func SetSession(_ context.Context, c *host.Call) error {
	next := c.Env.Session.Preferences()
	var changed []string
	for _, name := range c.Given {
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		if err := s.Set(&next, c.Text(name)); err != nil {
			return c.Refuse(name, "help set session", "%s", err)
		}
		changed = append(changed, name+"="+s.Get(&next))
	}
	if err := c.Env.Session.SetPreferences(next); err != nil {
		name := c.Given[len(c.Given)-1]
		standard := spec.DefaultPreferences()
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		return c.Refuse(name, "set session "+name+"="+s.Get(&standard), "%s", err)
	}
	c.SetBy("set session", c.Given...)
	c.Say("session: %s", strings.Join(changed, " "))
	return nil
}

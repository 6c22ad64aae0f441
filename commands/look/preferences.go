package look

import (
	"context"
	"strings"

	"pulsh/commands/host"
	"pulsh/session"
	"pulsh/session/spec"
)

// SetSession runs the command set session: change session settings.
func SetSession(ctx context.Context, c *host.Call) error {
	next := c.Env.Session.Preferences()
	var changed []string
	for _, name := range c.Given {
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		if err := s.Set(&next, c.Text(name)); err != nil {
			return c.Refuse(name, "help set session", "%s", err)
		}
		changed = append(changed, name+"="+s.Get(&next))
	}
	if err := Unprotect(ctx, c, next); err != nil {
		return err
	}
	if err := c.Env.Session.SetPreferences(next); err != nil {
		name := c.Given[len(c.Given)-1]
		standard := spec.DefaultPreferences()
		s, _ := spec.FindSetting(spec.PreferenceSettings(), name)
		return c.Refuse(name, "set session "+name+"="+s.Get(&standard), "%s", err)
	}
	c.SetBy("set session", c.Given...)
	c.Say("session: %s", strings.Join(changed, " "))
	if sum := session.ProducersRate(c.Env.Session, ""); next.Protected && sum > next.ProtectedRate {
		c.Say("groups that run already keep their rates, which are above it")
	}
	return nil
}

// Unprotect asks before preferences that protect the cluster less than the present
// ones.
func Unprotect(ctx context.Context, c *host.Call, next spec.Preferences) error {
	now := c.Env.Session.Preferences()
	switch {
	case !now.Protected:
		return nil
	case !next.Protected:
		return c.Consent(ctx, "end the protection?")
	case next.ProtectedRate > now.ProtectedRate:
		return c.Consent(ctx, "raise the bound of its rate from %s/s to %s/s?", now.ProtectedRate, next.ProtectedRate)
	}
	return nil
}

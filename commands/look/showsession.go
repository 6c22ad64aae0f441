package look

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// ShowSession runs the command show session: show the session's settings and where each
// was set.
func ShowSession(_ context.Context, c *host.Call) error {
	rows := connectionFacts(c.Host)
	for _, one := range c.Env.Session.Clusters.Added() {
		t := one.Target()
		rows = append(rows, host.Fact{Name: "cluster " + one.Label(), Value: strings.Join(slices.DeleteFunc([]string{t.URL, t.AdminURL, t.LoginSource(), t.Trust()},
			func(s string) bool { return s == "" }), " · "), From: "cluster add"})
	}
	for _, one := range c.Env.Session.Preferences().Entries() {
		rows = append(rows, host.Fact{Name: one.Name, Value: one.Value, From: c.Origin(one.Name)})
	}
	rows = append(rows, host.Fact{Name: "graph", Value: c.View().Typed(), From: c.Origin(host.GraphOrigin)})
	if s := c.Env.Session.Snapshot(); s.Chaos != nil {
		rows = append(rows, chaosFacts(s.Chaos)...)
	}
	for _, f := range facts(c.Host) {
		if !f.OfConnection() {
			rows = append(rows, f)
		}
	}
	for _, g := range conditions.GuardsOf(c.Host).List() {
		row := g.Row()
		rows = append(rows, host.Fact{Name: fmt.Sprintf("guard %d", g.Number), Value: row[0], From: row[2]})
	}
	var cells [][]string
	for _, f := range rows {
		switch {
		case f.Value == "":
			f.Value, f.From = "none", ""
		case f.From == "":
			f.From = "default"
		}
		cells = append(cells, []string{f.Name, graphs.Clean(f.Value), graphs.Clean(f.From)})
	}
	c.Print(graphs.Table(nil, cells, nil, 0))
	return nil
}

// chaosFacts returns the schedules of faults and the sum of what they did.
func chaosFacts(is *snapshot.Chaos) (rows []host.Fact) {
	for _, t := range is.Scheduled {
		rows = append(rows, host.Fact{Name: "chaos", Value: answers.Scheduled(t), From: "chaos"})
	}
	if is.Sum.Events > 0 {
		rows = append(rows, host.Fact{Name: "chaos so far", Value: is.Sum.String(), From: "chaos"})
	}
	return rows
}

func facts(c *host.Host) []host.Fact {
	if c.Env.Facts == nil {
		return nil
	}
	return c.Env.Facts()
}

// connectionFacts returns the settings of the connection: those of the start until a
// command connects.
func connectionFacts(c *host.Host) []host.Fact {
	t, _ := c.Env.Session.Target()
	if by := c.Origin(host.ConnectionOrigin); by != "" {
		return []host.Fact{{Name: host.FactURL, Value: t.URL, From: by}, {Name: host.FactAdmin, Value: t.AdminURL, From: by}, {Name: host.FactLogin, Value: t.LoginSource(), From: by}, {Name: host.FactTrust, Value: t.Trust(), From: by},
			{Name: host.FactTuning, Value: t.Tuning.String(), From: by}}
	}
	var out []host.Fact
	for _, f := range facts(c) {
		if f.OfConnection() {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return []host.Fact{{Name: host.FactURL, Value: t.URL, From: ""}}
	}
	return out
}

// SetPreferences sets the preferences of a profile.
func SetPreferences(ctx context.Context, c *host.Call, set []spec.Preference, from string) error {
	next, err := c.Env.Session.Preferences().Apply(set)
	if err == nil {
		if err := Unprotect(ctx, c, next); err != nil {
			return err
		}
		err = c.Env.Session.SetPreferences(next)
	}
	if err != nil {
		return c.Fail("show session", "%s: %s", from, err)
	}
	for _, one := range set {
		c.SetBy(from, one.Name)
	}
	return nil
}

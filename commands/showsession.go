package commands

import (
	"context"

	"pulsh/graphs"
	"pulsh/session/spec"
)

// showSession lists what holds for the session, and where each value was said.
func showSession(_ context.Context, c *call) error {
	rows := connectionFacts(c.Commands)
	for _, one := range c.env.Session.Preferences().Entries() {
		rows = append(rows, Fact{one.Name, one.Value, c.sayer(one.Name)})
	}
	rows = append(rows, Fact{"graph", c.View().typed(), c.sayer(saidGraph)})
	for _, f := range facts(c.Commands) {
		if !f.OfConnection() {
			rows = append(rows, f)
		}
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

func facts(c *Commands) []Fact {
	if c.env.Facts == nil {
		return nil
	}
	return c.env.Facts()
}

// connectionFacts tell of the cluster that the session is connected to. What
// was said at the start holds until a command connects.
func connectionFacts(c *Commands) []Fact {
	t, _ := c.env.Session.Target()
	if by := c.sayer(saidConnection); by != "" {
		return []Fact{{FactURL, t.URL, by}, {FactAdmin, t.AdminURL, by}, {FactToken, t.TokenSource(), by}, {FactTrust, t.Trust(), by}}
	}
	var out []Fact
	for _, f := range facts(c) {
		if f.OfConnection() {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return []Fact{{FactURL, t.URL, ""}}
	}
	return out
}

// setPreferences takes over preferences that a profile says.
func setPreferences(c *call, said []spec.Preference, from string) error {
	next, err := c.env.Session.Preferences().Apply(said)
	if err == nil {
		err = c.env.Session.SetPreferences(next)
	}
	if err != nil {
		return c.Fail("show session", "%s: %s", from, err)
	}
	for _, one := range said {
		c.said(from, one.Name)
	}
	return nil
}

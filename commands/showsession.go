package commands

import (
	"context"
	"strings"

	"pulsh/graphs"
	"pulsh/session/profile"
	"pulsh/session/spec"
)

// The facts that describe the connection, which a command may replace.
const (
	FactURL   = "url"
	FactAdmin = "admin url"
	FactToken = "token"
	FactTrust = "trust certs"
)

// The names under which it is remembered who connected, and who chose the graph.
const (
	saidConnection = "connection"
	saidGraph      = "graph"
)

// showSession lists what holds for the session, and where each value was said.
func showSession(_ context.Context, c *call) error {
	rows := connectionFacts(c.Commands)
	for _, one := range c.env.Session.Preferences().Said() {
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

// typed is the view as it is typed behind the command graph, with the window.
func (v *View) typed() string {
	shown := v.shown()
	if shown == "" {
		shown = "the rates of all groups"
	}
	words := []string{shown, v.window()}
	if v.Scale != linearScale {
		words = append(words, v.Scale+" scale")
	}
	if v.Layout != autoLayout {
		words = append(words, v.Layout)
	}
	if !v.Until.IsZero() {
		words = append(words, v.place())
	}
	return strings.Join(words, " · ")
}

// profile is the view as a profile keeps it; what is as it is by itself is not
// said.
func (v *View) profile() profile.Graph {
	g := profile.Graph{Shown: v.shown(), Window: v.window()}
	if v.Scale != linearScale {
		g.Scale = v.Scale
	}
	if v.Layout != autoLayout {
		g.Layout = v.Layout
	}
	return g
}

// shown is what was typed behind the command graph, "" for what it shows by
// itself.
func (v *View) shown() string {
	switch {
	case v.Off:
		return "off"
	case v.Auto:
		return ""
	}
	var titles []string
	for _, p := range v.Panels {
		titles = append(titles, p.Title)
	}
	return strings.Join(titles, " | ")
}

// setPreferences takes over preferences that a profile says.
func setPreferences(c *call, said []spec.Preference, from string) error {
	next, err := c.env.Session.Preferences().With(said)
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

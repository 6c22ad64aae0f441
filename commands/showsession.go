package commands

import (
	"context"
	"maps"
	"strings"

	"pulsh/graphs"
	"pulsh/session/profile"
	"pulsh/session/spec"
)

// Fact is a value that pulsh was started with, and where it was said: a flag, a
// variable, a line of a file, or nowhere.
type Fact struct{ Name, Value, From string }

// The facts that describe the connection, which a command may replace.
const (
	FactURL   = "url"
	FactAdmin = "admin url"
	FactToken = "token"
	FactTrust = "trust certs"
)

// said remembers that a command, or a profile, has said a value of the session.
func (c *Commands) said(from string, names ...string) {
	next := map[string]string{}
	if old := c.saidBy.Load(); old != nil {
		maps.Copy(next, *old)
	}
	for _, name := range names {
		next[name] = from
	}
	c.saidBy.Store(&next)
}

// sayer is who said a value of the session since it began, "" for nobody.
func (c *Commands) sayer(name string) string {
	if by := c.saidBy.Load(); by != nil {
		return (*by)[name]
	}
	return ""
}

// The names under which it is remembered who connected, and who chose the graph.
const (
	saidConnection = "connection"
	saidGraph      = "graph"
)

// showSession lists what holds for the session, and where each value was said.
func showSession(_ context.Context, c *call) error {
	rows := c.connectionFacts()
	for _, one := range c.env.Session.Preferences().Said() {
		rows = append(rows, Fact{one.Name, one.Value, c.sayer(one.Name)})
	}
	rows = append(rows, Fact{"graph", c.View().typed(), c.sayer(saidGraph)})
	for _, f := range c.facts() {
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

// OfConnection says whether a fact describes the connection.
func (f Fact) OfConnection() bool {
	return f.Name == FactURL || f.Name == FactAdmin || f.Name == FactToken || f.Name == FactTrust
}

func (c *Commands) facts() []Fact {
	if c.env.Facts == nil {
		return nil
	}
	return c.env.Facts()
}

// connectionFacts tell of the cluster that the session is connected to. What
// was said at the start holds until a command connects.
func (c *Commands) connectionFacts() []Fact {
	t, _ := c.env.Session.Target()
	if by := c.sayer(saidConnection); by != "" {
		return []Fact{{FactURL, t.URL, by}, {FactAdmin, t.AdminURL, by}, {FactToken, t.TokenSource(), by}, {FactTrust, t.Trust(), by}}
	}
	var out []Fact
	for _, f := range c.facts() {
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

// prefer takes over preferences that a profile says.
func (c *call) prefer(said []spec.Preference, from string) error {
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

package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/profile"
)

// profileCommands save and load what a session consists of.
func profileCommands() []lang.Command {
	return []lang.Command{
		{Name: "save", Section: profileSection, Params: []lang.Param{{Name: "name", Kind: saveName()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "save the connection, the graph and all groups as a profile",
			Detail: "Writes a file that only you can read, and asks before it replaces one, but for force. " +
				"Comments of the old file stay at their keys. It never holds a secret: of a token, only the file or the variable it comes from.",
			Examples: []string{"save mine", "save mine force"}, Run: verb(save)},
		{Name: "load", Section: profileSection, Changes: true, Params: []lang.Param{{Name: "profile", Kind: profileKind()}},
			Summary:  "make the groups of a profile ready",
			Detail:   "They start with produce start and consume start. The profile's connection is opened if there is none yet.",
			Examples: []string{"load low"}, Run: verb(load)},
		{Name: "profile show", Section: profileSection, Params: []lang.Param{{Name: "profile", Kind: profileKind()}},
			Summary: "print a profile as its file says it, defaults included", Examples: []string{"profile show low"}, Run: verb(showProfile)},
		{Name: "profile delete", Section: profileSection, Params: []lang.Param{{Name: "profile", Kind: savedKind()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "delete a profile that was saved", Detail: "Asks before, but for force.",
			Examples: []string{"profile delete mine"}, Run: verb(deleteProfile)},
		{Name: "profiles", Section: profileSection, Summary: "list the profiles", Examples: []string{"profiles"}, Run: verb(listProfiles)},
		historyCommand(),
	}
}

// saveName is a profile to be written.
func saveName() lang.Kind {
	return lang.Kind{Name: "NAME", Sample: "mine", Parse: checkName, Doc: "a name for a profile",
		Complete: func(s *lang.Scene) []lang.Suggestion {
			if envOf(s) == nil {
				return nil
			}
			var out []lang.Suggestion
			for _, name := range envOf(s).Library.Saved() {
				out = append(out, lang.Suggestion{Text: name, Description: "is replaced"})
			}
			return out
		}}
}

// savedKind is a profile that save has written.
func savedKind() lang.Kind {
	k := profileKind()
	k.Sample = "mine"
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		if envOf(s) == nil {
			return nil
		}
		var out []lang.Suggestion
		for _, name := range envOf(s).Library.Saved() {
			out = append(out, lang.Suggestion{Text: name, Description: "saved"})
		}
		return out
	}
	return k
}

func save(ctx context.Context, c *call) error {
	view := c.View()
	p := profile.Profile{Name: c.Text("name"), Session: c.env.Session.Preferences().Said(), Graph: view.profile()}
	t, _ := c.env.Session.Target()
	p.Connection = t.Connection()
	for _, g := range c.fresh(ctx).Groups {
		if spec, ok := c.env.Session.Producer(g.Name); ok {
			p.Groups = append(p.Groups, profile.ProfileGroup{Name: g.Name, Kind: g.Kind, Producer: &spec})
		}
		if spec, ok := c.env.Session.Consumer(g.Name); ok {
			p.Groups = append(p.Groups, profile.ProfileGroup{Name: g.Name, Kind: g.Kind, Consumer: &spec})
		}
	}
	if len(p.Groups) == 0 {
		return c.Fail("produce start fast", "there are no groups to save")
	}
	old, there := c.env.Library.File(p.Name)
	if there && c.Text("force") == "" && !c.Confirm(ctx, fmt.Sprintf("%s is there already; replace it?", old)) {
		c.Say("%s stays as it is", p.Name)
		return nil
	}
	saved, err := c.env.Library.Save(p)
	if err != nil {
		return c.Refuse("name", "save mine", "%s", err)
	}
	c.Say("saved %s to %s", lang.Count(len(p.Groups), "group"), saved.Path)
	if saved.Lost > 0 {
		c.Say("dropped %d of the old file's %s", saved.Lost, lang.Count(saved.Comments, "comment"))
	}
	if t.Token.Held() {
		c.Say("the token is not saved: pulsh holds it in memory only")
	}
	return nil
}

func load(ctx context.Context, c *call) error {
	p, err := c.profile()
	if err != nil {
		return err
	}
	s := c.fresh(ctx)
	for _, g := range p.Groups {
		if old, ok := s.Group(g.Name); ok {
			return c.Refuse("profile", "remove "+g.Name, "there is a group %q already, and it is %s", g.Name, old.State)
		}
	}
	for _, g := range p.Groups {
		said := ""
		if g.Producer != nil {
			err = c.env.Session.AddProducer(g.Name, *g.Producer)
			said = sayProducer(g.Name, *g.Producer)
		} else {
			err = c.env.Session.AddConsumer(g.Name, *g.Consumer)
			said = sayConsumer(g.Name, *g.Consumer)
		}
		if err != nil {
			return err
		}
		c.Say("%s: ready for %s", g.Name, said)
	}
	if err := c.behave(ctx, p); err != nil {
		return err
	}
	if err := c.enter(ctx, p); err != nil {
		return err
	}
	for _, g := range p.Groups {
		c.Say("  %s start %s", g.Kind, g.Name)
	}
	return nil
}

// enter connects to the cluster of a profile if there is no connection yet. The
// groups are ready before, whatever comes of it.
func (c *call) enter(ctx context.Context, p profile.Profile) error {
	if _, ok := c.env.Session.Target(); ok || p.Connection.URL == "" || p.Name == c.env.Profile {
		return nil
	}
	if err := c.env.Session.Connect(ctx, p.Connection.Target()); err != nil {
		return err
	}
	c.said("profile "+p.Name, saidConnection)
	c.Say("connected to %s", p.Connection.URL)
	return nil
}

// behave makes the session behave, and the graph show, what a profile says.
func (c *call) behave(ctx context.Context, p profile.Profile) error {
	if err := c.prefer(p.Session, "profile "+p.Name); err != nil {
		return err
	}
	if p.Graph == (profile.Graph{}) {
		return nil
	}
	c.changed.Store(c.env.Now().UnixNano()) // the graph may show the groups that were just made
	next, err := viewed(*c.View(), p.Graph)
	if err != nil {
		return c.Fail("graph window=5m", "profile %s: %s", p.Name, err)
	}
	var panels [][]string
	if p.Graph.Shown != "" {
		read, err := panelsKind().Parse(p.Graph.Shown)
		if err != nil {
			return c.Fail("graph", "profile %s: %s", p.Name, err)
		}
		panels = read.([][]string)
	}
	if err := c.choose(ctx, next, panels); err != nil {
		return err
	}
	c.said("profile "+p.Name, saidGraph)
	return nil
}

func showProfile(_ context.Context, c *call) error {
	p, err := c.profile()
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(strings.TrimRight(string(p.TOML()), "\n"), "\n") {
		c.Say("%s", graphs.Clean(line))
	}
	return nil
}

func deleteProfile(ctx context.Context, c *call) error {
	name := c.Text("profile")
	path, there := c.env.Library.File(name)
	if !there {
		if _, err := c.profile(); err != nil {
			return err
		}
		return c.Refuse("profile", "profiles", "%q is a built-in profile and stays", name)
	}
	if c.Text("force") == "" && !c.Confirm(ctx, fmt.Sprintf("delete %s?", path)) {
		c.Say("%s stays", name)
		return nil
	}
	if err := c.env.Library.Delete(name); err != nil {
		return err
	}
	c.Say("%s deleted", path)
	return nil
}

// profile finds the profile that was named.
func (c *call) profile() (profile.Profile, error) {
	name := c.Text("profile")
	p, err := c.env.Library.Load(name)
	if err == nil {
		return p, nil
	}
	names := c.env.Library.Names()
	for _, known := range names {
		if known == name {
			return p, err // it is there, but its file is wrong
		}
	}
	try := "profiles"
	if better, ok := lang.Nearest(name, names); ok {
		try = c.Command.Name + " " + better
	}
	return p, c.Refuse("profile", try, "no profile %q; there are %s", name, lang.And(names))
}

func listProfiles(_ context.Context, c *call) error {
	var rows [][]string
	for _, p := range c.env.Library.Builtin {
		rows = append(rows, []string{p.Name, p.Description})
	}
	for _, name := range c.env.Library.Saved() {
		text := "saved in " + c.env.Library.Dir
		if p, err := c.env.Library.Load(name); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			text = first
		} else if p.Description != "" {
			text = p.Description
		}
		rows = append(rows, []string{name, text})
	}
	if len(rows) == 0 {
		c.Say("no profiles")
	}
	c.Print(graphs.Table(nil, rows, nil, 0))
	return nil
}

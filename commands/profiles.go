package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/profile"
)

// profileCommands save and load what a session consists of.
func profileCommands() []command {
	return []command{
		{name: "save", section: profileSection, params: []param{{name: "name", kind: saveName()}, {name: "force", kind: words("force"), optional: true}},
			summary: "save the connection, the graph and all groups as a profile",
			detail: "Writes a file that only you can read, and asks before it replaces one, but for force. " +
				"Comments of the old file stay at their keys. It never holds a secret: of a token, only the file or the variable it comes from.",
			examples: []string{"save mine", "save mine force"}, run: save},
		{name: "load", section: profileSection, changes: true, params: []param{{name: "profile", kind: profileKind()}},
			summary:  "make the groups of a profile ready",
			detail:   "They start with produce start and consume start. The profile's connection is opened if there is none yet.",
			examples: []string{"load low"}, run: load},
		{name: "profile show", section: profileSection, params: []param{{name: "profile", kind: profileKind()}},
			summary: "print a profile as its file says it, defaults included", examples: []string{"profile show low"}, run: showProfile},
		{name: "profile delete", section: profileSection, params: []param{{name: "profile", kind: savedKind()}, {name: "force", kind: words("force"), optional: true}},
			summary: "delete a profile that was saved", detail: "Asks before, but for force.",
			examples: []string{"profile delete mine"}, run: deleteProfile},
		{name: "profiles", section: profileSection, summary: "list the profiles", examples: []string{"profiles"}, run: listProfiles},
		historyCommand(),
	}
}

// saveName is a profile to be written.
func saveName() kind {
	return kind{name: "NAME", sample: "mine", parse: checkName, doc: "a name for a profile",
		complete: func(s *scene) []Suggestion {
			if s.commands == nil {
				return nil
			}
			var out []Suggestion
			for _, name := range s.commands.env.Library.Saved() {
				out = append(out, Suggestion{name, "is replaced"})
			}
			return out
		}}
}

// savedKind is a profile that save has written.
func savedKind() kind {
	k := profileKind()
	k.sample = "mine"
	k.complete = func(s *scene) []Suggestion {
		if s.commands == nil {
			return nil
		}
		var out []Suggestion
		for _, name := range s.commands.env.Library.Saved() {
			out = append(out, Suggestion{name, "saved"})
		}
		return out
	}
	return k
}

func save(ctx context.Context, c *call) error {
	view := c.View()
	p := profile.Profile{Name: c.text("name"), Session: c.env.Session.Preferences().Said(), Graph: view.profile()}
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
		return c.fail("produce start fast", "there are no groups to save")
	}
	old, there := c.env.Library.File(p.Name)
	if there && c.text("force") == "" && !c.confirm(ctx, fmt.Sprintf("%s is there already; replace it?", old)) {
		c.say("%s stays as it is", p.Name)
		return nil
	}
	saved, err := c.env.Library.Save(p)
	if err != nil {
		return c.refuse("name", "save mine", "%s", err)
	}
	c.say("saved %s to %s", count(len(p.Groups), "group"), saved.Path)
	if saved.Lost > 0 {
		c.say("dropped %d of the old file's %s", saved.Lost, count(saved.Comments, "comment"))
	}
	if t.Token.Held() {
		c.say("the token is not saved: pulsh holds it in memory only")
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
			return c.refuse("profile", "remove "+g.Name, "there is a group %q already, and it is %s", g.Name, old.State)
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
		c.say("%s: ready for %s", g.Name, said)
	}
	if err := c.behave(ctx, p); err != nil {
		return err
	}
	if err := c.enter(ctx, p); err != nil {
		return err
	}
	for _, g := range p.Groups {
		c.say("  %s start %s", g.Kind, g.Name)
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
	c.say("connected to %s", p.Connection.URL)
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
		return c.fail("graph window=5m", "profile %s: %s", p.Name, err)
	}
	var panels [][]string
	if p.Graph.Shown != "" {
		read, err := panelsKind().parse(p.Graph.Shown)
		if err != nil {
			return c.fail("graph", "profile %s: %s", p.Name, err)
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
		c.say("%s", graphs.Clean(line))
	}
	return nil
}

func deleteProfile(ctx context.Context, c *call) error {
	name := c.text("profile")
	path, there := c.env.Library.File(name)
	if !there {
		if _, err := c.profile(); err != nil {
			return err
		}
		return c.refuse("profile", "profiles", "%q is a built-in profile and stays", name)
	}
	if c.text("force") == "" && !c.confirm(ctx, fmt.Sprintf("delete %s?", path)) {
		c.say("%s stays", name)
		return nil
	}
	if err := c.env.Library.Delete(name); err != nil {
		return err
	}
	c.say("%s deleted", path)
	return nil
}

// profile finds the profile that was named.
func (c *call) profile() (profile.Profile, error) {
	name := c.text("profile")
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
	if better, ok := nearest(name, names); ok {
		try = c.command.name + " " + better
	}
	return p, c.refuse("profile", try, "no profile %q; there are %s", name, and(names))
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
		c.say("no profiles")
	}
	c.print(graphs.Table(nil, rows, nil, 0))
	return nil
}

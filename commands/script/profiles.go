package script

import (
	"context"
	"slices"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/graphs"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SaveName returns the kind NAME of a profile to write.
func SaveName() lang.Kind {
	return lang.Kind{Name: "NAME", Sample: "mine", Parse: kinds.CheckName, Doc: "a name for a profile",
		Complete: func(s *lang.Scene) []lang.Suggestion {
			if kinds.EnvOf(s) == nil {
				return nil
			}
			var out []lang.Suggestion
			for _, name := range kinds.EnvOf(s).Library.Saved() {
				out = append(out, lang.Suggestion{Text: name, Description: "replace it"})
			}
			return out
		}}
}

// Save runs the command save: save the connection, the graph and all groups as a profile.
func Save(ctx context.Context, c *host.Call) error {
	view := c.View()
	p := profile.Profile{Name: c.Text("name"), Session: c.Env.Session.Preferences().Entries(), Graph: view.Profile()}
	t, _ := c.Env.Session.Target()
	p.Connection = t.Connection()
	for _, one := range c.Env.Session.Clusters.Added() {
		p.Clusters = append(p.Clusters, profile.ProfileCluster{Name: one.Label(), Connection: one.Target().Connection()})
	}
	for _, g := range c.Fresh(ctx).Groups {
		if spec, ok := c.Env.Session.Producer(g.Name); ok {
			p.Groups = append(p.Groups, profile.ProfileGroup{Name: g.Name, Kind: g.Kind, Producer: &spec})
		}
		if spec, ok := c.Env.Session.Consumer(g.Name); ok {
			p.Groups = append(p.Groups, profile.ProfileGroup{Name: g.Name, Kind: snapshot.Kind(spec.Verb()), Consumer: &spec})
		}
	}
	if len(p.Groups) == 0 {
		return c.Fail("produce start fast", "no groups to save")
	}
	if g, cluster := homeless(c, p); g != "" {
		return c.Fail("remove "+g, "%s is on cluster %s, which the session does not have any more", g, cluster)
	}
	old, there := c.Env.Library.File(p.Name)
	if there {
		if err := c.Replace(ctx, "name", old+" already exists", "replace it?"); err != nil {
			return err
		}
	}
	saved, err := c.Env.Library.Save(p.Whole())
	if err != nil {
		return c.Refuse("name", "save mine", "%s", err)
	}
	c.Say("saved %s to %s", graphs.Plural(len(p.Groups), "group"), saved.Path)
	if saved.Lost > 0 {
		c.Say("dropped %d of the old file's %s", saved.Lost, graphs.Plural(saved.Comments, "comment"))
	}
	if t.Token.Held() {
		c.Say("the token is not saved: pulsh keeps it in memory only")
	}
	return nil
}

// Load runs the command load: load a profile; its groups are ready to start.
func Load(ctx context.Context, c *host.Call) error {
	p, err := profileNamed(c)
	if err != nil {
		return err
	}
	s := c.Fresh(ctx)
	for _, g := range p.Groups {
		if old, ok := s.Group(g.Name); ok {
			return c.Refuse("profile", "remove "+g.Name, "there is a group %s already (%s)", g.Name, old.State)
		}
	}
	if g, cluster := homeless(c, p); g != "" {
		return c.Refuse("profile", "cluster add "+cluster+" pulsar://localhost:6650", "%s is for cluster %s, which neither the profile nor the session has", g, cluster)
	}
	if err := addClusters(ctx, c, p); err != nil {
		return err
	}
	for _, g := range p.Groups {
		text := ""
		if g.Producer != nil {
			err = c.Env.Session.AddProducer(g.Name, *g.Producer)
			text = answers.SayProducer(g.Name, *g.Producer)
		} else {
			err = c.Env.Session.AddConsumer(g.Name, *g.Consumer)
			text = answers.SayConsumer(*g.Consumer, nil)
		}
		if err != nil {
			return err
		}
		c.Say("%s: ready for %s", g.Name, text)
	}
	if err := applyPreferences(ctx, c, p); err != nil {
		return err
	}
	if err := connectBy(ctx, c, p); err != nil {
		return err
	}
	for _, g := range p.Groups {
		c.Say("  %s start %s", g.Kind, g.Name)
	}
	return nil
}

// homeless returns a group of a profile whose cluster is neither one of the profile's nor
// one of the session's, and that cluster; "" if there is none.
func homeless(c *host.Call, p profile.Profile) (group, cluster string) {
	known := c.Env.Session.Clusters.Names()
	for _, one := range p.Clusters {
		known = append(known, one.Name)
	}
	for _, g := range p.Groups {
		if g.Producer != nil {
			cluster = g.Producer.Cluster
		} else {
			cluster = g.Consumer.Cluster
		}
		if cluster = spec.ClusterName(cluster); !slices.Contains(known, cluster) {
			return g.Name, cluster
		}
	}
	return "", ""
}

// addClusters adds the clusters of a profile. One that does not answer now is added all
// the same, and its groups cannot start before it does.
func addClusters(ctx context.Context, c *host.Call, p profile.Profile) error {
	for _, one := range p.Clusters {
		if there, err := c.Env.Session.Clusters.Of(one.Name); err == nil {
			if there.Target().Connection() == one.Connection {
				continue
			}
			return c.Refuse("profile", "cluster remove "+one.Name, "cluster %s is %s already, and in the profile %s", one.Name, there.Target().URL, one.Connection.URL)
		}
		if err := c.Env.Session.Clusters.Add(ctx, one.Name, one.Connection.Target(), true); err != nil {
			return err
		}
		c.Changed.Store(c.Env.Now().UnixNano())
		if now := c.Fresh(ctx).ClusterOf(one.Name); now.State == snapshot.Up {
			c.Say("%s: connected to %s", one.Name, now.URL)
		} else {
			c.Say("%s: %s; its groups cannot start until it answers", one.Name, now.Detail)
		}
	}
	return nil
}

// connectBy connects to the cluster of a profile if there is no connection yet.
func connectBy(ctx context.Context, c *host.Call, p profile.Profile) error {
	if _, ok := c.Env.Session.Target(); ok || p.Connection.URL == "" || p.Name == c.Env.Profile {
		return nil
	}
	if err := c.Env.Session.Connect(ctx, p.Connection.Target()); err != nil {
		return err
	}
	c.SetBy("profile "+p.Name, host.ConnectionOrigin)
	c.Say("connected to %s", p.Connection.URL)
	return nil
}

// applyPreferences applies the session settings and the graph of a profile.
func applyPreferences(ctx context.Context, c *host.Call, p profile.Profile) error {
	set := slices.DeleteFunc(slices.Clone(p.Session), func(one spec.Preference) bool { return one.Name == "engine" && c.Env.Engine != "" })
	if err := look.SetPreferences(ctx, c, set, "profile "+p.Name); err != nil {
		return err
	}
	if p.Graph == (profile.Graph{}) {
		return nil
	}
	c.Changed.Store(c.Env.Now().UnixNano()) // the graph may show the groups that were just made
	next, err := look.Viewed(*c.View(), p.Graph)
	if err != nil {
		return c.Fail("graph window=5m", "profile %s: %s", p.Name, err)
	}
	var panels [][]string
	if p.Graph.Shown != "" {
		read, err := kinds.Panels().Parse(p.Graph.Shown)
		if err != nil {
			return c.Fail("graph", "profile %s: %s", p.Name, err)
		}
		panels = read.([][]string)
	}
	if err := look.ChoosePanels(ctx, c, next, panels); err != nil {
		return err
	}
	c.SetBy("profile "+p.Name, host.GraphOrigin)
	return nil
}

// ShowProfile runs the command profile show: print a profile, defaults included.
func ShowProfile(_ context.Context, c *host.Call) error {
	p, err := profileNamed(c)
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(strings.TrimRight(string(p.TOML()), "\n"), "\n") {
		c.Say("%s", graphs.Clean(line))
	}
	return nil
}

// DeleteProfile runs the command profile delete: delete a saved profile.
func DeleteProfile(ctx context.Context, c *host.Call) error {
	name := c.Text("profile")
	path, there := c.Env.Library.File(name)
	if !there {
		if _, err := profileNamed(c); err != nil {
			return err
		}
		return c.Refuse("profile", "profiles", "%q is a built-in profile and cannot be deleted", name)
	}
	if err := c.Replace(ctx, "profile", path+" would be deleted", "delete it?"); err != nil {
		return err
	}
	if err := c.Env.Library.Delete(name); err != nil {
		return err
	}
	c.Say("%s deleted", path)
	return nil
}

// profileNamed returns the named profile.
func profileNamed(c *host.Call) (profile.Profile, error) {
	name := c.Text("profile")
	p, err := c.Env.Library.Load(name)
	if err == nil {
		return p, nil
	}
	names := c.Env.Library.Names()
	for _, known := range names {
		if known == name {
			return p, err // it is there, but its file is wrong
		}
	}
	try := "profiles"
	if better, ok := lang.Nearest(name, names); ok {
		try = c.Command.Name + " " + better
	}
	return p, c.Refuse("profile", try, "no profile %q (%s)", name, strings.Join(names, ", "))
}

// ListProfiles runs the command profiles: list the profiles.
func ListProfiles(_ context.Context, c *host.Call) error {
	var rows [][]string
	for _, p := range c.Env.Library.Builtin {
		rows = append(rows, []string{p.Name, p.Description})
	}
	for _, name := range c.Env.Library.Saved() {
		text := "saved in " + c.Env.Library.Dir
		if p, err := c.Env.Library.Load(name); err != nil {
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

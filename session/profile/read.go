package profile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"pulsh/session/input"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
	"pulsh/session/spell"
)

// profilesMax bounds the profiles of a file. With GroupsMax it bounds the memory
// that a file can take.
const profilesMax = 100

// ParseProfile reads a file with one profile. Its errors have FILE:LINE:COLUMN and
// quote the line without secrets.
func ParseProfile(data []byte, file, name string) (Profile, error) {
	d, err := decodeTOML(data, file)
	if err != nil {
		return Profile{}, err
	}
	if err := d.readable(); err != nil {
		return Profile{}, err
	}
	return d.profile(name, nil, d.root)
}

// readable refuses a file of a later version, before its keys are refused as
// unknown.
func (d *tomlFile) readable() error {
	value, there := d.root["version"]
	if !there {
		return nil
	}
	version, ok := value.(int64)
	switch {
	case !ok || version < 1:
		return d.wrong([]string{"version"}, fmt.Errorf("a version is a whole number such as %d", ProfileVersion))
	case version > ProfileVersion:
		return d.wrong([]string{"version"}, fmt.Errorf("version %d is of a newer pulsh; this one reads version %d", version, ProfileVersion))
	}
	return nil
}

// ParseProfiles reads a file of several profiles, each in a table profile.NAME, in
// the order of the file.
func ParseProfiles(data []byte, file string) ([]Profile, error) {
	d, err := decodeTOML(data, file)
	if err != nil {
		return nil, err
	}
	if err := d.only(nil, d.root, "version", "profile"); err != nil {
		return nil, err
	}
	if err := d.readable(); err != nil {
		return nil, err
	}
	tables, err := d.table(nil, d.root, "profile")
	if err != nil {
		return nil, err
	}
	names := d.inOrder([]string{"profile"}, tables)
	if len(names) > profilesMax {
		return nil, fmt.Errorf("%s: %d profiles are more than %d", file, len(names), profilesMax)
	}
	var out []Profile
	for _, name := range names {
		path := []string{"profile", name}
		table, err := d.table(path[:1], tables, name)
		if err != nil {
			return nil, err
		}
		if err := spec.CheckName(name); err != nil {
			return nil, d.wrong(path, err)
		}
		p, err := d.profile(name, path, table)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// tomlFile is a decoded file with the positions and the order of its keys.
type tomlFile struct {
	file string
	root map[string]any
	positions
	order map[string]int // of paths
}

// decodeTOML reads a file with or without a byte order mark.
func decodeTOML(data []byte, file string) (*tomlFile, error) {
	text, err := input.Text(data)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	if at, err := checkShape(text); err != nil {
		return nil, faultAt(file, at, err.Error())
	}
	d := &tomlFile{file: file, root: map[string]any{}, order: map[string]int{}, positions: findPositions(text)}
	meta, err := toml.Decode(text, &d.root)
	if err != nil {
		return nil, syntaxError(file, text, err)
	}
	for i, key := range meta.Keys() {
		for n := range key {
			path := strings.Join(key[:n+1], ".")
			if _, seen := d.order[path]; !seen {
				d.order[path] = i
			}
		}
	}
	return d, nil
}

// syntaxError returns the library's error in one line with its position.
func syntaxError(file, data string, err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", file, err)
	}
	lines := strings.Split(data, "\n")
	at := position{line: parse.Position.Line, column: max(parse.Position.Col, 1), width: max(parse.Position.Len, 1)}
	if at.line >= 1 && at.line <= len(lines) {
		at.text = strings.TrimRight(lines[at.line-1], "\r")
	}
	message := parse.Message
	if message == "" {
		message = parse.Error()
	}
	if mayBeSecret(data, at) { // the message quotes the value
		at.text, message = hideValue(at.text), "the value is not TOML; a text needs quotes"
	}
	return faultAt(file, at, message)
}

// inOrder returns the keys of a table in the order of the file.
func (d *tomlFile) inOrder(path []string, table map[string]any) []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	at := func(name string) int { return d.order[strings.Join(append(slices.Clone(path), name), ".")] }
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), strings.Compare(a, b))
	})
	return names
}

// table returns a table within a table, nil if it is missing.
func (d *tomlFile) table(path []string, in map[string]any, name string) (map[string]any, error) {
	value, there := in[name]
	if !there {
		return nil, nil
	}
	t, ok := value.(map[string]any)
	if !ok {
		return nil, d.wrong(append(slices.Clone(path), name), fmt.Errorf("%s must be a table: [%s]", name, strings.Join(append(slices.Clone(path), name), ".")))
	}
	return t, nil
}

// only refuses the keys of a table that are not known.
func (d *tomlFile) only(path []string, table map[string]any, known ...string) error {
	for _, name := range d.inOrder(path, table) {
		if !slices.Contains(known, name) {
			here, where := append(slices.Clone(path), name), "the profile"
			if len(path) > 0 {
				where = "[" + strings.Join(path, ".") + "]"
			}
			if slices.Contains(known, name+"_file") && slices.Contains(known, name+"_env") {
				return d.unknown(here, fmt.Errorf("%s holds no %s; use %s_file or %s_env", where, name, name, name))
			}
			if near := spell.Nearest(name, known); len(near) > 0 {
				name = fmt.Sprintf("%q, but %q", name, near[0])
			} else {
				name = fmt.Sprintf("%q; there are %s", name, strings.Join(known, ", "))
			}
			return d.unknown(here, fmt.Errorf("%s has no key %s", where, name))
		}
	}
	return nil
}

// profile reads one profile from its table.
func (d *tomlFile) profile(name string, path []string, table map[string]any) (Profile, error) {
	p := Profile{Name: name}
	known := []string{"description", "connection", clusterTable, "session", "graph", "produce", "consume", "read"}
	if len(path) == 0 { // a file of several has one version for all
		known = slices.Insert(known, 0, "version")
	}
	if err := d.only(path, table, known...); err != nil {
		return Profile{}, err
	}
	if text, there := table["description"]; there {
		s, ok := text.(string)
		if !ok {
			return Profile{}, d.wrong(append(slices.Clone(path), "description"), errors.New("a description is a text"))
		}
		p.Description = s
	}
	if err := readTable(d, path, table, "connection", connectionSettings(), &p.Connection); err != nil {
		return Profile{}, err
	}
	if err := d.clusters(path, table, &p); err != nil {
		return Profile{}, err
	}
	if err := readTable(d, path, table, "graph", graphSettings(), &p.Graph); err != nil {
		return Profile{}, err
	}
	var err error
	if p.Session, err = d.preferences(path, table); err != nil {
		return Profile{}, err
	}
	p.Groups, err = d.groups(path, table)
	return p, err
}

// preferences reads the table session. It returns the values that the file has,
// without defaults.
func (d *tomlFile) preferences(path []string, table map[string]any) ([]spec.Preference, error) {
	read := spec.DefaultPreferences()
	if err := readTable(d, path, table, "session", spec.PreferenceSettings(), &read); err != nil {
		return nil, err
	}
	said, err := d.table(path, table, "session")
	if err != nil {
		return nil, err
	}
	var out []spec.Preference
	for _, one := range read.Entries() {
		if _, there := said[one.Name]; there {
			out = append(out, one)
		}
	}
	if err := read.Check(); err != nil {
		return nil, d.wrong(append(slices.Clone(path), "session"), err)
	}
	return out, nil
}

// readTable reads the settings of a table within a table, if it is there.
func readTable[S any](d *tomlFile, path []string, in map[string]any, name string, settings []spec.Setting[S], spec *S) error {
	table, err := d.table(path, in, name)
	if err != nil {
		return err
	}
	return readSettings(d, append(slices.Clone(path), name), table, settings, spec)
}

// groups reads the tables produce.NAME and consume.NAME in the order of the file.
func (d *tomlFile) groups(path []string, table map[string]any) ([]ProfileGroup, error) {
	type placed struct {
		ProfileGroup
		at int
	}
	var groups []placed
	seen := map[string]bool{}
	for _, kind := range []snapshot.Kind{snapshot.Produce, snapshot.Consume, snapshot.Read} {
		at := append(slices.Clone(path), string(kind))
		tables, err := d.table(path, table, string(kind))
		if err != nil {
			return nil, err
		}
		for _, name := range d.inOrder(at, tables) {
			here := append(slices.Clone(at), name)
			settings, err := d.table(at, tables, name)
			if err != nil {
				return nil, err
			}
			if err := spec.CheckName(name); err != nil {
				return nil, d.wrong(here, err)
			}
			if seen[name] {
				return nil, d.wrong(here, fmt.Errorf("there are two groups %q", name))
			}
			seen[name] = true
			g, err := d.group(kind, name, here, settings)
			if err != nil {
				return nil, err
			}
			groups = append(groups, placed{g, d.order[strings.Join(here, ".")]})
		}
	}
	if len(groups) > spec.GroupsMax {
		return nil, fmt.Errorf("%s: %d groups are more than %d", d.file, len(groups), spec.GroupsMax)
	}
	slices.SortStableFunc(groups, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	var out []ProfileGroup
	for _, g := range groups {
		out = append(out, g.ProfileGroup)
	}
	return out, nil
}

func (d *tomlFile) group(kind snapshot.Kind, name string, path []string, table map[string]any) (ProfileGroup, error) {
	g := ProfileGroup{Name: name, Kind: kind}
	if kind == snapshot.Produce {
		settings := spec.DefaultProducer(name)
		g.Producer = &settings
		return g, readSettings(d, path, table, spec.ProducerSettings(), &settings)
	}
	settings := spec.DefaultConsumer(name)
	if kind == snapshot.Read {
		settings = spec.DefaultReader(name)
	}
	g.Consumer = &settings
	return g, readSettings(d, path, table, settings.Settings(), &settings)
}

// readSettings reads a table with the names of settings as keys.
func readSettings[S any](d *tomlFile, path []string, table map[string]any, settings []spec.Setting[S], into *S) error {
	known := make([]string, len(settings))
	for i, s := range settings {
		known[i] = s.Name
	}
	if err := d.only(path, table, known...); err != nil {
		return err
	}
	for _, name := range d.inOrder(path, table) {
		here := append(slices.Clone(path), name)
		text, ok := scalar(table[name])
		if !ok {
			return d.wrong(here, fmt.Errorf("%s is a text, a number, true or false", name))
		}
		s, _ := spec.FindSetting(settings, name)
		if err := s.Set(into, text); err != nil {
			if !strings.HasPrefix(err.Error(), name+" ") {
				err = fmt.Errorf("%s: %w", name, err)
			}
			return d.wrong(here, err)
		}
	}
	return nil
}

// scalar returns a TOML value as a user would type it.
func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		if v {
			return "on", true
		}
		return "off", true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

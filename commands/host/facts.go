package host

import "maps"

// Fact is a setting that pulsh was started with. From is its origin: a flag, a
// variable of the environment, a line of a file, or "" for a default.
type Fact struct{ Name, Value, From string }

// SetBy remembers the origin of settings of the session: a command or a profile.
func (c *Host) SetBy(from string, names ...string) {
	next := map[string]string{}
	if old := c.origins.Load(); old != nil {
		maps.Copy(next, *old)
	}
	for _, name := range names {
		next[name] = from
	}
	c.origins.Store(&next)
}

// Origin returns the origin of a setting that was changed in the session, "" if it was
// not.
func (c *Host) Origin(name string) string {
	if by := c.origins.Load(); by != nil {
		return (*by)[name]
	}
	return ""
}

// OfConnection reports whether a fact describes the connection.
func (f Fact) OfConnection() bool {
	return f.Name == FactURL || f.Name == FactAdmin || f.Name == FactLogin || f.Name == FactTrust || f.Name == FactTuning
}

// The facts that describe the connection, which a command may replace.
const (
	FactURL   = "url"
	FactAdmin = "admin url"
	FactLogin = "login"
	FactTrust = "trust certs"

	FactTuning = "connection settings"
)

// The names of the connection and the graph for SetBy and Origin.
const (
	ConnectionOrigin = "connection"
	GraphOrigin      = "graph"
)

package host

import "maps"

// Fact is a value that pulsh was started with, and where it was said: a flag, a
// variable, a line of a file, or nowhere.
type Fact struct{ Name, Value, From string }

// Said remembers that a command, or a profile, has said a value of the session.
func (c *Host) Said(from string, names ...string) {
	next := map[string]string{}
	if old := c.saidBy.Load(); old != nil {
		maps.Copy(next, *old)
	}
	for _, name := range names {
		next[name] = from
	}
	c.saidBy.Store(&next)
}

// Sayer is who said a value of the session since it began, "" for nobody.
func (c *Host) Sayer(name string) string {
	if by := c.saidBy.Load(); by != nil {
		return (*by)[name]
	}
	return ""
}

// OfConnection says whether a fact describes the connection.
func (f Fact) OfConnection() bool {
	return f.Name == FactURL || f.Name == FactAdmin || f.Name == FactToken || f.Name == FactTrust
}

// The facts that describe the connection, which a command may replace.
const (
	FactURL   = "url"
	FactAdmin = "admin url"
	FactToken = "token"
	FactTrust = "trust certs"
)

// The names under which it is remembered who connected, and who chose the graph.
const (
	SaidConnection = "connection"
	SaidGraph      = "graph"
)

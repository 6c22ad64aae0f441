package profile

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/secret"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// ProfileVersion is the version of the files that Save writes. Files of this
// version and files without one can be read, those of a later version cannot.
const ProfileVersion = 1

// Profile describes a session: where it connects, how it behaves, what its
// graph shows and which groups it has. As TOML it is
//
//	version = 1
//	description = "one line"
//	[connection]
//	url = "pulsar://localhost:6650"
//	[cluster.eu]
//	url = "pulsar://eu.example.com:6650"
//	[session]
//	refresh = "100ms"
//	[graph]
//	shown = "fast | fast latency"
//	window = "1m"
//	[produce.fast]
//	rate = "50k"
//	[consume.sub1]
//	topic = "fast"
//
// where the names in [produce] and [consume] tables are those of
// spec.ProducerSettings and spec.ConsumerSettings. A missing setting has its
// default. A file of several profiles has each of them in a table profile.NAME.
type Profile struct {
	Name        string
	Description string
	Connection  broker.Connection
	Clusters    []ProfileCluster  // beside that of Connection, in the order of the file
	Session     []spec.Preference // in the order of PreferenceSettings
	Graph       Graph
	Groups      []ProfileGroup // in the order of the file
}

// Graph is the state of the graph, in the words of the command graph. Empty fields
// are not set.
type Graph struct {
	Shown  string // groups, figures and |
	Window string // a duration
	Scale  string // linear, log, or one of them for each graph with | between
	Layout string // auto, stacked or beside
}

// graphSettings returns the keys of the table graph.
func graphSettings() []spec.Setting[Graph] {
	type G = Graph
	return []spec.Setting[G]{
		{Name: "shown", Doc: "what the graph shows", Read: func(g *G) string { return g.Shown },
			Write: func(g *G, text string) error {
				if err := checkPlain(text); err != nil {
					return err
				}
				g.Shown = text
				return nil
			}},
		{Name: "window", Doc: "from the left edge to now", Read: func(g *G) string { return g.Window },
			Write: func(g *G, text string) error {
				_, err := pacing.ParseDuration(text)
				if err == nil {
					g.Window = text
				}
				return err
			}},
		graphWord("scale", "linear or log", func(g *G) *string { return &g.Scale }),
		graphWord("layout", "auto, stacked or beside", func(g *G) *string { return &g.Layout }),
	}
}

// graphWord returns a key of the table graph that the command graph checks.
func graphWord(name, doc string, of func(*Graph) *string) spec.Setting[Graph] {
	return spec.Setting[Graph]{Name: name, Doc: doc,
		Read: func(g *Graph) string { return *of(g) },
		Write: func(g *Graph, text string) error {
			if err := checkPlain(text); err != nil {
				return err
			}
			*of(g) = text
			return nil
		}}
}

// ProfileCluster is a cluster beside that of the connection. Its table has the keys of
// the table connection.
type ProfileCluster struct {
	Name       string
	Connection broker.Connection
}

// ProfileGroup is one group of a profile. Exactly one of Producer and Consumer is
// set, according to Kind.
type ProfileGroup struct {
	Name     string
	Kind     snapshot.Kind
	Producer *spec.Producer
	Consumer *spec.Consumer
}

// connectionSettings returns the keys of the table connection.
func connectionSettings() []spec.Setting[broker.Connection] {
	type C = broker.Connection
	plain := func(name, doc string, field func(*C) *string, check func(string) error) spec.Setting[C] {
		return spec.Setting[C]{Name: name, Doc: doc,
			Read: func(c *C) string { return *field(c) },
			Write: func(c *C, text string) error {
				if err := check(text); err != nil {
					return err
				}
				*field(c) = text
				return nil
			}}
	}
	list := []spec.Setting[C]{
		plain("url", "the cluster", func(c *C) *string { return &c.URL }, CheckURL),
		plain("admin_url", "its admin API", func(c *C) *string { return &c.AdminURL }, CheckAdminURL),
		plain("token_file", "file that holds the token", func(c *C) *string { return &c.TokenFile }, CheckSecretFile),
		plain("token_env", "variable that holds the token", func(c *C) *string { return &c.TokenEnv }, checkPlain),
		plain("trust_certs", "certificates to trust beside the system's", func(c *C) *string { return &c.TrustFile }, checkPlain),
		{Name: "tls_check", Words: []string{string(broker.TLSFull), string(broker.TLSAnyHost), string(broker.TLSNone)}, Doc: "how the cluster's certificate is checked",
			Read: func(c *C) string { return string(c.TLSCheck) },
			Write: func(c *C, text string) (err error) {
				read, err := broker.ReadTLSCheck(text)
				if err == nil {
					c.TLSCheck = read
				}
				return err
			}},
	}
	for _, f := range broker.LoginFields() {
		check := checkPlain
		if f.File {
			check = CheckSecretFile
		}
		list = append(list, plain(f.Name, f.Doc, func(c *C) *string { return f.Field(&c.Login) }, check))
	}
	for _, f := range broker.TuningFields() {
		list = append(list, spec.Setting[C]{Name: f.Name, Doc: f.Doc,
			Read:  func(c *C) string { return f.Read(c.Tuning) },
			Write: func(c *C, text string) error { return f.Write(&c.Tuning, text) }})
	}
	return list
}

// CheckSecretFile refuses text that is not the name of a file: a token itself,
// control characters, or nothing. It never quotes a token.
func CheckSecretFile(text string) error {
	if text == "" {
		return errors.New("there is no value")
	}
	if err := secret.CheckFile(text); err != nil {
		return err
	}
	return checkPlain(text)
}

// CheckURL refuses text that is not the URL of a cluster, and a URL that holds a
// secret, which it does not quote.
func CheckURL(text string) error {
	return checkURL(text, "pulsar://localhost:6650", "pulsar", "pulsar+ssl")
}

// CheckAdminURL refuses text that is not the URL of an admin API, and a URL that
// holds a secret, which it does not quote.
func CheckAdminURL(text string) error {
	return checkURL(text, "http://localhost:8080", "http", "https")
}

func checkURL(text, example string, schemes ...string) error {
	if err := checkPlain(text); err != nil {
		return err
	}
	// net/url reads one host; a URL of a cluster may have several with commas
	// between.
	first, _, _ := strings.Cut(text, ",")
	u, err := url.Parse(first)
	switch {
	case strings.Contains(text, "@"):
		return errors.New("a URL with a password would end up in files and on the screen; use token_file or token_env")
	case secret.In(text):
		return errors.New("a URL with a token would end up in files and on the screen; use token_file or token_env")
	case err != nil || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme) || strings.ContainsAny(text, "?#"):
		return fmt.Errorf("%q is not a URL such as %s", text, example)
	}
	return nil
}

// checkPlain refuses an empty text and control characters, which neither a line
// nor a file could hold.
func checkPlain(text string) error {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) {
		return fmt.Errorf("%q holds a character that cannot be shown, or nothing at all", secret.Redact(text))
	}
	return nil
}

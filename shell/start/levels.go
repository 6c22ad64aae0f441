package start

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/session/broker"
)

// The default URLs of a cluster.
const (
	defaultURL      = "pulsar://localhost:6650"
	defaultAdminURL = "http://localhost:8080"
)

// Level is the settings of the connection from one source: the command line, the
// environment, a profile, or a client.conf.
type Level struct {
	URL, AdminURL, TokenFile, TokenEnv, TrustFile, TLSCheck Setting

	Token     broker.Secret // the token itself
	TokenFrom string        // its origin

	Login        map[string]Setting // by the names of broker.LoginFields
	Tuning       map[string]Setting // by the names of broker.TuningFields
	Password     broker.Secret      // the password itself
	PasswordFrom string
	OAuth        broker.Secret // the JSON of OAuth 2.0 client credentials itself
	OAuthFrom    string
}

// combine returns the target of levels, given in order of precedence.
//
// The first URL decides the cluster. combine ignores lower levels for another
// cluster, by their URL or, without one, by their admin URL: a mix of two clusters
// would seek in one and receive from the other, and send the token of one to the
// other. notes tell what was ignored.
func combine(levels ...Level) (t broker.Target, facts []host.Fact, notes []string) {
	url, decides := Setting{defaultURL, ""}, len(levels)
	for i, l := range levels {
		if l.URL.Value != "" {
			url, decides = l.URL, i
			break
		}
	}
	var here []Level
	for i, l := range levels {
		if i > decides && l.elsewhere(url.Value) {
			notes = append(notes, l.passedOver(url)...)
			continue
		}
		here = append(here, l)
	}
	pick := func(field func(Level) Setting) Setting { return strongest(here, field) }
	admin := pick(func(l Level) Setting { return l.AdminURL })
	if admin.Value == "" && sameCluster(url.Value, defaultURL) {
		admin.Value = defaultAdminURL
	}
	trust := pick(func(l Level) Setting { return l.TrustFile })
	check := pick(func(l Level) Setting { return l.TLSCheck })
	t = broker.Target{URL: url.Value, AdminURL: admin.Value, TrustFile: trust.Value, TLSCheck: broker.TLSCheck(check.Value)}
	login := takeLogin(here, &t)
	tuned := takeTuning(here, &t.Tuning)
	trusted := host.Fact{Name: host.FactTrust, Value: t.Trust(), From: trust.From}
	if check.Value != "" && trust.From != check.From {
		trusted.From = strings.TrimPrefix(trust.From+" and "+check.From, " and ")
	}
	if trusted.Value == "" {
		trusted.Value, trusted.From = "the system's", ""
	}
	return t, []host.Fact{
		{Name: host.FactURL, Value: url.Value, From: url.From},
		{Name: host.FactAdmin, Value: admin.Value, From: admin.From},
		{Name: host.FactLogin, Value: t.LoginSource(), From: login},
		trusted,
		tuned,
	}, notes
}

// takeToken sets the first token in the target and returns its origin.
func takeToken(levels []Level, t *broker.Target) (from string) {
	for _, l := range levels {
		switch {
		case l.TokenFile.Value != "":
			t.TokenFile = l.TokenFile.Value
			return l.TokenFile.From
		case l.TokenEnv.Value != "":
			t.TokenEnv = l.TokenEnv.Value
			return l.TokenEnv.From
		case l.Token.Held():
			t.Token = l.Token
			return l.TokenFrom
		}
	}
	return ""
}

// elsewhere reports whether a level names another cluster than url.
func (l Level) elsewhere(url string) bool {
	switch {
	case l.URL.Value != "":
		return !sameCluster(l.URL.Value, url)
	case l.AdminURL.Value != "":
		return !sameHost(l.AdminURL.Value, url)
	}
	return false
}

// passedOver returns notes about the settings of a level for another cluster. A URL
// alone, which another one overrides, needs no note.
func (l Level) passedOver(url Setting) []string {
	var out []string
	for _, s := range append([]Setting{l.AdminURL, l.TokenFile, l.TokenEnv, l.TrustFile, l.TLSCheck, {"a token", l.TokenFrom}}, append(l.loginSettings(), l.tuningSettings()...)...) {
		if s.Value == "" || s.From == "" {
			continue
		}
		by := url.From
		if by == "" {
			by = "default"
		}
		out = appendNew(out, fmt.Sprintf("%s is ignored: it is for another cluster than %s (%s)", s.From, url.Value, by))
	}
	return out
}

// sameCluster reports whether two service URLs have a host in common. On this machine
// the port must be the same too: each port may be forwarded to another cluster.
func sameCluster(a, b string) bool {
	return slices.ContainsFunc(hosts(a), func(h address) bool {
		return slices.ContainsFunc(hosts(b), func(o address) bool {
			return h.name == o.name && (h.name != thisHost || h.port == o.port)
		})
	})
}

// sameHost reports whether two URLs have a host in common, whatever the ports.
func sameHost(a, b string) bool {
	return slices.ContainsFunc(hosts(a), func(h address) bool {
		return slices.ContainsFunc(hosts(b), func(o address) bool { return h.name == o.name })
	})
}

// address is a host and a port of a URL.
type address struct{ name, port string }

// thisHost stands for all names of this machine.
const thisHost = "localhost"

// hosts returns the hosts of a valid URL.
func hosts(url string) []address {
	scheme, rest, _ := strings.Cut(url, "://")
	rest, _, _ = strings.Cut(rest, "/")
	var out []address
	for one := range strings.SplitSeq(rest, ",") {
		name, port, err := net.SplitHostPort(one)
		if err != nil {
			name = strings.Trim(one, "[]")
			port = map[string]string{"pulsar": "6650", "pulsar+ssl": "6651", "http": "8080", "https": "8443"}[scheme]
		}
		name = strings.ToLower(name)
		if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
			name = thisHost
		}
		out = append(out, address{name, port})
	}
	return out
}

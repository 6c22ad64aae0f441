package start

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/session/broker"
)

// Where a Pulsar is looked for when nothing is said. The two are a pair.
const (
	defaultURL      = "pulsar://localhost:6650"
	defaultAdminURL = "http://localhost:8080"
)

// Level is what one place says about the cluster: the command line, the
// environment, a profile, a client.conf.
type Level struct {
	URL, AdminURL, TokenFile, TokenEnv, TrustFile, TLSCheck Said

	Token     broker.Secret // the token itself
	TokenFrom string        // who said it
}

// combine joins levels, the strongest first, to the cluster that they name.
//
// The strongest URL decides which cluster it is. A weaker level that names
// another cluster, by its own URL or, without one, by its admin URL, says
// nothing about this one: half of one cluster and half of another would seek in
// one what is received from the other, and show the token of one to the other.
// What is passed over for that reason is noted.
func combine(levels ...Level) (t broker.Target, facts []host.Fact, notes []string) {
	url, decides := Said{defaultURL, ""}, len(levels)
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
	pick := func(field func(Level) Said) Said {
		for _, l := range here {
			if s := field(l); s.Value != "" {
				return s
			}
		}
		return Said{}
	}
	admin := pick(func(l Level) Said { return l.AdminURL })
	if admin.Value == "" && sameCluster(url.Value, defaultURL) {
		admin.Value = defaultAdminURL
	}
	trust := pick(func(l Level) Said { return l.TrustFile })
	check := pick(func(l Level) Said { return l.TLSCheck })
	t = broker.Target{URL: url.Value, AdminURL: admin.Value, TrustFile: trust.Value, TLSCheck: broker.TLSCheck(check.Value)}
	token := takeToken(here, &t)
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
		{Name: host.FactToken, Value: t.TokenSource(), From: token},
		trusted,
	}, notes
}

// takeToken puts the strongest token into the target and returns who said it.
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

// elsewhere says whether a level names another cluster than the URL does.
func (l Level) elsewhere(url string) bool {
	switch {
	case l.URL.Value != "":
		return !sameCluster(l.URL.Value, url)
	case l.AdminURL.Value != "":
		return !sameHost(l.AdminURL.Value, url)
	}
	return false
}

// passedOver notes what a level says of another cluster and is not used. A URL
// alone that a stronger one replaces is no news.
func (l Level) passedOver(url Said) []string {
	var out []string
	for _, s := range []Said{l.AdminURL, l.TokenFile, l.TokenEnv, l.TrustFile, l.TLSCheck, {"a token", l.TokenFrom}} {
		if s.Value == "" || s.From == "" {
			continue
		}
		by := url.From
		if by == "" {
			by = "the default"
		}
		out = append(out, fmt.Sprintf("%s is not used: it stands for another cluster than %s, %s", s.From, url.Value, by))
	}
	return out
}

// sameCluster says whether two URLs of clusters have a host in common. Hosts of
// this machine are many clusters, by port: each is a way somewhere else.
func sameCluster(a, b string) bool {
	return slices.ContainsFunc(hosts(a), func(h address) bool {
		return slices.ContainsFunc(hosts(b), func(o address) bool {
			return h.name == o.name && (h.name != thisHost || h.port == o.port)
		})
	})
}

// sameHost says whether two URLs have a host in common, whatever the ports.
func sameHost(a, b string) bool {
	return slices.ContainsFunc(hosts(a), func(h address) bool {
		return slices.ContainsFunc(hosts(b), func(o address) bool { return h.name == o.name })
	})
}

// address is a host and its port as they stand in a URL.
type address struct{ name, port string }

// thisHost stands for all names of this machine.
const thisHost = "localhost"

// hosts lists the hosts of a URL that was checked.
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

package probe

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"pulsh/session/broker"
)

// The schemes of a Pulsar URL, with "://", and the ports of a URL without one.
const (
	plainScheme = "pulsar://"
	tlsScheme   = "pulsar+ssl://"

	DefaultPort    = "6650"
	DefaultTLSPort = "6651"
)

const (
	// hostsMax bounds the hosts of a URL. They are tried in turn, each for up to
	// hostTimeout.
	hostsMax = 16
	// nameMax bounds a host name, as DNS does (RFC 1035, section 2.3.4).
	nameMax = 253
)

// URL is the address of a cluster: one or more of its hosts, any of which can
// answer.
type URL struct {
	TLS   bool
	Hosts []string // host:port, at least one
}

// ParseURL parses pulsar://host[:port] or pulsar+ssl://host[:port]. Commas separate
// several hosts. The error is a *broker.Error.
func ParseURL(s string) (URL, error) {
	var u URL
	var list string
	switch scheme, rest, found := strings.Cut(s, "://"); {
	case strings.HasPrefix(s, plainScheme):
		list = rest
	case strings.HasPrefix(s, tlsScheme):
		u.TLS, list = true, rest
	case scheme == "http" || scheme == "https":
		return URL{}, refuse("", "%q is an admin URL; the URL for messages begins with %s or %s", s, plainScheme, tlsScheme)
	case found:
		return URL{}, refuse("", "%q is not a Pulsar URL: it begins with %q, not with %s or %s", s, scheme+"://", plainScheme, tlsScheme)
	default:
		try := ""
		if _, err := parseHost(s, DefaultPort); err == nil {
			try = "connect " + plainScheme + s
		}
		return URL{}, refuse(try, "%q is not a Pulsar URL: it begins with %s or %s", s, plainScheme, tlsScheme)
	}
	hosts := strings.Split(strings.TrimSuffix(list, "/"), ",")
	if len(hosts) > hostsMax {
		return URL{}, refuse("", "%d hosts are more than a Pulsar URL may have, %d", len(hosts), hostsMax)
	}
	for _, typed := range hosts {
		host, err := parseHost(typed, u.defaultPort())
		if err != nil {
			return URL{}, refuse("", "%q is not a Pulsar URL: %v", s, err)
		}
		u.Hosts = append(u.Hosts, host)
	}
	return u, nil
}

// String returns the URL with all ports, as ParseURL parses it.
func (u URL) String() string { return u.scheme() + strings.Join(u.Hosts, ",") }

func (u URL) scheme() string {
	if u.TLS {
		return tlsScheme
	}
	return plainScheme
}

func (u URL) defaultPort() string {
	if u.TLS {
		return DefaultTLSPort
	}
	return DefaultPort
}

// parseHost parses one host and adds the port if it has none.
func parseHost(s, port string) (string, error) {
	if strings.Contains(s, "@") {
		return "", fmt.Errorf("it holds no user or password; a token comes from a file or a variable")
	}
	host := s
	bracketed := strings.HasPrefix(s, "[")
	if end := strings.LastIndex(s, ":"); end >= 0 && (!bracketed || end > strings.LastIndex(s, "]")) {
		host, port = s[:end], s[end+1:]
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%q is not a port (1 to 65535)", port)
	}
	if bracketed {
		inner := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		if ip, err := netip.ParseAddr(inner); err != nil || !ip.Is6() || host != "["+inner+"]" {
			return "", fmt.Errorf("%q is not an IPv6 address", host)
		}
		return net.JoinHostPort(inner, port), nil
	}
	if !isHostName(host) {
		return "", fmt.Errorf("%q is not a host", host)
	}
	return net.JoinHostPort(host, port), nil
}

// isHostName reports whether s has the characters of a name or an IPv4 address, or
// the underscore that container networks use, and fits into DNS.
func isHostName(s string) bool {
	for _, r := range s {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		if !letter && !strings.ContainsRune("-._", r) {
			return false
		}
	}
	return s != "" && len(s) <= nameMax
}

func refuse(try, format string, args ...any) error {
	return &broker.Error{Category: broker.Other, Message: fmt.Sprintf(format, args...), Try: try}
}

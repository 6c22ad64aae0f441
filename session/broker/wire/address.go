package wire

import (
	"fmt"
	"net"
	"strings"

	"pulsh/session/broker"
)

// The ports of brokers, where an address does not say one.
const (
	plainPort  = "6650"
	securePort = "6651"
)

// address is a service URL, taken apart.
type address struct {
	secure bool
	hosts  []string // host:port, to be tried in turn
}

// parseAddress reads pulsar://host[:port][,host[:port]…] and pulsar+ssl://….
func parseAddress(url string) (a address, err error) {
	refuse := func(why string) (address, error) {
		return address{}, &broker.Error{Message: fmt.Sprintf("%q is no address of a Pulsar: %s", url, why), Try: "connect pulsar://localhost:6650"}
	}
	scheme, rest, found := strings.Cut(url, "://")
	port := plainPort
	switch {
	case !found || scheme != "pulsar" && scheme != "pulsar+ssl":
		return refuse("it does not begin with pulsar:// or pulsar+ssl://")
	case scheme == "pulsar+ssl":
		a.secure, port = true, securePort
	}
	rest, _, _ = strings.Cut(rest, "/")
	for host := range strings.SplitSeq(rest, ",") {
		if host == "" {
			return refuse("a host is empty")
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		a.hosts = append(a.hosts, host)
	}
	return a, nil
}

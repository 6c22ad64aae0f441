package client

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// connectionCount reads how many connections a client has open from the counters that
// the client registers: it tells it in no other way.
type connectionCount struct {
	*prometheus.Registry                    // never the process-wide one
	opened, closed       prometheus.Counter // closed counts those that never opened too
	unmade, ungreeted    prometheus.Counter
}

func newConnectionCount() *connectionCount {
	return &connectionCount{Registry: prometheus.NewRegistry()}
}

// Register notes the counters of connections.
func (c *connectionCount) Register(of prometheus.Collector) error {
	if counter, ok := of.(prometheus.Counter); ok {
		for name, into := range map[string]*prometheus.Counter{
			`"pulsar_client_connections_opened"`:               &c.opened,
			`"pulsar_client_connections_closed"`:               &c.closed,
			`"pulsar_client_connections_establishment_errors"`: &c.unmade,
			`"pulsar_client_connections_handshake_errors"`:     &c.ungreeted,
		} {
			if strings.Contains(counter.Desc().String(), name) {
				*into = counter
			}
		}
	}
	return c.Registry.Register(of)
}

// open returns how many connections are open.
func (c *connectionCount) open() int {
	return max(read(c.opened)+read(c.unmade)+read(c.ungreeted)-read(c.closed), 0)
}

func read(counter prometheus.Counter) int {
	var m dto.Metric
	if counter == nil || counter.Write(&m) != nil {
		return 0
	}
	return int(m.GetCounter().GetValue())
}

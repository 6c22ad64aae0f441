package dial

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// TestTimeOutsAreTheUsers dials a server that accepts and says nothing.
func TestTimeOutsAreTheUsers(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	target := broker.Target{URL: "pulsar://" + mute.Addr().String()}
	target.ConnectionTimeout, target.OperationTimeout, target.KeepAlive = 200*time.Millisecond, 400*time.Millisecond, 100*time.Millisecond
	link, err := Cluster(t.Context(), target, func() int64 { return 0 })
	require.NoError(t, err)
	defer link.Broker.Close()
	defer link.Wire.Close()
	for name, engine := range map[string]broker.Broker{"client": link.Broker, "wire": link.Wire} {
		begin := time.Now()
		_, err = engine.Partitions(t.Context(), "x")
		require.Error(t, err, name)
		require.Less(t, time.Since(begin), 3*time.Second, "%s: the default is %s", name, broker.OperationTimeout)
	}
}

func TestTuningHasDefaults(t *testing.T) {
	got := broker.Tuning{Listener: "outside", KeepAlive: time.Second}.WithDefaults()
	require.Equal(t, broker.Tuning{Listener: "outside", OperationTimeout: broker.OperationTimeout, ConnectionTimeout: broker.ConnectionTimeout, KeepAlive: time.Second}, got)
	for _, f := range broker.TuningFields() {
		require.NoError(t, f.Check(time.Second))
		require.Error(t, f.Check(time.Millisecond))
		require.Error(t, f.Check(time.Hour))
	}
}

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
		var set broker.Tuning
		require.NoError(t, f.Write(&set, f.Sample))
		require.Equal(t, f.Sample, f.Read(set))
		require.Equal(t, f.Name+"="+f.Sample, set.String())
		require.Empty(t, f.Read(broker.Tuning{}))
		for _, wrong := range map[string][]string{"DURATION": {"", "1ms", "1h", "5", "soon"}, "BYTES": {"", "1000", "2TiB", "-1", "much"}, "TEXT": {"", " ", "a\nb"}}[f.Value] {
			require.Error(t, f.Write(&set, wrong), "%s=%q", f.Name, wrong)
			require.Equal(t, f.Sample, f.Read(set), "what is refused changes nothing")
		}
	}
}

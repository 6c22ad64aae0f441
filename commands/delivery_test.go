package commands

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/broker/protocol"
)

// faulty types lines at a cluster whose faults the test can order.
func faulty(t *testing.T, test func(c *virtual.Cluster, typed func(line string) string)) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		c := world(t, dialled(cluster))
		test(cluster, func(line string) string {
			var out strings.Builder
			require.NoError(t, c.Execute(t.Context(), line, &out), line)
			return out.String()
		})
	})
}

// TestDeliveryTellsEachFault injects one fault of each kind and reads the
// sheet.
func TestDeliveryTellsEachFault(t *testing.T) {
	faulty(t, func(c *virtual.Cluster, typed func(string) string) {
		typed("connect pulsar://localhost:6650")
		typed("consume start sub1 topic=fast type=exclusive; produce start fast rate=1000 producers=1 workers=1 batch=1; wait 1s")
		for n, how := range []virtual.Tampering{virtual.Lose, virtual.Double, virtual.Swap} {
			c.Tamper(10+10*n, how)
		}
		typed("wait 1s")
		require.Contains(t, typed("ledger sub1"), "none lost so far, 1 outstanding; 1 duplicate\n")
		c.FailSends(7, protocol.NotAllowedError, "too many messages")
		typed("wait 1s; produce stop fast; wait 3s")
		require.Equal(t, `  sub1  running 6s · persistent://public/default/fast
  period        1                     since the first start
  received      2,993                 2,992 unique
  lost          0                     never arrived
  gaps          1                     missing so far, may still arrive
  outstanding   0                     acked, not received yet
  unknown       7                     failed sends that may be stored
  duplicated    1                     stored twice
  redelivered   0                     0 by the broker's redelivery count
  out of order  1                     within a producer and partition
  not checked   0                     older than the window
  exclusive keeps the order of each producer, and 1 message broke that order
  1 message lost: acked, not in the backlog and never received; 1 duplicate
`, typed("ledger sub1"))
		typed("seek sub1 earliest; wait 3s")
		require.Contains(t, typed("ledger sub1"), `  period        2                     since the last seek, start or rebuild of the consumers
  received      2,993                 2,992 unique
`)
		require.Contains(t, typed("ledger sub1"), `  earlier       2,993                 received in 1 period: 0 lost, 1 gap,
                                      1 duplicated, 0 redelivered
`)
	})
}

func TestDeliveryTellsWhatIsOutstanding(t *testing.T) {
	faulty(t, func(c *virtual.Cluster, typed func(string) string) {
		typed("connect pulsar://localhost:6650")
		typed("consume start sub1 topic=fast; produce start fast rate=1000 producers=1 workers=1 batch=1; wait 1s; pause sub1; wait 1s")
		typed("produce stop fast")
		out := typed("ledger sub1")
		require.Regexp(t, `outstanding +[\d,]+ +acked`, out)
		require.Regexp(t, `none lost so far, [\d,]+ outstanding`, out)
		typed("consume stop sub1")
		require.Regexp(t, `[\d,]+ not received before sub1 stopped`, typed("ledger sub1"))
	})
}

// A seek to a message that is not stored tells where the subscription continues.
func TestASeekSaysWhereItLands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		require.Regexp(t, `^  sub1: moved, but not to message 987654:0: there is no ledger 987654: the next message that is sent is delivered next`, r.do("seek sub1 987654:0"))
		require.Regexp(t, `^  sub1: moved, but not to message 0:0: there is no ledger 0: the earliest message, \d+:0, is delivered next · about \S+ messages to receive`, r.do("seek sub1 0:0"))
		at := regexp.MustCompile(`(\d+):0, is`).FindStringSubmatch(r.do("seek sub1 0:0"))[1]
		require.Regexp(t, `^  sub1: moved to message `+at+`:0 · about`, r.do("seek sub1 "+at+":0"))
	})
}

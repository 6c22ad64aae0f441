package broker

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryServerErrorIsASentence walks the table: no row leaves a place unfilled, quotes
// a class of Java or is long, with and without names.
func TestEveryServerErrorIsASentence(t *testing.T) {
	const java = "org.apache.pulsar.broker.service.BrokerServiceException$SomeException: "
	for _, row := range serverErrors {
		for _, of := range []Subject{{}, {Topic: "public/a/timeout-events"}, {"public/a/terminated-orders", "authentication-log"}} {
			text := java + row.words + " of topic persistent://public/a/timeout-events-partition-3 caused by " + java
			require.Equal(t, row, of.ServerErrorOf(row.Code, text), "%s %q", row.Code, row.words)
			e := of.Refused(row.Code, text, nil)
			require.Equal(t, row.category, e.Category)
			require.Equal(t, row.Policy, e.Policy)
			for _, line := range []string{e.Message, e.Try} {
				require.NotContains(t, line, "{")
				require.NotContains(t, line, "org.apache")
				require.NotContains(t, line, "  ")
				require.Less(t, len(line), 300)
			}
			require.Equal(t, strings.ToLower(e.Message[:1]), e.Message[:1])
			if of.Topic == "" {
				require.Empty(t, e.Try)
			}
		}
	}
}

func TestServerErrors(t *testing.T) {
	of := Subject{"public/m1/timeout-events", "sub 1"}
	for _, c := range []struct{ code, text, message, try string }{
		{"ProducerBusy", "org.apache.pulsar.broker.service.BrokerServiceException$ProducerBusyException: Topic 'persistent://public/m1/timeout-events' reached max producers limit",
			"topic persistent://public/m1/timeout-events has as many producers as it may have (maxProducersPerTopic)", "topic stats persistent://public/m1/timeout-events"},
		{"ProducerBusy", "Producer with name 'max producers limit' is already connected to topic", "another producer of topic persistent://public/m1/timeout-events has this name", ""},
		{"ProducerBusy", "Producer with name 'p' is already connected to topic", "another producer of topic persistent://public/m1/timeout-events has this name", ""},
		{"ConsumerBusy", "Topic reached max consumers limit", "topic persistent://public/m1/timeout-events has as many consumers as it may have (maxConsumersPerTopic)", "topic stats persistent://public/m1/timeout-events"},
		{"SubscriptionNotFound", "Subscription does not exist", "topic persistent://public/m1/timeout-events has no subscription sub 1", "sub create persistent://public/m1/timeout-events sub 1"},
		{"TopicNotFound", "Topic not found", "there is no topic persistent://public/m1/timeout-events", "topic create persistent://public/m1/timeout-events"},
		{"UnknownError", "java.util.concurrent.CompletionException: x.y.z.W: disk on fire\nat z", "the broker refused a request about topic persistent://public/m1/timeout-events: disk on fire", ""},
		{"UnknownError", "", "the broker refused a request about topic persistent://public/m1/timeout-events: it gives no reason", ""},
		{"NewError", "words", "the broker refused a request about topic persistent://public/m1/timeout-events: words", ""},
	} {
		e := of.Refused(c.code, c.text, nil)
		require.Equal(t, c.message, e.Message)
		require.Equal(t, c.try, e.Try)
	}
}

func TestNamesAreNoWords(t *testing.T) {
	of := Subject{"public/m1/timeout-ev2", "eof"}
	require.Equal(t, "no topic …; eof of … and timeout-ev2", of.Nameless("no topic persistent://public/m1/timeout-ev2-partition-1; eof of public/m1/timeout-ev2 and timeout-ev2"))
	require.Equal(t, "no topic …; … of … and …, but eofs", of.wordless("no topic persistent://public/m1/timeout-ev2-partition-1; eof of public/m1/timeout-ev2 and timeout-ev2, but eofs"))
	require.Equal(t, "TopicNotFound", CodeIn("lookup failed: TopicNotFound"))
	require.Empty(t, CodeIn("TopicNotFoundAtAll"))
}

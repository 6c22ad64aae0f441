package registration

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

func TestEngineAndBrokerAgreeOnKinds(t *testing.T) {
	for kind, number := range map[broker.SchemaKind]int32{
		broker.SchemaString: 1, broker.SchemaJSON: 2, broker.SchemaAvro: 4, "BOOLEAN": 5, "INT64": 9, "DOUBLE": 11, broker.SchemaProtobuf: 20,
	} {
		made := Of(&broker.Schema{Kind: kind, Data: []byte("{}"), Properties: map[string]string{"b": "2", "a": "1"}})
		require.Equal(t, &protocol.Schema{Name: "pulsh", Data: []byte("{}"), Kind: number, Properties: []protocol.KeyValue{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}}, made)
	}
	require.Nil(t, Of(nil))
	require.Nil(t, Of(&broker.Schema{Kind: broker.SchemaBytes}), "the protocol leaves it out")
	require.Nil(t, Of(&broker.Schema{Kind: "NONE"}))
}

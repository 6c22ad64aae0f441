package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// receiveBySchema starts a consumer group that decodes by a schema.
func (v *inVirtual) receiveBySchema(name, schema string) {
	s := spec.DefaultConsumer(name)
	s.Topic, s.From, s.Schema = "fast", broker.Earliest, schemaOf(v.t, schema)
	require.NoError(v.t, v.AddConsumer(name, s))
	require.NoError(v.t, v.Start(v.t.Context(), name))
}

// setSchema changes the schema of the producers while they send.
func (v *inVirtual) setSchema(schema string) error {
	settings, _ := v.Producer("fast")
	settings.Schema = schemaOf(v.t, schema)
	_, err := v.SetProducer(v.t.Context(), "fast", settings)
	return err
}

// outcomes returns how much a group has received, and how much of that was undecoded.
func (v *inVirtual) outcomes(name string) (received, undecoded int64) {
	time.Sleep(2 * metrics.SampleEvery)
	g, _ := v.Snapshot().Group(name)
	return g.Consumer.Received, g.Consumer.Outcomes[metrics.Undecoded]
}

// TestTheWireEngineKeepsItsSchemaThroughReconnects sends by each kind of schema, and
// loses its connections.
func TestTheWireEngineKeepsItsSchemaThroughReconnects(t *testing.T) {
	for name, schema := range map[string]string{
		"avro": "avro(" + file(t, "order.avsc", orderAvro) + ")", "json": "json(" + file(t, "order.avsc", orderAvro) + ")",
		"protobuf": "protobuf(" + file(t, "order.proto", orderProto) + ":Order)", "string": "string",
	} {
		for _, load := range []struct {
			name              string
			partitions, batch int
			compression       broker.Compression
		}{{"one topic", 0, 100, "none"}, {"three partitions", 3, 100, "lz4"}, {"messages alone", 3, 1, "none"}} {
			t.Run(name+", "+load.name, func(t *testing.T) {
				inVirtualTime(t, func(v *inVirtual) {
					v.cluster.CreateTopic("fast", load.partitions)
					v.produce(500, func(s *spec.Producer) {
						s.Schema, s.Batch, s.Compression = schemaOf(t, schema), load.batch, load.compression
					})
					v.receiveBySchema("sub1", "auto")
					v.receiveBySchema("own", schema)
					time.Sleep(2 * time.Second)
					v.cluster.Unload("fast")
					time.Sleep(2 * time.Second)
					v.cluster.Kill()
					time.Sleep(2 * time.Second)
					v.cluster.Restore()
					time.Sleep(5 * time.Second)
					require.NoError(t, v.Stop(v.t.Context(), "fast"))
					time.Sleep(3 * time.Second)
					p := v.fast().Producer
					require.Greater(t, p.Acked, int64(4000))
					for _, name := range []string{"sub1", "own"} {
						c, _ := v.Snapshot().Group(name)
						require.EqualValues(t, p.Acked, c.Consumer.Delivery.Unique())
						require.Zero(t, c.Consumer.Outcomes[metrics.Undecoded], c.Failures)
						require.Zero(t, c.Consumer.Unstamped)
						require.Zero(t, c.Consumer.Delivery.Missing())
					}
					info, err := v.Admin().Schema(v.t.Context(), "fast", broker.LatestSchema)
					require.NoError(t, err)
					require.Zero(t, info.Version, "each connection registers the same")
				})
			})
		}
	}
}

// TestTheSchemaOfTheWireEngineChangesUnderLoad replaces the schema, and then takes it away.
func TestTheSchemaOfTheWireEngineChangesUnderLoad(t *testing.T) {
	next := strings.Replace(orderAvro, `"fields":[`, `"fields":[{"name":"region","type":"string","default":"eu"},`, 1)
	other := strings.Replace(orderAvro, `"long"`, `"string"`, 1)
	first := "avro(" + file(t, "order.avsc", orderAvro) + ")"
	second := "avro(" + file(t, "next.avsc", next) + ")"
	unfit := "avro(" + file(t, "other.avsc", other) + ")"
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(500, func(s *spec.Producer) { s.Schema = schemaOf(t, first) })
		v.receiveBySchema("sub1", "auto")
		v.receiveBySchema("own", first)
		time.Sleep(2 * time.Second)
		require.ErrorContains(t, v.setSchema(unfit), "the schema does not fit the one that topic fast has")
		require.ErrorContains(t, v.setSchema("string"), "the schema does not fit the one that topic fast has")
		require.NoError(t, v.setSchema(second))
		time.Sleep(2 * time.Second)
		info, err := v.Admin().Schema(v.t.Context(), "fast", broker.LatestSchema)
		require.NoError(t, err)
		require.EqualValues(t, 1, info.Version)
		for _, name := range []string{"sub1", "own"} {
			received, undecoded := v.outcomes(name)
			require.Greater(t, received, int64(1900), "it went on through what was refused")
			require.Zero(t, undecoded)
		}
		c, _ := v.Consumer("sub1")
		c.Schema = schemaOf(t, unfit)
		_, refused := v.SetConsumer(v.t.Context(), "sub1", c)
		require.ErrorContains(t, refused, "the schema does not fit the one that topic fast has")

		require.NoError(t, v.setSchema("none"))
		time.Sleep(2 * time.Second)
		for _, name := range []string{"sub1", "own"} {
			received, undecoded := v.outcomes(name)
			require.Greater(t, undecoded, int64(900), "bodies without a schema do not fit")
			require.Greater(t, received-undecoded, int64(1900))
		}
		require.NoError(t, v.setSchema("auto"))
		time.Sleep(time.Second)
		_, before := v.outcomes("sub1")
		time.Sleep(2 * time.Second)
		_, undecoded := v.outcomes("sub1")
		require.Equal(t, before, undecoded)
	})
}

func TestTheWireEngineNeedsASchemaThatIsThere(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		s := spec.DefaultProducer("fast")
		s.Schema = schemaOf(t, "auto")
		require.NoError(t, v.AddProducer("fast", s))
		err := v.Start(v.t.Context(), "fast")
		require.EqualError(t, err, "topic fast has no schema, and schema=auto needs one")
		var said *broker.Error
		require.ErrorAs(t, err, &said)
		require.Equal(t, "set fast schema=none", said.Try)
	})
}

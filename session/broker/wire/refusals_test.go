package wire

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// TestBothEnginesRefuseWithTheSameWords lets a broker refuse each engine's
// lookup, producer or consumer, in the words that Pulsar uses.
func TestBothEnginesRefuseWithTheSameWords(t *testing.T) {
	const exceptions = "org.apache.pulsar.broker.service.BrokerServiceException$"
	for _, c := range []struct {
		name     string
		at       protocol.Type
		code     protocol.ServerError
		text     string
		category broker.Category
		says     string
	}{
		{"unauthorised", protocol.TypeLookup, protocol.AuthorizationError, "Client is not authorized to Lookup", broker.NotAuthorised, "not authorised for topic t"},
		{"absent", protocol.TypeLookup, protocol.TopicNotFound, "Topic not found", broker.Gone, "there is no topic t"},
		{"absent to a producer", protocol.TypeProducer, protocol.TopicNotFound, exceptions + "TopicNotFoundException: Topic not found", broker.Gone, "there is no topic t"},
		{"no right to produce", protocol.TypeProducer, protocol.AuthorizationError, "Client is not authorized to Produce", broker.NotAuthorised, "not authorised for topic t"},
		{"schema", protocol.TypeProducer, protocol.IncompatibleSchema, "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: Producers cannot connect or send message without a schema to topics with a schema when SchemaValidationEnforced is enabled",
			broker.Other, "topic t has a schema and takes no messages without one (schemaValidationEnforced); schema=auto sends such that fit"},
		{"schema of a producer", protocol.TypeProducer, protocol.IncompatibleSchema, "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: Incompatible schema: exists schema type AVRO, new schema type STRING",
			broker.Other, "the schema does not fit the one that topic t has: Incompatible schema: exists schema type AVRO, new schema type STRING"},
		{"schema of a consumer", protocol.TypeSubscribe, protocol.IncompatibleSchema, "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: Unable to read schema",
			broker.Other, "the schema does not fit the one that topic t has: Unable to read schema"},
		{"no new schema", protocol.TypeProducer, protocol.IncompatibleSchema, "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: Schema not found and schema auto updating is disabled.",
			broker.Other, "topic t takes no new schema from producers and consumers (isAllowAutoUpdateSchema)"},
		{"backlog quota", protocol.TypeProducer, protocol.ProducerBlockedQuotaError, "Cannot create producer on topic with backlog quota exceeded",
			broker.BacklogFull, "the backlog quota of topic t is full: the broker accepts no more messages"},
		{"name in use", protocol.TypeProducer, protocol.ProducerBusy, exceptions + "NamingException: Producer with name 'p' is already connected to topic",
			broker.Busy, "another producer of topic t has this name"},
		{"terminated", protocol.TypeProducer, protocol.TopicTerminatedError, exceptions + "TopicTerminatedException: Topic was already terminated",
			broker.TopicTerminated, "topic t is terminated and accepts no more messages"},
		{"another rule", protocol.TypeProducer, protocol.NotAllowedError, "Exceeds maximum number of producers", broker.Other, "the broker does not allow this on topic t: Exceeds maximum number of producers"},
		{"subscription in use", protocol.TypeSubscribe, protocol.ConsumerBusy, exceptions + "ConsumerBusyException: Exclusive consumer is already connected",
			broker.Busy, "another consumer already holds this subscription of topic t"},
		{"hash range in use", protocol.TypeSubscribe, protocol.ConsumerAssignError, exceptions + "ConsumerAssignException: Range conflict with consumer c",
			broker.Busy, "another consumer of this subscription of topic t has the same hash range"},
		{"no right to consume", protocol.TypeSubscribe, protocol.AuthorizationError, "Client is not authorized to subscribe", broker.NotAuthorised, "not authorised for topic t"},
	} {
		for _, engine := range engines {
			t.Run(c.name+"/"+engine, func(t *testing.T) {
				s := newScriptedBroker(t)
				s.on(c.at, func(p *peer, m protocol.Body, _ []byte) bool {
					id := *m.(protocol.Question).Request()
					if c.at == protocol.TypeLookup {
						p.send(&protocol.LookupAnswer{Numbered: protocol.Numbered{RequestID: id}, Response: protocol.LookupFailed, Error: c.code, Message: c.text})
					} else {
						p.send(&protocol.Error{Numbered: protocol.Numbered{RequestID: id}, Error: c.code, Message: c.text})
					}
					return true
				})
				err := refused(rigAt(t, s, nil), open(t, engine, s.url(), func() int64 { return 0 }), c.at == protocol.TypeSubscribe)
				require.EqualError(t, err, c.says)
				var said *broker.Error
				require.True(t, errors.As(err, &said))
				require.Equal(t, c.category, said.Category)
			})
		}
	}
}

// TestEveryServerErrorHasItsRow compares the protocol's errors with the table of sentences.
func TestEveryServerErrorHasItsRow(t *testing.T) {
	var codes []string
	for code := protocol.UnknownError; code <= protocol.ProducerFenced; code++ {
		codes = append(codes, code.String())
	}
	require.ElementsMatch(t, codes, broker.ServerErrorCodes())
}

// TestAnAdvertisedHostThatIsNotKnown has a broker name an address that only its
// own network knows.
func TestAnAdvertisedHostThatIsNotKnown(t *testing.T) {
	s := newScriptedBroker(t)
	s.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: "pulsar://no.such.host.invalid:6650",
			Response: protocol.LookupConnect, Error: protocol.NoError})
		return true
	})
	for _, engine := range engines {
		err := refused(rigAt(t, s, nil), open(t, engine, s.url(), func() int64 { return 0 }), false)
		require.EqualError(t, err, "the broker cannot be reached", engine)
	}
}

// refused opens a producer or a consumer, and returns the error.
func refused(r *rig, e broker.Broker, consumer bool) (err error) {
	if consumer {
		_, err = e.Subscribe(r.within(), broker.ConsumerSpec{Topics: []string{"t"}, Subscription: "s", Type: broker.Shared, Name: "c", Queue: 10})
	} else {
		_, err = e.OpenProducer(r.within(), r.spec(nil))
	}
	return err
}

func TestTheWireEngineNamesTheOtherForWhatItLacks(t *testing.T) {
	e := &Engine{}
	for _, spec := range []broker.ProducerSpec{{Chunk: 1 << 10}, {Encrypt: []broker.CryptoKey{{Name: "k"}}}} {
		_, err := e.OpenProducer(t.Context(), spec)
		require.ErrorContains(t, err, "use engine=client")
	}
	for _, spec := range []broker.ConsumerSpec{{Decryption: broker.Decryption{Keys: []broker.CryptoKey{{Name: "k"}}}}} {
		_, err := e.Subscribe(t.Context(), spec)
		require.ErrorContains(t, err, "use engine=client")
	}
}

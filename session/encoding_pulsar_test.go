package session_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/dial"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/reading"
	"pulsh/session/schema"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// onEachServer runs a test of the Go client on the real Pulsar and on the embedded one.
func onEachServer(t *testing.T, test func(t *testing.T, l *load)) {
	onServers(t, broker.ClientEngine, test)
}

// onServers is onEachServer for an engine.
func onServers(t *testing.T, engine broker.Engine, test func(t *testing.T, l *load)) {
	with := func(l *load) *load {
		preferences := l.Preferences()
		preferences.Engine = engine
		require.NoError(l.t, l.SetPreferences(preferences))
		return l
	}
	t.Run("pulsar", func(t *testing.T) { test(t, with(newLoad(t))) })
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		server, err := embedded.Start(embedded.Config{})
		require.NoError(t, err)
		l := &load{Session: session.New(dial.Cluster), t: t, topic: "orders"}
		t.Cleanup(func() {
			l.Close(l.soon())
			server.Close()
		})
		require.NoError(t, l.Connect(l.soon(), broker.Target{URL: server.URL(), AdminURL: server.AdminURL()}))
		test(t, with(l))
	})
}

// bothEngines are held to the same behaviour.
var bothEngines = []broker.Engine{broker.ClientEngine, broker.WireEngine}

// onEachEngineAndServer runs a test with each engine on each server.
func onEachEngineAndServer(t *testing.T, test func(t *testing.T, l *load)) {
	for _, engine := range bothEngines {
		t.Run(string(engine), func(t *testing.T) { onServers(t, engine, test) })
	}
}

// other returns the engine that a session does not use.
func (l *load) other() broker.Engine {
	if l.Preferences().Engine == broker.WireEngine {
		return broker.ClientEngine
	}
	return broker.WireEngine
}

const orderAvro = `{"type":"record","name":"Order","namespace":"shop","fields":[
	{"name":"id","type":"long","pulsh":"counter"},
	{"name":"status","type":{"type":"enum","name":"Status","symbols":["NEW","PAID"]}},
	{"name":"note","type":["null","string"],"default":null},
	{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"}]}}}]}`

const orderProto = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int64 id = 1; // pulsh: counter
  string customer = 2;
  google.protobuf.Timestamp at = 3;
  map<string, double> prices = 4;
}
`

// file writes a file of the test and returns its path.
func file(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// keyPair writes the two keys of a pair.
func keyPair(t *testing.T) (public, private string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	public = file(t, "public.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	der, err = x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return public, file(t, "private.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func schemaOf(t *testing.T, text string) spec.SchemaFrom {
	from, err := spec.ParseSchema(text)
	require.NoError(t, err)
	return from
}

func TestChunksAreAssembledAndAudited(t *testing.T) {
	onEachServer(t, func(t *testing.T, l *load) {
		l.consume(func(s *spec.Consumer) { s.ChunksExpire, s.Workers = 2*time.Second, 2 })
		l.produce(func(s *spec.Producer) {
			s.Chunking, s.Rate, s.Pending = spec.ChunkingOn, pacing.Hold(10), 8
			s.Size, _ = payload.FixedSize(6 << 20)
		})
		l.acked(3)
		settings, _ := l.Producer("fast")
		settings.Chunking, settings.Rate = 64<<10, pacing.Hold(100)
		settings.Size, _ = payload.FixedSize(200 << 10)
		_, err := l.SetProducer(l.soon(), "fast", settings)
		require.NoError(t, err)
		l.acked(100)
		l.clean()
		require.Equal(t, l.fast().Acked, l.fast().Chunked)
		require.Equal(t, l.sub1().Received, l.sub1().Outcomes[metrics.Chunked])
		require.Positive(t, l.fast().Latency.Total.Count)
		require.Positive(t, l.fast().Latency.Total.P50, "receipts of chunks have a time")
	})
}

func TestEncryptedMessagesAreReadWithTheKeyOnly(t *testing.T) {
	onEachServer(t, func(t *testing.T, l *load) {
		public, private := keyPair(t)
		l.consume(func(s *spec.Consumer) { s.Decrypt = spec.KeyFiles("orders:" + private) })
		other := spec.DefaultConsumer("blind")
		other.Topic, other.From, other.CryptoFailure = l.topic, broker.Earliest, broker.CryptoDiscard
		require.NoError(t, l.AddConsumer("blind", other))
		require.NoError(t, l.Start(l.soon(), "blind"))
		l.produce(func(s *spec.Producer) { s.Encrypt = spec.KeyFiles("orders:" + public) })
		l.acked(2000)
		l.clean()
		require.Zero(t, l.sub1().Outcomes[metrics.Undecrypted])
		l.until("what cannot be decrypted is counted", func() bool { return l.group("blind").Consumer.Outcomes[metrics.Undecrypted] > 0 })
		require.Zero(t, l.group("blind").Consumer.Received)
		require.Contains(t, l.group("blind").Failures[0].First.Text, "decrypt has no key of this name")
	})
}

func TestMessagesAreMadeAndReadBySchema(t *testing.T) {
	for name, text := range map[string]string{
		"avro": "avro(" + file(t, "order.avsc", orderAvro) + ")", "json": "json(" + file(t, "order.avsc", orderAvro) + ")",
		"protobuf": "protobuf(" + file(t, "order.proto", orderProto) + ":Order)", "string": "string",
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngineAndServer(t, func(t *testing.T, l *load) {
				l.topic += "-" + name
				l.produce(func(s *spec.Producer) { s.Schema = schemaOf(t, text) })
				l.acked(500)
				info, err := l.Admin().Schema(l.soon(), l.topic, broker.LatestSchema)
				require.NoError(t, err)
				require.EqualValues(t, map[string]string{"avro": "AVRO", "json": "JSON", "protobuf": "PROTOBUF_NATIVE", "string": "STRING"}[name], info.Kind)
				settings, _ := l.Producer("fast")
				settings.Schema = schemaOf(t, "auto")
				_, err = l.SetProducer(l.soon(), "fast", settings)
				require.NoError(t, err)
				l.consume(func(s *spec.Consumer) { s.Schema = schemaOf(t, "auto") })
				own := spec.DefaultConsumer("own")
				own.Topic, own.From, own.Schema = l.topic, broker.Earliest, schemaOf(t, text)
				require.NoError(t, l.AddConsumer("own", own))
				require.NoError(t, l.Start(l.soon(), "own"))
				crossed := spec.DefaultConsumer("crossed")
				crossed.Topic, crossed.From, crossed.Schema, crossed.Engine = l.topic, broker.Earliest, schemaOf(t, text), l.other()
				require.NoError(t, l.AddConsumer("crossed", crossed))
				require.NoError(t, l.Start(l.soon(), "crossed"))
				l.shown(name)
				l.acked(500)
				settings.Engine = l.other()
				_, err = l.SetProducer(l.soon(), "fast", settings)
				require.NoError(t, err, "the other engine goes on with the schema")
				l.acked(500)
				l.clean()
				require.Zero(t, l.sub1().Outcomes[metrics.Undecoded])
				require.Zero(t, l.sub1().Unstamped)
				for _, beside := range []string{"own", "crossed"} {
					l.until("the other has all too", func() bool { return l.group(beside).Consumer.Received == l.fast().Acked })
					require.Zero(t, l.group(beside).Consumer.Outcomes[metrics.Undecoded])
				}
			})
		})
	}
}

// TestEveryPrimitiveKindIsTaken sends by schemas that another program has registered.
func TestEveryPrimitiveKindIsTaken(t *testing.T) {
	onEachEngineAndServer(t, func(t *testing.T, l *load) {
		for _, kind := range []broker.SchemaKind{"BOOLEAN", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", broker.SchemaString} {
			topic := l.topic + "-" + strings.ToLower(string(kind))
			require.NoError(t, l.Admin().CreateTopic(l.soon(), topic, 0))
			require.NoError(t, l.Admin().UploadSchema(l.soon(), topic, broker.Schema{Kind: kind}))
			sends, receives := "p-"+string(kind), "c-"+string(kind)
			producer, consumer := spec.DefaultProducer(sends), spec.DefaultConsumer(receives)
			producer.Topic, producer.Rate, producer.Count, producer.Schema = topic, pacing.Hold(500), 100, schemaOf(t, "auto")
			consumer.Topic, consumer.From, consumer.Schema, consumer.Engine = topic, broker.Earliest, schemaOf(t, "auto"), l.other()
			require.NoError(t, l.AddProducer(sends, producer))
			require.NoError(t, l.AddConsumer(receives, consumer))
			require.NoError(t, l.Start(l.soon(), receives))
			require.NoError(t, l.Start(l.soon(), sends))
			l.until(string(kind), func() bool { return l.group(receives).Consumer.Delivery.Unique() == 100 })
			require.Zero(t, l.group(receives).Consumer.Outcomes[metrics.Undecoded], kind)
			info, err := l.Admin().Schema(l.soon(), topic, broker.LatestSchema)
			require.NoError(t, err)
			require.Zero(t, info.Version, "%s is registered as it was", kind)
		}
	})
}

// shown looks at a message with each engine, and decodes it by the schema that it carries.
func (l *load) shown(name string) {
	l.t.Helper()
	for _, word := range bothEngines {
		engine, err := session.Engine(l.Session, spec.OwnCluster, word)
		require.NoError(l.t, err)
		tail, err := reading.Follow(l.soon(), engine, l.topic, nil, 1)
		require.NoError(l.t, err)
		l.until("a message comes", func() bool {
			news, err := tail.Look()
			require.NoError(l.t, err)
			for _, m := range news.Messages {
				seen := schema.NewViewer(l.Admin()).View(l.soon(), m.Topic, m.Schema, m.Body)
				require.NoError(l.t, seen.Err, word)
				require.Equal(l.t, map[string]string{"avro": "shop.Order", "json": "shop.Order", "protobuf": "shop.Order", "string": "STRING"}[name], seen.Name)
				if name != "string" { // which shows itself
					require.Contains(l.t, string(seen.Text), "{\n  \"id\": ")
				}
			}
			return len(news.Messages) > 0
		})
		require.NoError(l.t, tail.Close(l.soon()))
	}
}

// TestEmptyMessagesAreToldWhereTheyAreThrownAway sends messages that the Go client takes
// for damaged, and fails if the words of its log change.
func TestEmptyMessagesAreToldWhereTheyAreThrownAway(t *testing.T) {
	onEachServer(t, func(t *testing.T, l *load) {
		engine, err := session.Engine(l.Session, spec.OwnCluster, broker.ClientEngine)
		require.NoError(t, err)
		_, err = engine.(broker.Sender).SendEach(l.soon(), l.topic, []broker.Message{{Body: []byte{}}, {Body: []byte("x")}, {Body: []byte{}}})
		require.NoError(t, err)
		l.consume(func(s *spec.Consumer) { s.From = broker.Earliest })
		wire := spec.DefaultConsumer("wire")
		wire.Topic, wire.From, wire.Engine = l.topic, broker.Earliest, broker.WireEngine
		require.NoError(t, l.AddConsumer("wire", wire))
		require.NoError(t, l.Start(l.soon(), "wire"))
		l.until("what the client throws away is counted", func() bool { return l.sub1().Outcomes[metrics.Discarded] == 2 })
		l.until("the wire engine has all", func() bool { return l.group("wire").Consumer.Received == 3 })
		require.EqualValues(t, 1, l.sub1().Received)
		require.Contains(t, l.group("sub1").Failures[0].First.Text, "thrown away as damaged (BatchDeSerializeError)")
		require.Zero(t, l.group("wire").Consumer.Outcomes[metrics.Discarded])
	})
}

func TestSchemasThatDoNotFitAreRefused(t *testing.T) {
	onEachEngineAndServer(t, func(t *testing.T, l *load) {
		start := func(name, schema string) error {
			s := spec.DefaultProducer(name)
			s.Topic, s.Schema = l.topic, schemaOf(t, schema)
			require.NoError(t, l.AddProducer(name, s))
			return l.Start(l.soon(), name)
		}
		require.ErrorContains(t, start("a", "auto"), "has no schema, and schema=auto needs one")
		l.produce(func(s *spec.Producer) { s.Schema = schemaOf(t, "avro("+file(t, "order.avsc", orderAvro)+")") })
		require.ErrorContains(t, start("b", "string"), "the schema does not fit the one that topic "+l.topic+" has")
		other := strings.Replace(orderAvro, `"long"`, `"string"`, 1)
		require.ErrorContains(t, start("c", "avro("+file(t, "other.avsc", other)+")"), "the schema does not fit the one that topic "+l.topic+" has")
		l.acked(100)

		plain := spec.DefaultProducer("plain") // the broker takes it, and readers notice
		plain.Topic, plain.Rate = l.topic, pacing.Hold(200)
		require.NoError(t, l.AddProducer("plain", plain))
		require.NoError(t, l.Start(l.soon(), "plain"))
		l.consume(func(s *spec.Consumer) { s.Schema = schemaOf(t, "auto") })
		l.until("what does not fit is counted", func() bool { return l.sub1().Outcomes[metrics.Undecoded] > 10 })
		require.Less(t, l.sub1().Outcomes[metrics.Undecoded], l.sub1().Received)
		unfit := spec.DefaultConsumer("unfit")
		unfit.Topic, unfit.Schema = l.topic, schemaOf(t, "string")
		require.NoError(t, l.AddConsumer("unfit", unfit))
		require.ErrorContains(t, l.Start(l.soon(), "unfit"), "the schema does not fit the one that topic "+l.topic+" has")
	})
}

func TestAnEnforcedSchemaRefusesProducersWithoutOne(t *testing.T) {
	onEachEngineAndServer(t, func(t *testing.T, l *load) {
		namespace := fmt.Sprintf("public/enforced-%d", time.Now().UnixNano())
		call := func(method, path, body string) {
			request, err := http.NewRequestWithContext(l.soon(), method, l.cluster().AdminURL+"/admin/v2/namespaces/"+namespace+path, strings.NewReader(body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Less(t, answer.StatusCode, 300)
		}
		call(http.MethodPut, "", "")
		call(http.MethodPost, "/schemaValidationEnforced", "true")
		topic := namespace + "/orders"
		require.NoError(t, l.Admin().CreateTopic(l.soon(), topic, 0))
		require.NoError(t, l.Admin().UploadSchema(l.soon(), topic, broker.Schema{Kind: broker.SchemaAvro, Data: []byte(orderAvro)}))
		plain := spec.DefaultProducer("plain")
		plain.Topic = topic
		require.NoError(t, l.AddProducer("plain", plain))
		require.ErrorContains(t, l.Start(l.soon(), "plain"), "has a schema and takes no messages without one (schemaValidationEnforced)")
		l.topic = topic
		l.produce(func(s *spec.Producer) { s.Schema = schemaOf(t, "auto") })
		l.acked(100)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		require.NoError(t, l.Admin().DeleteSchema(l.soon(), topic))
		_, err := l.Admin().Schema(l.soon(), topic, broker.LatestSchema)
		require.True(t, broker.IsMissing(err), "%v", err)
	})
}

// TestJavasClientReadsWhatPulshSent lets the tool of Pulsar's distribution receive.
func TestJavasClientReadsWhatPulshSent(t *testing.T) {
	l := newLoad(t)
	public, private := keyPair(t)
	avsc := file(t, "order.avsc", orderAvro)
	conf := file(t, "client.conf", "")
	const messages = 3
	for name, test := range map[string]struct {
		engines []broker.Engine
		change  func(*spec.Producer)
		args    []string // of the tool
		words   []string // that it prints
	}{
		"avro": {bothEngines, func(s *spec.Producer) { s.Schema = schemaOf(t, "avro("+avsc+")") }, []string{"-st", "auto_consume"}, []string{"status", "sku"}},
		"json": {bothEngines, func(s *spec.Producer) { s.Schema = schemaOf(t, "json("+avsc+")") }, []string{"-st", "auto_consume"}, []string{"status", "sku"}},
		"alone": {bothEngines, func(s *spec.Producer) { s.Schema, s.Batch = schemaOf(t, "avro("+avsc+")"), 1 },
			[]string{"-st", "auto_consume"}, []string{"status", "sku"}},
		"protobuf": {bothEngines, func(s *spec.Producer) { s.Schema = schemaOf(t, "protobuf("+file(t, "o.proto", orderProto)+":Order)") },
			[]string{"-st", "auto_consume"}, []string{"customer"}},
		"chunked": {bothEngines[:1], func(s *spec.Producer) {
			s.Chunking, s.Body, s.Pattern = 2<<10, payload.FileKind, file(t, "long.txt", strings.Repeat("long ", 2000))
		}, nil, []string{strings.Repeat("long ", 2000)[:9999]}},
		"encrypted": {bothEngines[:1], func(s *spec.Producer) {
			s.Encrypt, s.Body, s.Pattern = spec.KeyFiles("orders:"+public), payload.TemplateKind, "secret {{counter}}"
		}, []string{"-ekv", "file://" + private}, []string{"secret 1", "secret 3"}},
	} {
		for _, engine := range test.engines {
			name := name + "-" + string(engine)
			t.Run(name, func(t *testing.T) {
				settings := spec.DefaultProducer(name)
				settings.Topic, settings.Engine, settings.Rate, settings.Count = l.topic+"-"+name, engine, pacing.Hold(100), messages
				test.change(&settings)
				require.NoError(t, l.AddProducer(name, settings))
				require.NoError(t, l.Start(l.soon(), name))
				l.until("all sent", func() bool { p := l.group(name).Producer; return p.Acked == messages })
				args := append([]string{conf, "--url", l.cluster().URL, "consume", "-n", fmt.Sprint(messages), "-p", "Earliest", "-s", "java"}, test.args...)
				c := localtest.Java(t, "org.apache.pulsar.client.cli.PulsarClientTool", append(args, l.topic+"-"+name)...)
				var problems strings.Builder
				c.Stderr = &problems
				out, err := c.Output()
				require.NoError(t, err, "%s\n%s", out, problems.String())
				said := string(out)
				require.Equal(t, messages, strings.Count(said, "got message"), said)
				for _, word := range test.words {
					require.Contains(t, said, word)
				}
			})
		}
	}
}

// cluster waits for the sample that knows the cluster.
func (l *load) cluster() snapshot.Cluster {
	l.until("the cluster", func() bool { return l.Snapshot().Cluster.AdminURL != "" })
	return l.Snapshot().Cluster
}

// TestPulshReadsWhatJavasClientSent is the reverse.
func TestPulshReadsWhatJavasClientSent(t *testing.T) {
	l := newLoad(t)
	public, private := keyPair(t)
	conf := file(t, "client.conf", "")
	url := l.cluster().URL
	for name, test := range map[string]struct {
		engines []broker.Engine
		args    []string
		change  func(*spec.Consumer)
	}{
		"json": {bothEngines, []string{"-s", "#", "-vs", "json:" + orderAvro, "-m", `{"id":1,"status":"NEW","note":null,"lines":[{"sku":"a"}]}`},
			func(s *spec.Consumer) { s.Schema = schemaOf(t, "auto") }},
		"encrypted": {bothEngines[:1], []string{"-m", "secret", "-ekn", "orders", "-ekv", "file://" + public}, func(s *spec.Consumer) { s.Decrypt = spec.KeyFiles("orders:" + private) }},
		"avro": {bothEngines, []string{"-s", "#", "-vs", "avro:" + orderAvro, "-m", `{"id":1,"status":"NEW","note":null,"lines":[{"sku":"a"}]}`},
			func(s *spec.Consumer) { s.Schema = schemaOf(t, "avro("+file(t, "order.avsc", orderAvro)+")") }},
		// Its chunks are as large as a message may be.
		"chunked": {bothEngines[:1], []string{"--chunking", "-f", file(t, "six.bin", strings.Repeat("six MiB!", 6<<17))}, func(*spec.Consumer) {}},
	} {
		t.Run(name, func(t *testing.T) {
			topic := l.topic + "-" + name
			c := localtest.Java(t, "org.apache.pulsar.client.cli.PulsarClientTool", append(append([]string{conf, "--url", url, "produce", "-n", "3"}, test.args...), topic)...)
			said, err := c.CombinedOutput()
			require.NoError(t, err, string(said))
			for _, engine := range test.engines {
				name := name + "-" + string(engine)
				settings := spec.DefaultConsumer(name)
				settings.Topic, settings.From, settings.Engine = topic, broker.Earliest, engine
				test.change(&settings)
				require.NoError(t, l.AddConsumer(name, settings))
				require.NoError(t, l.Start(l.soon(), name))
				l.until("all received", func() bool { return l.group(name).Consumer.Unstamped == 3 })
				require.Zero(t, l.group(name).Consumer.Outcomes[metrics.Undecrypted])
				require.Zero(t, l.group(name).Consumer.Outcomes[metrics.Undecoded])
			}
		})
	}
}

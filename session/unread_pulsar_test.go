package session_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/crypto"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// publicKey is the key of another program, which pulsh does not have.
type publicKey struct{ pem []byte }

func (k publicKey) PublicKey(name string, meta map[string]string) (*crypto.EncryptionKeyInfo, error) {
	return crypto.NewEncryptionKeyInfo(name, k.pem, meta), nil
}

func (k publicKey) PrivateKey(string, map[string]string) (*crypto.EncryptionKeyInfo, error) {
	return nil, rsa.ErrDecryption
}

// TestMessagesThatCannotBeReadAreToldAndCounted lets another program send encrypted
// batches and a message in chunks between pulsh's own.
func TestMessagesThatCannotBeReadAreToldAndCounted(t *testing.T) {
	l := newLoad(t)
	preferences := l.Preferences()
	preferences.Engine = broker.WireEngine
	require.NoError(t, l.SetPreferences(preferences))
	l.consume(func(c *spec.Consumer) { c.Queue = 20 })
	other, err := pulsar.NewClient(pulsar.ClientOptions{URL: localtest.Start(t).URL(), Logger: log.DefaultNopLogger()})
	require.NoError(t, err)
	defer other.Close()
	send := func(options pulsar.ProducerOptions, n int, body []byte) {
		options.Topic = l.topic
		p, err := other.CreateProducer(options)
		require.NoError(t, err)
		for range n {
			p.SendAsync(context.Background(), &pulsar.ProducerMessage{Payload: body}, func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
				if err != nil {
					t.Error(err)
				}
			})
		}
		require.NoError(t, p.FlushWithCtx(context.Background()))
		p.Close()
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	reader := publicKey{pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
	l.produce(nil)
	l.acked(500)
	send(pulsar.ProducerOptions{Encryption: &pulsar.ProducerEncryptionInfo{KeyReader: reader, Keys: []string{"theirs"}}}, 100, []byte("secret"))
	send(pulsar.ProducerOptions{DisableBatching: true, EnableChunking: true, ChunkMaxMessageSize: 1 << 20}, 1, make([]byte, 5<<19))
	l.acked(500)
	counted := func() map[string]int64 {
		found := map[string]int64{}
		for _, f := range l.group("sub1").Failures {
			if f.Category == broker.Unread {
				found[f.Last.Text] += f.Count
			}
		}
		return found
	}
	var failures []metrics.Failure
	l.until("100 encrypted messages and 3 chunks", func() bool {
		failures = l.group("sub1").Failures
		n := int64(0)
		for _, c := range counted() {
			n += c
		}
		return n == 103 && l.sub1().Unstamped == 103
	})
	require.NotEmpty(t, failures)
	l.clean()
}

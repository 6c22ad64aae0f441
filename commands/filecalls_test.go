package commands

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestFilesAreOfferedWithinRatesAndBodies(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	require.NoError(t, os.MkdirAll(home+"/data/my rates", 0o700))
	for _, name := range []string{"orders.csv", "old.txt", "run.pulsh", "data/day.csv", "data/my rates/a b.csv", "data/.hidden.csv"} {
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte("0,10\n5,20\n"), 0o600))
	}
	require.NoError(t, os.WriteFile(home+"/order.avsc", []byte(`{"type":"record","name":"O","fields":[{"name":"n","type":"int"}]}`), 0o600))
	require.NoError(t, os.WriteFile(home+"/order.proto", []byte(`syntax = "proto3"; message O { int32 n = 1; }`), 0o600))
	require.NoError(t, os.WriteFile(home+"/public.pem", publicKey(t), 0o600))
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		t.Chdir(home)
		for _, row := range []struct {
			line string
			want []string
		}{
			{"produce start p rate=tra", []string{"rate=trace("}},
			{"produce start p rate=trace(", []string{"rate=trace(data/", "rate=trace(old.txt)", "rate=trace(orders.csv)"}},
			{"produce start p rate=trace(or", []string{"rate=trace(orders.csv)"}},
			{"produce start p rate=poisson(trace(or", []string{"rate=poisson(trace(orders.csv))"}},
			{"produce start p rate=hold(1k,5s)+trace(or", []string{"rate=hold(1k,5s)+trace(orders.csv)"}},
			{"produce start p rate=trace(data/", []string{"rate=trace(data/day.csv)", "rate=trace('data/my rates/'"}},
			{"produce start p rate=trace('data/my rates/", []string{"rate=trace('data/my rates/a b.csv')"}},
			{"produce start p rate=trace(~/ord", []string{"rate=trace(~/orders.csv)"}},
			{"produce start p rate=trace(orders.csv,", nil},
			{"produce start p body=file(dat", []string{"body=file(data/"}},
			{"produce start p body=file(data/", []string{"body=file(data/)", "body=file(data/day.csv)", "body=file('data/my rates/'"}},
			{"produce start p body=file(run", []string{"body=file(run.pulsh)"}},
			{"produce start p body=template(@ru", []string{"body=template(@run.pulsh)"}},
			{"rate p trace(or", []string{"trace(orders.csv)"}},
			{"produce start p schema=av", []string{"schema=avro("}},
			{"produce start p schema=avro(or", []string{"schema=avro(order.avsc)"}},
			{"produce start p schema=protobuf(~/", []string{"schema=protobuf(~/data/", "schema=protobuf(~/order.proto:"}},
			{"produce start p encrypt=a:~/p", []string{"encrypt=a:~/public.pem"}},
		} {
			offered, _ := c.Complete(row.line, len(row.line))
			var texts []string
			for _, s := range offered {
				texts = append(texts, s.Text)
			}
			require.ElementsMatch(t, row.want, texts, row.line)
		}
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start p rate=trace(~/orders.csv)", &out), "what is offered can be read")
		require.NoError(t, c.Execute(t.Context(), "produce start q body=file(~/data)", &out))
		require.NoError(t, c.Execute(t.Context(), "produce start r body=template(@~/orders.csv)", &out))
		require.NoError(t, c.Execute(t.Context(), "rate p trace('data/my rates/a b.csv')", &out))
		for i, setting := range []string{"schema=avro(~/order.avsc)", "schema=json(~/order.avsc)", "schema=protobuf(~/order.proto:O)"} {
			require.NoError(t, c.Execute(t.Context(), fmt.Sprintf("produce start s%d %s", i, setting), &out), setting)
		}
		err := c.Execute(t.Context(), "produce start u encrypt=a:~/public.pem", &out)
		require.EqualError(t, err, "cannot start u: the wire engine has no chunks and no encryption: use engine=client", "it can be read, and is for the other engine")
	})
}

// publicKey returns a key for encryption in PEM.
func publicKey(t *testing.T) []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

package profile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestASavedProfileMeansTheSameInEveryFolder makes each file name of a profile absolute.
func TestASavedProfileMeansTheSameInEveryFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	text := `[connection]
url = "pulsar://x:1"
token_file = "a.txt"
trust_certs = "ca.pem"
tls_cert = "c.pem"
tls_key = "/keys/k.pem"
[cluster.eu]
url = "pulsar://y:1"
token_file = "sub/b.txt"
user = "me"
password_file = "~/pass.txt"
[produce.a]
body = "file(o.ndjson,delimiter=;)"
rate = "loop(trace(r.csv,x2),3)"
encrypt = "k1:one.pem,k2:/two.pem"
[produce.b]
body = "template(@t.txt)"
rate = "poisson(trace(r.csv))"
[produce.c]
schema = "protobuf(o.proto:Order)"
[produce.d]
body = "template({{uuid}})"
rate = "ramp(1k..2k,1m)"
[consume.e]
schema = "avro(o.avsc)"
decrypt = "k1:one.pem"
`
	p, err := ParseProfile([]byte(text), "p.toml", "p")
	require.NoError(t, err)
	before := string(p.TOML())
	written := string(p.Whole().TOML())
	require.Equal(t, before, string(p.TOML()), "the profile itself stays")
	for _, want := range []string{
		`token_file = "DIR/a.txt"`, `trust_certs = "DIR/ca.pem"`, `tls_cert = "DIR/c.pem"`, `tls_key = "/keys/k.pem"`,
		`token_file = "DIR/sub/b.txt"`, `password_file = "~/pass.txt"`,
		`body = "file(DIR/o.ndjson,delimiter=;)"`, `rate = "loop(trace(DIR/r.csv,x2),3)"`, `encrypt = "k1:DIR/one.pem,k2:/two.pem"`,
		`body = "template(@DIR/t.txt)"`, `rate = "poisson(trace(DIR/r.csv))"`, `schema = "protobuf(DIR/o.proto:Order)"`,
		`body = "template({{uuid}})"`, `rate = "ramp(1k..2k,1m)"`, `schema = "avro(DIR/o.avsc)"`, `decrypt = "k1:DIR/one.pem"`,
	} {
		require.Contains(t, written, strings.ReplaceAll(want, "DIR", dir)+"\n")
	}
	again, err := ParseProfile([]byte(written), "p.toml", "p")
	require.NoError(t, err)
	require.Equal(t, written, string(again.Whole().TOML()))
}

// TestANameThatCannotBeAbsoluteStays is in a folder whose name has a comma.
func TestANameThatCannotBeAbsoluteStays(t *testing.T) {
	t.Chdir(t.TempDir())
	p, err := ParseProfile([]byte("[produce.a]\nbody = \"file(o.ndjson)\"\nrate = \"trace(r.csv)\"\nencrypt = \"k:one.pem\"\n"), "p.toml", "p")
	require.NoError(t, err)
	odd := wholePattern(p.Groups[0].Producer.Body, "o.ndjson,delimiter")
	require.Equal(t, "o.ndjson,delimiter", odd)
	require.Equal(t, "trace(r.csv)", p.Groups[0].Producer.Rate.Renamed(func(string) string { return "a,b/r.csv" }).String())
}

package start

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// written puts a file into a folder of the test.
func written(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// certificate makes a certificate that signs itself, with its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, DNSNames: []string{"broker"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	return written(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		written(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
}

const traffic = "produce start fast rate=500; consume start s topic=fast from=earliest; wait until s.received>100; topics"

// The embedded broker asks for a token and speaks TLS, and the shell on it knows both,
// with both engines.
func TestTheEmbeddedBrokerAsksForItsTokenOverTLS(t *testing.T) {
	cert, key := certificate(t)
	token := written(t, "token.txt", []byte("a-secret-token\n"))
	for _, engine := range []string{"client", "wire"} {
		got := piped(t, pulsh(t, nil, "--serve-token", token, "--serve-cert", cert, "--serve-key", key, "--engine", engine, "-e", traffic), "")
		require.Zero(t, got.code, got.err)
		require.NotContains(t, got.out+got.err, "a-secret-token")
	}
}

// Another program needs the token for the messages and for the admin API.
func TestABrokerThatServesAloneRefusesWhoHasNoToken(t *testing.T) {
	token := written(t, "token.txt", []byte("a-secret-token"))
	cmd := pulsh(t, nil, "broker", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--serve-token", token, "--batch-index")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // its code is not what this is about
	}()
	said := ""
	for buf := make([]byte, 4096); !regexp.MustCompile(`(?s)clients.*admin API .*Ctrl-C`).MatchString(said); {
		n, err := out.Read(buf)
		require.NoError(t, err)
		said += string(buf[:n])
	}
	url, web := regexp.MustCompile(`pulsar://\S+`).FindString(said), regexp.MustCompile(`http://\S+`).FindString(said)
	answer, err := http.Get(web + "/admin/v2/brokers/version")
	require.NoError(t, err)
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	got := piped(t, pulsh(t, nil, "--url", url, "--admin-url", web, "-e", traffic), "")
	require.NotZero(t, got.code)
	require.Contains(t, got.err, "token")
	got = piped(t, pulsh(t, nil, "--url", url, "--admin-url", web, "--token-file", token, "-e", traffic), "")
	require.Zero(t, got.code, got.err)
}

func TestWhatTheEmbeddedBrokerCannotReadIsSaid(t *testing.T) {
	cert, key := certificate(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--serve-token", "nowhere.txt"}, "the token file nowhere.txt cannot be read"},
		{[]string{"--serve-token", written(t, "empty.txt", []byte(" \n"))}, "empty.txt is empty"},
		{[]string{"--serve-cert", key, "--serve-key", cert}, "are no certificate with its key"},
		{[]string{"--serve-cert", "nowhere.pem", "--serve-key", key}, "the certificate nowhere.pem cannot be read"},
	} {
		got := piped(t, pulsh(t, nil, append(c.args, "-e", "topics")...), "")
		require.NotZero(t, got.code)
		require.Contains(t, got.err, c.says)
	}
}

// On a machine with neither Java nor Docker nor PULSAR_HOME, --local is the embedded
// broker, and says so.
func TestLocalFallsBackToTheEmbeddedBroker(t *testing.T) {
	cmd := pulsh(t, []string{"PATH=" + t.TempDir()}, "--local", "-e", traffic+"; local status")
	got := piped(t, cmd, "")
	require.Zero(t, got.code, got.err)
	require.Contains(t, got.err, "neither Java nor Docker nor PULSAR_HOME here: using pulsh's embedded broker, whose figures are not those of a Pulsar")
	require.Contains(t, got.out, "embedded")
}

// The embedded broker has no process that could be killed or suspended.
func TestChaosThatNeedsAProcessIsRefusedByTheEmbeddedBroker(t *testing.T) {
	for _, line := range []string{"chaos kill", "chaos stop 10s"} {
		got := piped(t, pulsh(t, nil, "--embedded", "-e", line), "")
		require.Equal(t, 1, got.code)
		require.Regexp(t, `^  chaos (kill|stop) acts on the process of a local Pulsar, and the embedded broker is part of this one\n  try: fault disconnect\n`, got.err)
	}
}

// The first line of a script finds the session connected.
func TestTheFirstLineFindsTheClusterConnected(t *testing.T) {
	got := piped(t, pulsh(t, nil, "--embedded", "-e", "status"), "")
	require.Zero(t, got.code, got.err)
	require.Equal(t, "  00:00:00 no groups\n", got.out)
}

// A file that cannot be written is named, without the words of the system call.
func TestAFileThatCannotBeWrittenIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "x")
	for flag, what := range map[string]string{"--json": "the report", "--junit": "the report", "--cpuprofile": "the CPU profile"} {
		got := piped(t, pulsh(t, nil, "--embedded", "-e", "status", flag, path), "")
		require.NotZero(t, got.code)
		require.Contains(t, got.err, "cannot write "+what+": "+path+": no such file or directory\n")
	}
}

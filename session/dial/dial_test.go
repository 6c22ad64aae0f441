package dial

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/probe"
)

// A token file may be replaced while pulsh runs, and may begin with a byte order mark.
func TestATokenFileIsReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	token := source{what: "token", file: file}.read
	for _, want := range []string{"first", "second"} {
		require.NoError(t, os.WriteFile(file, []byte("\xef\xbb\xbf"+want+"\r\n"), 0o600))
		text, err := token()
		require.NoError(t, err)
		require.Equal(t, want, text)
	}
}

// signed is a certificate for one host and the file of the authority behind it.
func signed(t *testing.T, host string) (tls.Certificate, string) {
	t.Helper()
	make := func(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		if parent == nil {
			parent, signer = template, key
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
		require.NoError(t, err)
		return der, key
	}
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root, signer := make(authority, nil, nil)
	leaf, key := make(&x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{host}}, authority, signer)
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), 0o600))
	return tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: key}, file
}

func TestHowCertificatesAreChecked(t *testing.T) {
	certificate, authority := signed(t, "other.test")
	_, stranger := signed(t, "other.test")
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				if conn.(*tls.Conn).Handshake() == nil {
					io.WriteString(conn, "HTTP/1.1 400 \r\n\r\n") // whoever reads it has passed the check
					io.Copy(io.Discard, conn)
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	for _, c := range []struct {
		name  string
		trust string
		check broker.TLSCheck
		want  probe.Fault
	}{
		{"by the system's roots", "", "", probe.OtherHost},
		{"another authority", stranger, broker.TLSFull, probe.OtherHost},
		{"another authority, any host", stranger, broker.TLSAnyHost, probe.Untrusted},
		{"no authority, any host", "", broker.TLSAnyHost, probe.Untrusted},
		{"the authority, but another host", authority, broker.TLSFull, probe.OtherHost},
		{"the authority, any host", authority, broker.TLSAnyHost, probe.HTTP},
		{"unchecked", "", broker.TLSNone, probe.HTTP},
	} {
		t.Run(c.name, func(t *testing.T) {
			link, err := Cluster(t.Context(), broker.Target{URL: "pulsar+ssl://" + l.Addr().String(), TrustFile: c.trust, TLSCheck: c.check},
				func() int64 { return 0 })
			require.NoError(t, err)
			defer link.Broker.Close()
			_, err = link.Probe(t.Context())
			require.Equal(t, c.want, probe.FailureOf(err).Fault, "%v", err)
		})
	}
}

func TestWhatCannotWorkIsRefusedBeforeConnecting(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(empty, []byte(" \n"), 0o600))
	nowhere := filepath.Join(dir, "nowhere")
	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, make([]byte, 65<<10), 0o600))
	for want, target := range map[string]broker.Target{
		"the token file " + nowhere + " cannot be read: no such file or directory":                                    {TokenFile: nowhere},
		"the token file " + empty + " is empty":                                                                       {TokenFile: empty},
		"the token file /dev/zero cannot be read: it is larger than 64 KiB":                                           {TokenFile: "/dev/zero"},
		"the token file " + huge + " cannot be read: it is larger than 64 KiB":                                        {TokenFile: huge},
		"the certificates of /dev/zero cannot be read: it is larger than 1 MiB":                                       {TrustFile: "/dev/zero"},
		"this is a token, and the name of a file was expected; write the token into a file, or set PULSH_TOKEN to it": {TokenFile: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"},
		"the variable PULSH_NO_SUCH_TOKEN holds no token":                                                             {TokenEnv: "PULSH_NO_SUCH_TOKEN"},
		"the certificates of " + nowhere + " cannot be read: no such file or directory":                               {TrustFile: nowhere},
		empty + " holds no certificate":                                                                               {TrustFile: empty},
	} {
		target.URL = "pulsar://" + net.JoinHostPort("127.0.0.1", "1")
		_, err := Cluster(t.Context(), target, func() int64 { return 0 })
		require.EqualError(t, err, want)
	}
}

package dial

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/probe"
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{certificate, key}
}

// sign returns a certificate for this machine and its key, in PEM.
func (a authority) sign(t *testing.T, serial int64) (certificate, private []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.ParseIP("127.0.0.1")},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	require.NoError(t, err)
	raw, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw})
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func (a authority) file(t *testing.T) string {
	return write(t, filepath.Join(t.TempDir(), "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
}

func write(t *testing.T, path string, text []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// connects accepts connections and sends what each CONNECT frame holds, after
// which it refuses as a broker does that does not know the client.
func connects(t *testing.T, l net.Listener) <-chan string {
	t.Helper()
	frames := make(chan string, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			head := make([]byte, 4)
			if _, err := io.ReadFull(conn, head); err == nil {
				frame := make([]byte, int(head[2])<<8|int(head[3]))
				if _, err := io.ReadFull(conn, frame); err == nil {
					if secure, ok := conn.(*tls.Conn); ok {
						for _, c := range secure.ConnectionState().PeerCertificates {
							frame = fmt.Appendf(frame, " serial %d", c.SerialNumber)
						}
					}
					frames <- string(frame)
					conn.Write(refusal())
				}
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return frames
}

// wireConnects lets the wire engine connect, and checks what its CONNECT holds.
// The broker refuses it, and the sentence holds no secret.
func wireConnects(t *testing.T, link session.Link, frames <-chan string, want ...string) {
	t.Helper()
	_, err := link.Wire.Partitions(t.Context(), "fast")
	require.EqualError(t, err, "not authorised for topic fast")
	frame := <-frames
	require.Contains(t, frame, "pulsh-wire")
	for _, text := range want {
		require.Contains(t, frame, text)
	}
}

// refusal is an ERROR frame: AuthenticationError, "no".
func refusal() []byte {
	inner := []byte{0x08, 0, 0x10, 3, 0x1a, 2, 'n', 'o'}
	command := append([]byte{0x08, 14, 14<<3 | 2, byte(len(inner))}, inner...)
	return append([]byte{0, 0, 0, byte(4 + len(command)), 0, 0, 0, byte(len(command))}, command...)
}

func clock() int64 { return 0 }

func TestAClientCertificateIsPresentedAndReadAgain(t *testing.T) {
	own := newAuthority(t)
	serverCertificate, serverKey := own.sign(t, 2)
	pair, err := tls.X509KeyPair(serverCertificate, serverKey)
	require.NoError(t, err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: own.pool()})
	require.NoError(t, err)
	frames := connects(t, l)
	target := broker.Target{URL: "pulsar+ssl://" + l.Addr().String(), TrustFile: own.file(t)}

	link, err := Cluster(t.Context(), target, clock)
	require.NoError(t, err)
	_, err = link.Probe(t.Context())
	require.ErrorContains(t, err, "requires a client certificate")
	link.Broker.Close()

	dir := t.TempDir()
	target.CertFile, target.KeyFile = filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	_, err = Cluster(t.Context(), target, clock)
	require.EqualError(t, err, "the client certificate "+target.CertFile+" cannot be read: no such file or directory")
	renew := func(serial int64) {
		certificate, key := own.sign(t, serial)
		write(t, target.CertFile, certificate)
		write(t, target.KeyFile, key)
	}
	renew(7)
	link, err = Cluster(t.Context(), target, clock)
	require.NoError(t, err)
	defer link.Broker.Close()
	for _, serial := range []int64{7, 8} {
		renew(serial)
		_, err = link.Probe(t.Context())
		require.ErrorContains(t, err, "does not accept the client certificate: no")
		frame := <-frames
		require.Contains(t, frame, fmt.Sprintf("serial %d", serial))
		require.Contains(t, frame, "\x03tls", "the method")
		wireConnects(t, link, frames, fmt.Sprintf("serial %d", serial), "\x03tls")
	}
	write(t, target.KeyFile, serverKey)
	_, err = Cluster(t.Context(), target, clock)
	require.ErrorContains(t, err, "are no client certificate with its key")
}

func TestThePasswordIsPresented(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	frames := connects(t, l)
	headers := make(chan string, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { headers <- r.Header.Get("Authorization") }))
	defer web.Close()
	file := write(t, filepath.Join(t.TempDir(), "password"), []byte("hunter2\n"))
	link, err := Cluster(t.Context(), broker.Target{URL: "pulsar://" + l.Addr().String(), AdminURL: web.URL, Login: broker.Login{User: "me", PasswordFile: file}}, clock)
	require.NoError(t, err)
	defer link.Broker.Close()
	_, err = link.Probe(t.Context())
	require.ErrorContains(t, err, "does not accept the user and password: no")
	require.NotContains(t, err.Error(), "hunter2")
	frame := <-frames
	require.Contains(t, frame, "me:hunter2")
	require.Contains(t, frame, "\x05basic")
	_, _ = link.Admin.Version(t.Context()) // the answer is empty
	require.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("me:hunter2")), <-headers)
	wireConnects(t, link, frames, "me:hunter2", "\x05basic")
	// The Go client presents the same.
	_, err = link.Broker.Partitions(t.Context(), "fast")
	require.Error(t, err)
	require.Contains(t, <-frames, "me:hunter2")
}

func TestAnExpiredTokenIsExplained(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	connects(t, l)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for claims, expired := range map[string]bool{`{"sub":"a","exp":1700000000}`: true, `{"sub":"a","exp":4000000000}`: false, `{"sub":"a"}`: false} {
		token := part(`{"alg":"HS256"}`) + "." + part(claims) + "." + part("signature")
		link, err := Cluster(t.Context(), broker.Target{URL: "pulsar://" + l.Addr().String(), Token: broker.NewSecret(token)}, clock)
		require.NoError(t, err)
		_, err = link.Probe(t.Context())
		link.Broker.Close()
		require.Equal(t, probe.TokenRefused, probe.FailureOf(err).Fault)
		require.Equal(t, expired, strings.Contains(err.Error(), "it expired at 2023-11-1"), "%v", err)
		require.Equal(t, expired, strings.Contains(err.Error(), "(token held in memory)"))
		require.NotContains(t, err.Error(), token)
	}
}

// issuing is an OAuth 2.0 issuer that knows one client.
type issuing struct {
	*httptest.Server
	asked int
	form  string
	lives int // seconds that a token is valid
}

func newIssuing(t *testing.T, own authority) *issuing {
	t.Helper()
	s := &issuing{lives: 3600}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/realm"+discoveryPath {
			fmt.Fprintf(w, `{"token_endpoint":%q}`, s.URL+"/token")
			return
		}
		body, _ := io.ReadAll(r.Body)
		id, password, _ := r.BasicAuth()
		if sent, err := url.ParseQuery(string(body)); err == nil && password == "" { // the client tries both ways
			password = sent.Get("client_secret")
		}
		s.form = string(body) + " " + id
		if password != "hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"invalid_client","error_description":"`+password+` is wrong"}`)
			return
		}
		s.asked++
		fmt.Fprintf(w, `{"access_token":"access%d","token_type":"bearer","expires_in":%d}`, s.asked, s.lives)
	}))
	certificate, key := own.sign(t, 3)
	pair, err := tls.X509KeyPair(certificate, key)
	require.NoError(t, err)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestTokensComeFromAnIssuer(t *testing.T) {
	own := newAuthority(t)
	server := newIssuing(t, own)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	frames := connects(t, l)
	file := write(t, filepath.Join(t.TempDir(), "client.json"), []byte(`{"type":"client_credentials","client_id":"me","client_secret":"hunter2"}`))
	target := broker.Target{URL: "pulsar://" + l.Addr().String(), TrustFile: own.file(t),
		Login: broker.Login{OAuthIssuer: server.URL + "/realm/", OAuthFile: file, OAuthAudience: "urn:pulsar", OAuthScope: "a b"}}
	link, err := Cluster(t.Context(), target, clock)
	require.NoError(t, err)
	defer link.Broker.Close()
	for range 2 { // one token serves both
		_, err = link.Probe(t.Context())
		require.ErrorContains(t, err, "does not accept the token: no")
		require.Contains(t, <-frames, "access1")
	}
	wireConnects(t, link, frames, "access1", "\x05token")
	require.Equal(t, 1, server.asked)
	for _, want := range []string{"grant_type=client_credentials", "audience=urn%3Apulsar", "scope=a+b", "me"} {
		require.Contains(t, server.form, want)
	}

	server.lives = 1 // which is about to expire
	link, err = Cluster(t.Context(), target, clock)
	require.NoError(t, err)
	defer link.Broker.Close()
	for _, want := range []string{"access2", "access3"} {
		_, _ = link.Probe(t.Context())
		require.Contains(t, <-frames, want)
	}
	wireConnects(t, link, frames, "access4")

	write(t, file, []byte(`{"client_id":"me","client_secret":"wrong8"}`)) // read again
	_, err = link.Probe(t.Context())
	require.ErrorContains(t, err, "gives no token: invalid_client: (hidden) is wrong")
	require.NotContains(t, err.Error(), "wrong8")
}

func TestIssuersThatAreRefused(t *testing.T) {
	own := newAuthority(t)
	server := newIssuing(t, own)
	file := write(t, filepath.Join(t.TempDir(), "client.json"), []byte(`{"client_id":"me","client_secret":"hunter2"}`))
	broken := write(t, filepath.Join(t.TempDir(), "broken.json"), []byte(`{"client_id":"hunter2`))
	for want, login := range map[string]broker.Login{
		"is not the URL of an issuer":                    {OAuthIssuer: "auth.example.com", OAuthFile: file},
		"the client's secret would be sent in the clear": {OAuthIssuer: "http://auth.example.com", OAuthFile: file},
		"must be JSON with client_id":                    {OAuthIssuer: server.URL, OAuthFile: broken},
		"cannot be read: it is larger than 64 KiB":       {OAuthIssuer: server.URL, OAuthFile: "/dev/zero"},
		"OAuth 2.0 needs an oauth_issuer":                {OAuthFile: file},
		"two ways to authenticate":                       {OAuthIssuer: server.URL, User: "me"},
		"a password needs a user":                        {PasswordFile: file},
		"both tls_cert and tls_key":                      {CertFile: file},
		"a client certificate needs TLS":                 {CertFile: file, KeyFile: file},
		"there is no password":                           {User: "me"},
	} {
		_, err := Cluster(t.Context(), broker.Target{URL: "pulsar://127.0.0.1:1", Login: login}, clock)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
	for want, change := range map[string]func(*broker.Target){
		"is no OAuth 2.0 issuer": func(t *broker.Target) { t.OAuthIssuer += "/other" },
		"cannot be reached":      func(t *broker.Target) { t.TrustFile = "" }, // its certificate is signed by nobody known
	} {
		target := broker.Target{URL: "pulsar://127.0.0.1:1", TrustFile: own.file(t), TLSCheck: broker.TLSNone, Login: broker.Login{OAuthIssuer: server.URL, OAuthFile: file}}
		change(&target)
		link, err := Cluster(t.Context(), target, clock)
		require.NoError(t, err)
		_, err = link.Probe(t.Context())
		require.ErrorContains(t, err, want)
		link.Broker.Close()
	}
}

package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
)

// certificate signs one for itself.
func certificate(t *testing.T, host string) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestConnectionsAreSecuredAndCheckedForTheHost(t *testing.T) {
	for host, says := range map[string]string{"127.0.0.1": "", "other.test": `is not trusted here: it is not valid for "127.0.0.1"`} {
		server, roots := certificate(t, host)
		us, ourRoots := certificate(t, "pulsh.test")
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ourRoots})
		require.NoError(t, err)
		s := scriptedBrokerOn(t, l)
		s.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
			p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: "pulsar://nowhere:1", TLSURL: "pulsar+ssl://" + l.Addr().String(),
				Response: protocol.LookupConnect, Error: protocol.NoError})
			return true
		})
		r := rigAt(t, s, func(o *connect.Options) {
			o.URL, o.Auth = "pulsar+ssl://"+l.Addr().String(), connect.Certificate()
			o.TLS = &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{us}, MinVersion: tls.VersionTLS12}
		})
		p, err := r.engine.OpenProducer(r.within(), r.spec(nil))
		if says != "" {
			require.ErrorContains(t, err, says)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 100, p.Send(r.dues(100)))
		r.answered(p)
		require.NoError(t, p.Close(r.within()))
	}
}

func TestNothingRunsOnAfterTheEngine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := newScriptedBroker(t)
	r := &rig{scriptedBroker: s, base: time.Now()}
	e, err := New(connect.Options{URL: s.url(), Clock: func() int64 { return int64(time.Since(r.base)) }})
	require.NoError(t, err)
	r.engine = e
	c := r.consumer(func(s *broker.ConsumerSpec) { s.NackDelay = time.Hour })
	s.closeConnections()
	awaitCommands[*protocol.Subscribe](s, 2)
	require.NoError(t, c.Close(r.within()))
	e.Close()
	s.listener.Close()
	s.running.Wait()
	goleak.VerifyNone(t, before)
	_, err = e.Partitions(r.within(), "t")
	require.Error(t, err, "it is closed")
}

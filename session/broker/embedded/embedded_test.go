package embedded_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/serve"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/wire"
	"pulsh/session/broker/wire/connect"
)

func TestItIsThereAtOnce(t *testing.T) {
	began := time.Now()
	r := newRig(t, embedded.Config{}, "wire")
	started := time.Since(began)
	p := r.producer("t", nil)
	r.send(p, 1)
	require.Eventually(t, func() bool { return p.InFlight() == 0 }, soon, time.Millisecond)
	t.Logf("started in %v, first message acked after %v", started, time.Since(began))
	require.NoError(t, p.Close(r.within()))
}

func TestItSaysWhatItIs(t *testing.T) {
	r := newRig(t, embedded.Config{}, "wire")
	answer, err := probe.Dial(r.within(), r.URL())
	require.NoError(t, err)
	require.Equal(t, broker.EmbeddedVersion, answer.Version)
	require.Equal(t, broker.EmbeddedVersion, memory.Version)
	require.True(t, broker.IsEmbedded(answer.Version))
	version, err := r.admin().Version(r.within())
	require.NoError(t, err)
	require.Equal(t, broker.EmbeddedVersion, version)
}

func TestOtherMachinesAreKeptOut(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "example.com:0"} {
		var remote *serve.RemoteError
		_, err := embedded.Start(embedded.Config{Listen: address})
		require.ErrorAs(t, err, &remote, address)
		_, err = embedded.Start(embedded.Config{AdminListen: address})
		require.ErrorAs(t, err, &remote, address)
	}
	b, err := embedded.Start(embedded.Config{Listen: "0.0.0.0:0", Remote: true})
	require.NoError(t, err)
	b.Close()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, err = embedded.Start(embedded.Config{Listen: taken.Addr().String()})
	require.ErrorContains(t, err, "address already in use")
}

func TestATokenIsAskedFor(t *testing.T) {
	b, err := embedded.Start(embedded.Config{Token: "right"})
	require.NoError(t, err)
	defer b.Close()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	for token, good := range map[string]bool{"right": true, "wrong": false, "": false} {
		e, err := wire.New(connect.Options{URL: b.URL(), Auth: connect.Token(func() (string, error) { return token, nil })})
		require.NoError(t, err)
		_, err = e.Partitions(ctx, "t")
		e.Close()
		a, adminErr := admin.New(b.AdminURL(), admin.Options{Token: func() (string, error) { return token, nil }})
		require.NoError(t, adminErr)
		_, adminErr = a.Version(ctx)
		a.Close()
		if good {
			require.NoError(t, err)
			require.NoError(t, adminErr)
			continue
		}
		require.Equal(t, broker.NotAuthorised, broker.Classify(err), "%v", err)
		require.Equal(t, broker.NotAuthorised, broker.Classify(adminErr), "%v", adminErr)
	}
}

func TestOverTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	b, err := embedded.Start(embedded.Config{TLS: &tls.Config{Certificates: web.TLS.Certificates}})
	require.NoError(t, err)
	defer b.Close()
	e, err := wire.New(connect.Options{URL: b.URL(), TLS: &tls.Config{InsecureSkipVerify: true}})
	require.NoError(t, err)
	defer e.Close()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	_, err = e.Partitions(ctx, "t")
	require.NoError(t, err)
}

func TestWhatIsNotServedIsSaid(t *testing.T) {
	r := newRig(t, embedded.Config{}, "wire")
	for method, path := range map[string]string{"GET": "/admin/v2/worker/cluster", "POST": "/admin/v2/namespaces/public/default/persistence", "PATCH": "/admin/v2/brokers/version"} {
		request, err := http.NewRequestWithContext(t.Context(), method, r.AdminURL()+path, nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		answer.Body.Close()
		require.Contains(t, []int{http.StatusNotImplemented, http.StatusMethodNotAllowed}, answer.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

package start

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProfilesAreServed(t *testing.T) {
	at, stop, err := servePprof("127.0.0.1:0")
	require.NoError(t, err)
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline"} {
		response, err := http.Get("http://" + at + path)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, path)
		require.NotEmpty(t, body)
	}
	_, _, err = servePprof(at)
	require.EqualError(t, err, "--pprof: another program listens on "+at+"\n  try: pulsh --pprof 127.0.0.1:0")
	stop()
	_, err = net.Dial("tcp", at)
	require.Error(t, err, "nobody listens any more")
	_, _, err = servePprof("192.0.2.1:6060")
	require.ErrorContains(t, err, "cannot listen on 192.0.2.1:6060")
}

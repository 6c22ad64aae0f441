package start

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded"
)

// TestLinesOfAnotherClusterAdviseWhatWorksThere runs wrong lines on a session with two
// clusters, and looks at what they say and at a stream.
func TestLinesOfAnotherClusterAdviseWhatWorksThere(t *testing.T) {
	eu, err := embedded.Start(embedded.Config{})
	require.NoError(t, err)
	t.Cleanup(eu.Close)
	for line, want := range map[string]string{
		"cluster add us pulsar+ssl" + eu.URL()[len("pulsar"):]:                                    "try: cluster add us " + eu.URL(),
		"cluster add us pulsar://127.0.0.1:1 wait=100ms":                                          "try: cluster add us pulsar://127.0.0.1:1 wait=60s",
		"consume start c topic=non-persistent://public/default/np cluster=eu; seek c -1m":         "try: tail non-persistent://public/default/np cluster=eu",
		"produce start here topic=x; produce start there topic=x cluster=eu; connect " + eu.URL(): "try: stop here",
	} {
		got := piped(t, pulsh(t, nil, "--embedded", "-e", "cluster add eu "+eu.URL()+" admin="+eu.AdminURL(), "-e", line), "")
		require.NotZero(t, got.code, line)
		require.Contains(t, got.err, want, line)
	}
	dir := t.TempDir()
	got := piped(t, pulsh(t, nil, "--embedded", "-e", "cluster add eu "+eu.URL()+" admin="+eu.AdminURL(), "-e",
		"stream "+dir+"/s.csv; produce start there topic=x rate=100 cluster=eu; wait 2s; stream stop; export "+dir+"/r.hlog; topic stats x cluster=eu; cluster list"), "")
	require.Zero(t, got.code, got.err)
	data, err := os.ReadFile(dir + "/s.csv")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^time,group,kind,.*,cluster$`, string(data))
	require.Regexp(t, `(?m),there,produce,.*,eu$`, string(data))
	log, err := os.ReadFile(dir + "/r.hlog")
	require.NoError(t, err)
	require.Contains(t, string(log), "#[there is on cluster eu]")
}

// TestAnAdminAPIThatIsNoneIsSaidAtOnce connects with the broker's own port as the one of
// the admin API, and with a port where nothing listens.
func TestAnAdminAPIThatIsNoneIsSaidAtOnce(t *testing.T) {
	eu, err := embedded.Start(embedded.Config{})
	require.NoError(t, err)
	t.Cleanup(eu.Close)
	broker := "http" + eu.URL()[len("pulsar"):]
	for line, want := range map[string]string{
		"cluster add eu " + eu.URL() + " admin=" + broker:          "  eu: " + broker + " is the port of the service URL, not of the admin API; backlog, seek and topics need the admin API\n",
		"connect " + eu.URL() + " admin=" + broker:                 "  " + broker + " is the port of the service URL, not of the admin API; backlog, seek and topics need the admin API\n",
		"cluster add eu " + eu.URL() + " admin=http://127.0.0.1:1": "  eu: no admin API answers at http://127.0.0.1:1 (connection refused); backlog, seek and topics need the admin API\n",
		"cluster add eu " + eu.URL() + " admin=" + eu.AdminURL():   "  eu: connected to " + eu.URL() + " · Pulsar 4.0.8-pulsh-embedded\n",
	} {
		got := piped(t, pulsh(t, nil, "--embedded", "-k", "-e", line), "")
		require.Contains(t, got.out, want, line)
		if line[len(line)-len(eu.AdminURL()):] == eu.AdminURL() {
			require.NotContains(t, got.out, "need the admin API", line)
		}
	}
}

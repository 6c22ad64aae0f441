package start

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// No line that pulsh offers sends a token to another machine in the clear.
func TestATokenIsOfferedOverTLSOnly(t *testing.T) {
	for url, want := range map[string]string{
		"pulsar://b.example:6650":     "connect pulsar+ssl://b.example:6651 token_file=token.txt",
		"pulsar+ssl://b.example:6651": "connect pulsar+ssl://b.example:6651 token_file=token.txt",
		"pulsar://localhost:6650":     "connect pulsar://localhost:6650 token_file=token.txt",
		"pulsar://[::1]:6650":         "connect pulsar://[::1]:6650 token_file=token.txt",
	} {
		host := hostOf(url)
		require.Equal(t, want, adviser{target: broker.Target{URL: url, TokenEnv: "T"}, prompt: true}.withToken(host).Line)
	}
	require.Equal(t, "pulsh --url pulsar://b:6651", adviser{target: broker.Target{URL: "pulsar+ssl://b:6651", TokenFile: "t"}}.withoutTLS().Line)
}

func hostOf(url string) string {
	_, host, _ := strings.Cut(url, "://")
	return host
}

package local

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoSecretReachesTheServer(t *testing.T) {
	environment := []string{"PATH=/bin", "PULSH_TOKEN=opaque", "OTHER=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "JAVA_HOME=/java",
		"PULSH_PASSWORD=x", "TOKEN=y", "PROXY=http://me:secret@host:1"}
	require.Equal(t, []string{"PATH=/bin", "JAVA_HOME=/java"}, withoutSecrets(environment))
	require.Len(t, environment, 7)
}

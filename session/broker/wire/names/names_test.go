package names

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestATextIsAllocatedOnce(t *testing.T) {
	var n Names
	key := []byte("key")
	require.Equal(t, "key", n.Name(key))
	require.Zero(t, testing.AllocsPerRun(100, func() { n.Name(key) }))
	for i := range most + 1 {
		n.Name(fmt.Append(nil, i))
	}
	require.Less(t, len(n.known), most)
	require.Equal(t, "key", n.Name(key))
}

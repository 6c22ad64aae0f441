package redelivery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

func TestCausesAreForgottenInOrder(t *testing.T) {
	var r Causes
	for e := range uint32(causesMax/2 + 10) { // each is a message and its entry
		r.Note([]broker.Delivery{{Entry: e}}, metrics.RedeliveredNack)
	}
	require.Len(t, r.causes, causesMax)
	cause := func(entry uint32, index int32) any {
		c, known := r.cause(&broker.Delivery{Entry: entry, Index: index})
		if !known {
			return nil
		}
		return c
	}
	require.Nil(t, cause(9, 0), "forgotten")
	require.Equal(t, metrics.RedeliveredNack, cause(10, 0))
	r.Note([]broker.Delivery{{Entry: 20, Index: 3}}, metrics.RedeliveredDrop)
	require.Equal(t, metrics.RedeliveredNack, cause(20, 0), "each message has its own")
	require.Equal(t, metrics.RedeliveredDrop, cause(20, 3))
	require.Equal(t, metrics.RedeliveredDrop, cause(20, 4), "another comes because of the last that was let go")
	r.forget()
	require.Nil(t, cause(20, 3))
}

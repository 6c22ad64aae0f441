package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/spec"
)

func TestPreferencesThatCannotHoldChangeNothing(t *testing.T) {
	s := &Session{}
	p := spec.DefaultPreferences()
	p.Rate.Fail = 99
	require.Error(t, s.SetPreferences(p))
	require.Equal(t, spec.DefaultPreferences(), s.Preferences())
}

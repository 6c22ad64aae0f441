package spec

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestPreferencesReadWhatTheyWrite(t *testing.T) {
	p := DefaultPreferences()
	readBack(t, PreferenceSettings(), &p)
	p = Preferences{Refresh: time.Second, Rate: Limits{99.5, 0}, P99: Limits{2.5e6, 1e8}, Backlog: Limits{1500, 5e6}, CPU: Limits{80, 150},
		Memory: Limits{64 << 20, 1 << 30}, Dead: time.Minute, Engine: broker.WireEngine, Protected: true, ProtectedRate: 500}
	readBack(t, PreferenceSettings(), &p)
}

func TestPreferencesRefuseWithASentence(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"refresh", "1ms", `"1ms" is too short; at least 20ms`},
		{"p99-warn", "soon", `"soon" is not a duration`},
		{"p99-warn", "0", `"0" is not a limit: more than 0, or off`},
		{"rate-warn", "much", `"much" is not a number such as 500, 5k or 1.5M`},
		{"dead", "2h", `"2h" is too long; at most 1h`},
	} {
		p := DefaultPreferences()
		s, ok := FindSetting(PreferenceSettings(), c.name)
		require.True(t, ok, c.name)
		require.ErrorContains(t, s.Set(&p, c.value), c.want)
		require.Equal(t, DefaultPreferences(), p)
	}
	p := DefaultPreferences()
	p.P99 = Limits{Warn: 100e6, Fail: 20e6}
	require.EqualError(t, p.Check(), "p99-warn=100ms has no effect with p99-fail=20ms")
	p = DefaultPreferences()
	p.Rate.Fail = 99
	require.EqualError(t, p.Check(), "rate-warn=95% has no effect with rate-fail=99%")
}

func TestGrades(t *testing.T) {
	l := Limits{Warn: 20, Fail: 100}
	for v, want := range map[float64]Grade{0: Good, 19.9: Good, 20: Doubtful, 99: Doubtful, 100: Bad, math.Inf(1): Bad} {
		require.Equal(t, want, l.Over(v), v)
	}
	require.Equal(t, Good, l.Over(math.NaN()))
	require.Equal(t, Good, Limits{}.Over(1e300))
	l = Limits{Warn: 95, Fail: 80}
	for v, want := range map[float64]Grade{100: Good, 95: Good, 94.9: Doubtful, 80: Doubtful, 79: Bad, 0: Bad} {
		require.Equal(t, want, l.Under(v), v)
	}
	require.Equal(t, Good, Limits{}.Under(0))
}

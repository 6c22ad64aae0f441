package spec

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBehaviourValuesReadWhatTheyWrite(t *testing.T) {
	for text, want := range map[string]string{
		"batched": "batched", "batched(1000,100ms)": "batched", "batched( 500 , 50ms )": "batched(500,50ms)", "batched(10k,1s)": "batched(10000,1s)",
		"immediate": "immediate", "delayed": "delayed(1s)", "delayed(500ms)": "delayed(500ms)", "manual": "manual", "cumulative": "cumulative",
	} {
		a, err := ParseAck(text)
		require.NoError(t, err, text)
		require.Equal(t, want, a.String())
	}
	for text, want := range map[string]string{
		"none": "none", "0": "none", "5ms": "5ms", "1ms..5ms": "1ms..5ms", "2ms..2ms": "2ms", "lognormal(5ms,0.6)": "lognormal(5ms,0.6)", "lognormal( 1s , 2 )": "lognormal(1s,2)",
	} {
		w, err := ParseWork(text)
		require.NoError(t, err, text)
		require.Equal(t, want, w.String())
	}
	for text, want := range map[string]string{"2%": "2%", "0.5%": "0.5%", "0": "0%", "100%": "100%", "07%": "7%"} {
		s, err := ParseShare(text)
		require.NoError(t, err, text)
		require.Equal(t, want, s.String())
	}
	for text, want := range map[string]string{"off": "off", "10%": "10%/30s", "10%/1m": "10%/1m"} {
		c, err := ParseChurn(text)
		require.NoError(t, err, text)
		require.Equal(t, want, c.String())
	}
}

func TestBehaviourValuesRefuseWithASentence(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"ack", "later", `"later" is not an ack strategy`},
		{"ack", "manual(1)", `"manual(1)" is not an ack strategy`},
		{"ack", "batched(1,10ms)", "messages per ack group must be at least 2"},
		{"ack", "batched(1000)", `"batched(1000)" is not batched(COUNT,DURATION) as in batched(1000,100ms)`},
		{"ack", "batched(10,2m)", `"2m" is too long; at most 1m`},
		{"ack", "delayed(5)", `"5" is not a duration`},
		{"ack", "delayed(5ms", `"delayed(5ms" has no )`},
		{"nack", "2", `"2" is not a share such as 2% or 0.5%`},
		{"nack", "101%", `"101%" is more than 100%`},
		{"nack", "-1%", `"-1%" is not a share such as 2% or 0.5%`},
		{"nack", "1e1%", `"1e1%" is not a share such as 2% or 0.5%`},
		{"work", "5", `"5" is not a duration`},
		{"work", "5ms..1ms", `"5ms..1ms" runs from 5ms down to 1ms`},
		{"work", "lognormal(5ms)", `"lognormal(5ms)" is not lognormal(MEDIAN,SIGMA) as in lognormal(5ms,0.6)`},
		{"work", "lognormal(5ms,9)", `the sigma "9" of a lognormal time is not between 0.01 and 4`},
		{"work", "lognormal(5ms,x)", `"x" is not a number for the sigma of a lognormal time`},
		{"churn", "0%", `"0%" changes nothing; off ends it`},
		{"churn", "10%/1ms", `"1ms" is too short; at least 1s`},
		{"response", "yes", `"yes" is neither on nor off`},
		{"maxredeliver", "10k", "maxredeliver must be at most 1000"},
		{"nackdelay", "1ms", `"1ms" is too short; at least 100ms`},
	} {
		spec := DefaultConsumer("sub1")
		s, ok := FindSetting(ConsumerSettings(), c.name)
		require.True(t, ok, c.name)
		require.EqualError(t, s.Set(&spec, c.value), c.want)
		require.Equal(t, DefaultConsumer("sub1"), spec, "a refused %s changes nothing", c.name)
	}
}

func TestWhatDoesNotGoTogetherIsRefused(t *testing.T) {
	for want, settings := range map[string]map[string]string{
		"nack=60% and drop=50% exceed 100% together":                                                             {"nack": "60%", "drop": "50%"},
		"ack=cumulative needs type=exclusive or type=failover, not shared":                                       {"ack": "cumulative"},
		"ack=cumulative acknowledges all earlier messages, so it excludes nack=1% and drop=0%":                   {"ack": "cumulative", "type": "exclusive", "nack": "1%"},
		"maxredeliver=3 needs type=shared or type=key_shared (others have no redelivery count) or a retry topic": {"maxredeliver": "3", "type": "failover"},
		"dlq=dead needs maxredeliver, as in maxredeliver=3":                                                      {"dlq": "dead"},
		"retry=sub1 is a topic that the group itself receives":                                                   {"retry": "sub1"},
		"retry=x and dlq=x are the same topic":                                                                   {"retry": "x", "dlq": "x", "maxredeliver": "1"},
	} {
		spec := DefaultConsumer("sub1")
		for name, value := range settings {
			s, _ := FindSetting(ConsumerSettings(), name)
			require.NoError(t, s.Set(&spec, value))
		}
		require.EqualError(t, spec.Check("sub1"), want)
	}
	require.NoError(t, DefaultConsumer("sub1").Check("sub1"))
}

func TestOnlyWhatTheClientTakesAtCreationNeedsNewConsumers(t *testing.T) {
	for _, c := range []struct {
		name, value string
		same        bool
	}{
		{"ack", "delayed(1s)", true}, {"ack", "manual", true}, {"ack", "cumulative", true}, {"ack", "immediate", false}, {"ack", "batched(10,1s)", false},
		{"response", "on", false}, {"batchindex", "on", false}, {"nackdelay", "2m", false}, {"retry", "again", false}, {"queue", "5", false},
		{"nack", "5%", true}, {"drop", "5%", true}, {"work", "1s", true}, {"rate", "5k", true}, {"maxredeliver", "3", true}, {"dlq", "dead", true},
		{"retrydelay", "1m", true}, {"churn", "50%", true}, {"workers", "7", true},
	} {
		spec := DefaultConsumer("sub1")
		s, _ := FindSetting(ConsumerSettings(), c.name)
		require.NoError(t, s.Set(&spec, c.value))
		require.Equal(t, c.same, spec.SameConsumers(DefaultConsumer("sub1")), "%s=%s", c.name, c.value)
	}
}

func FuzzBehaviourValues(f *testing.F) {
	for _, seed := range []string{"batched", "batched(2,1ms)", "delayed(1h)", "cumulative", "2%", "0.000001%", "1ms..5ms", "lognormal(5ms,0.6)", "10%/30s", "off", "none", "((,)%/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		roundTrip(t, ParseAck, text)
		roundTrip(t, ParseWork, text)
		roundTrip(t, ParseShare, text)
		roundTrip(t, ParseChurn, text)
	})
}

// roundTrip asserts that what can be read is written so that it reads the same.
func roundTrip[T interface {
	comparable
	String() string
}](t *testing.T, parse func(string) (T, error), text string) {
	v, err := parse(text)
	if err != nil {
		require.NotContains(t, err.Error(), "\n")
		return
	}
	again, err := parse(v.String())
	require.NoError(t, err, "%q is written %q", text, v)
	require.Equal(t, v, again)
}

func TestWorkIsDrawnAroundItsMedian(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	w, err := ParseWork("lognormal(5ms,0.6)")
	require.NoError(t, err)
	below, sum := 0, time.Duration(0)
	const n = 20_000
	for range n {
		d := w.Sample(r)
		sum += d
		if d < 5*time.Millisecond {
			below++
		}
	}
	require.InDelta(t, n/2, below, 300)
	require.InDelta(t, 5.99e6, float64(sum/n), 1e5, "the mean is the median times exp(sigma²/2)")
}

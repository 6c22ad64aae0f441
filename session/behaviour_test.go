package session

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
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
		{"ack", "batched(1,10ms)", "1 acknowledgements a group are less than 2"},
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
		{"maxredeliver", "10k", "10k redeliveries are more than 1000"},
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
		"nack=60% and drop=50% are more than all messages":                                                                    {"nack": "60%", "drop": "50%"},
		"ack=cumulative needs type=exclusive or type=failover: consumers of a shared subscription get what others got before": {"ack": "cumulative"},
		"ack=cumulative acknowledges everything before a message, so there is no nack=1% and no drop=0% with it":              {"ack": "cumulative", "type": "exclusive", "nack": "1%"},
		"maxredeliver=3 needs type=shared or type=key_shared, where the broker counts, or a retry topic":                      {"maxredeliver": "3", "type": "failover"},
		"dlq=dead needs maxredeliver=3 or another number":                                                                     {"dlq": "dead"},
		"retry=sub1 is the topic that the group receives":                                                                     {"retry": "sub1"},
		"retry=x and dlq=x are one topic":                                                                                     {"retry": "x", "dlq": "x", "maxredeliver": "1"},
	} {
		spec := DefaultConsumer("sub1")
		for name, value := range settings {
			s, _ := FindSetting(ConsumerSettings(), name)
			require.NoError(t, s.Set(&spec, value))
		}
		require.EqualError(t, spec.check("sub1"), want)
	}
	require.NoError(t, DefaultConsumer("sub1").check("sub1"))
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
		require.Equal(t, c.same, spec.sameConsumers(DefaultConsumer("sub1")), "%s=%s", c.name, c.value)
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

func TestTheMessagesOfAnEntryHaveOneFate(t *testing.T) {
	w := &ways{Behaviour: Behaviour{Nack: 30, Drop: 20}}
	c := newChooser()
	const entries, each = 4000, 50
	counts := map[fate]int{}
	var fates [each]fate
	for e := range entries {
		run := make([]broker.Delivery, each)
		for i := range run {
			run[i] = broker.Delivery{Entry: uint32(e % 7), Index: int32(i)} // it comes again and again
		}
		c.choose(w, run[:20], fates[:20])
		c.choose(w, run[20:], fates[20:])
		for _, f := range fates[1:] {
			require.Equal(t, fates[0], f)
		}
		counts[fates[0]]++
	}
	require.InDelta(t, 0.3*entries, counts[nacked], 150)
	require.InDelta(t, 0.2*entries, counts[dropped], 150)
}

func TestWhatCameTooOftenIsADeadLetter(t *testing.T) {
	all := &ways{Behaviour: Behaviour{Nack: 100, MaxRedeliver: 2}, dead: vacantForwarder{}}
	var fates [4]fate
	run := []broker.Delivery{{Entry: 1}, {Entry: 2, Redelivery: 1}, {Entry: 3, Redelivery: 2}, {Entry: 4, Redelivery: 3}}
	newChooser().choose(all, run, fates[:])
	require.Equal(t, [4]fate{nacked, nacked, deadLettered, deadLettered}, fates)
	none := &ways{Behaviour: Behaviour{MaxRedeliver: 2}, dead: vacantForwarder{}}
	newChooser().choose(none, run, fates[:])
	require.Equal(t, [4]fate{acked, acked, acked, deadLettered}, fates, "what is processed well is not given up for its past")
	through := &ways{Behaviour: Behaviour{Nack: 100, MaxRedeliver: 2}, dead: vacantForwarder{}, retry: vacantForwarder{}}
	run = []broker.Delivery{{Entry: 1}, {Entry: 2, Retries: 1}, {Entry: 3, Retries: 2}}
	newChooser().choose(through, run, fates[:3])
	require.Equal(t, [4]fate{retried, retried, deadLettered, deadLettered}, fates)
}

type vacantForwarder struct{ broker.Forwarder }

func TestCausesAreForgottenInOrder(t *testing.T) {
	var r returns
	for e := range uint32(returnsMax/2 + 10) { // each is a message and its entry
		r.note([]broker.Delivery{{Entry: e}}, metrics.AgainNack)
	}
	require.Len(t, r.causes, returnsMax)
	cause := func(entry uint32, index int32) any {
		c, known := r.cause(&broker.Delivery{Entry: entry, Index: index})
		if !known {
			return nil
		}
		return c
	}
	require.Nil(t, cause(9, 0), "forgotten")
	require.Equal(t, metrics.AgainNack, cause(10, 0))
	r.note([]broker.Delivery{{Entry: 20, Index: 3}}, metrics.AgainDrop)
	require.Equal(t, metrics.AgainNack, cause(20, 0), "each message has its own")
	require.Equal(t, metrics.AgainDrop, cause(20, 3))
	require.Equal(t, metrics.AgainDrop, cause(20, 4), "another comes because of the last that was let go")
	r.forget()
	require.Nil(t, cause(20, 3))
}

func TestARunIsAcknowledgedWhenAllBeforeItAreProcessed(t *testing.T) {
	l := newLine()
	runs := []*taking{l.join(make([]broker.Delivery, 3)), l.join(make([]broker.Delivery, 4)), l.join(make([]broker.Delivery, 5))}
	require.Empty(t, l.leave(runs[1]))
	require.Equal(t, 4, l.unfinished())
	require.Equal(t, runs[:2], l.leave(runs[0]))
	require.Equal(t, runs[2:], l.leave(runs[2]))
	require.Zero(t, l.unfinished())
}

func TestAShelfIsTakenFromItsOldEnd(t *testing.T) {
	h := newShelf()
	for i := range int64(1000) {
		h.items = append(h.items, kept{i, i})
	}
	run, next := h.take(256, 99)
	require.Len(t, run, 100)
	require.EqualValues(t, 100, next)
	run, _ = h.take(256, 5000)
	require.Equal(t, kept{int64(100), 100}, run[0])
	require.Len(t, run, 256)
	require.Equal(t, 644, h.count())
	require.Equal(t, []int64{356, 357}, h.first(2))
	require.LessOrEqual(t, len(h.items), 1000)
}

package spec

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// numbers are the kinds of values that are numbers, with a value a little below the one
// and a little above the other, "" if there is none to type.
var numbers = map[string]func(r Range) (below, above string){
	"COUNT": whole, "PRODUCERS": whole, "SPREAD": whole, "KEYS": whole, "AMOUNT": whole,
	"DURATION": span, "DELAY": span, "WORK": span,
	"BYTES": bytes, "SIZE": bytes,
	"SHARE": func(Range) (string, string) { return "", "100.1%" },
	"RATIO": func(Range) (string, string) { return "0.009", "1.001" },
	"SHAPE": func(Range) (string, string) { return "0.0000009", "100000001" },
	"RATE":  func(Range) (string, string) { return "0.0000009", "100000001" },
}

func whole(r Range) (below, above string) {
	least, _ := parseWhole(r.Least, 1<<60)
	most, _ := parseWhole(r.Most, 1<<60)
	if least > 0 {
		below = FormatAmount(least - 1)
	}
	return below, FormatAmount(most + 1)
}

func span(r Range) (below, above string) {
	least, _ := pacing.ParseDuration(r.Least)
	most, _ := pacing.ParseDuration(r.Most)
	if least > time.Microsecond {
		below = pacing.FormatDuration(least - time.Microsecond)
	} else {
		below = "999ns"
	}
	return below, pacing.FormatDuration(most + time.Second)
}

func bytes(r Range) (below, above string) {
	least, _ := payload.ParseBytes(r.Least)
	most, _ := payload.ParseBytes(r.Most)
	return payload.FormatBytes(least - 1), payload.FormatBytes(most + 1)
}

func TestRangesAreExact(t *testing.T) {
	exact(t, producerSettings, DefaultProducer("p"))
	exact(t, consumerSettings, DefaultConsumer("c"))
	exact(t, preferenceSettings, DefaultPreferences())
}

func TestRangesWithinValuesAreExact(t *testing.T) {
	require.Equal(t, "more than 0%, up to 100%; every 1s to 1d", RangeOf("churn"))
	require.Equal(t, "idle of 1s to 1d", RangeOf("until"))
	require.Equal(t, "batches of 2 to 100000 messages and 1ms to 1m, delays of 1ms to 1h", RangeOf("ack"))
	require.Equal(t, "chunks of 1KiB to 64MiB", RangeOf("chunking"))
	require.Equal(t, "partitions 0 to 9999", RangeOf("routing"))
	c := DefaultConsumer("c")
	for text, right := range map[string]bool{
		"churn=100%/1s": true, "churn=1%/1d": true, "churn=0%/1s": false, "churn=1%/999ms": false, "churn=1%/86401s": false, "churn=101%/1s": false,
		"until=idle(1s)": true, "until=idle(1d)": true, "until=idle(999ms)": false, "until=idle(86401s)": false,
		"ack=batched(2,1ms)": true, "ack=batched(100000,1m)": true, "ack=batched(1,1ms)": false, "ack=batched(100001,1ms)": false,
		"ack=batched(2,61s)": false, "ack=delayed(1ms)": true, "ack=delayed(1h)": true, "ack=delayed(3601s)": false,
	} {
		name, value, _ := strings.Cut(text, "=")
		s, ok := FindSetting(consumerSettings, name)
		require.True(t, ok)
		require.Equal(t, right, s.Set(&c, value) == nil, text)
	}
	p := DefaultProducer("p")
	for text, right := range map[string]bool{
		"chunking=1KiB": true, "chunking=64MiB": true, "chunking=1023B": false, "chunking=67108865B": false, "chunking=on": true, "chunking=off": true,
		"routing=partition=0": true, "routing=partition=9999": true, "routing=partition=10000": false,
	} {
		name, value, _ := strings.Cut(text, "=")
		s, ok := FindSetting(producerSettings, name)
		require.True(t, ok)
		require.Equal(t, right, s.Set(&p, value) == nil, text)
	}
}

func exact[S any](t *testing.T, settings []Setting[S], standard S) {
	for _, s := range settings {
		outside, numeric := numbers[s.Kind]
		switch r, ok := ranges[s.Name]; {
		case ok:
			require.True(t, numeric, "%s is a %s", s.Name, s.Kind)
			below, above := outside(r)
			for _, text := range []string{r.Least, r.Most} {
				require.NoError(t, s.Set(&standard, text), "%s=%s", s.Name, text)
			}
			for _, text := range []string{below, above} {
				if text != "" {
					require.Error(t, s.Set(&standard, text), "%s=%s", s.Name, text)
				}
			}
		case numeric || s.Kind == "PERCENT":
			require.Equal(t, limitRange, RangeOf(s.Name), s.Name)
			require.True(t, slices.Contains(s.Words, off) && strings.Contains(s.Name, "-"), s.Name)
			require.Error(t, s.Set(&standard, "0"), s.Name)
		default:
			require.Equal(t, innerRanges[s.Name], RangeOf(s.Name), s.Name)
		}
	}
}

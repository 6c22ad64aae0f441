package pacing

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		text, shown string
		want        Rate
	}{
		{"50000", "50k", 50000},
		{"50k", "50k", 50000},
		{"50K/s", "50k", 50000},
		{"1.5M", "1.5M", 1.5e6},
		{"1.1k", "1.1k", 1100},
		{"100k", "100k", 100e3},
		{"1234", "1234", 1234},
		{"1500", "1.5k", 1500},
		{"999", "999", 999},
		{"0.5", "0.5", 0.5},
		{"30/m", "0.5", 0.5},
		{"300/m", "5", 5},
		{"60/h", "1/m", 1.0 / 60},
		{"10/h", "10/h", 10.0 / 3600},
		{"2000/m", "2k/m", 2000.0 / 60},
		{"100M", "100M", Limit},
		{"0.000001", "0.000001", Least},
		{"max", "max", Max()},
	} {
		got, err := ParseRate(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got, c.text)
		require.Equal(t, c.shown, got.String())
	}
	require.Equal(t, "0", Rate(0).String())
	require.Equal(t, "NaN", Rate(math.NaN()).String())
}

func TestParseRateRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"50kk":                  `"50kk" is not a rate`,
		"":                      `"" is not a rate`,
		"NaN":                   `"NaN" is not a rate`,
		"inf":                   `"inf" is not a rate`,
		"1e3":                   `"1e3" is not a rate`,
		"0x10":                  `"0x10" is not a rate`,
		"5/d":                   `"5/d" is not a rate`,
		"5m":                    `"5m" is not a rate`,
		".5":                    `".5" is not a rate`,
		"5.":                    `"5." is not a rate`,
		"max/s":                 `"max/s" is not a rate`,
		"--5":                   `"--5" is not a rate`,
		strings.Repeat("1", 99): `"` + strings.Repeat("1", 99) + `" is not a rate`,
		"0":                     "a rate must be more than 0",
		"-5":                    "a rate must be more than 0",
		"0.0k/m":                "a rate must be more than 0",
		"101M":                  `"101M" is more than 100M per second, the highest rate (max has no limit)`,
		"0.001/h":               `"0.001/h" is less than 0.000001 per second, the lowest rate`,
	} {
		_, err := ParseRate(text)
		require.EqualError(t, err, want)
	}
}

func TestRateRoundTripsForAnyValue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		want := Rate(math.Exp(random.Float64()*math.Log(float64(Limit/Least)))) * Least
		if random.IntN(2) == 0 {
			want = Rate(tidy(float64(want)))
		}
		got, err := ParseRate(want.String())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func FuzzParseRate(f *testing.F) {
	for _, text := range []string{"50k", "1.5M/s", "300/m", "10/h", "max", "0", "-1", "50kk", "1e9", "0.1k", "99999999.5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := ParseRate(text)
		if err != nil {
			require.Zero(t, rate)
			return
		}
		require.Greater(t, rate, Rate(0))
		again, err := ParseRate(rate.String())
		require.NoError(t, err)
		require.Equal(t, rate, again)
	})
}

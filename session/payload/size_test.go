package payload

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "512": 512, "512B": 512, "1KiB": 1024, "1kib": 1024, "1.5KB": 1500, "1.5KiB": 1536,
		"4 MiB": 4 << 20, "2MB": 2_000_000, "1.3KiB": 1331, "1GiB": 1 << 30, "8388607TiB": 8388607 << 40,
		"9223372036854775807": math.MaxInt64,
	} {
		got, err := ParseBytes(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseBytesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `"" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"big":                  `"big" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"-1":                   `"-1" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"1.2.3":                `"1.2.3" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"1.KB":                 `"1.KB" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"1e3":                  `"1e3" is not a number of bytes such as 512, 1KiB or 1.5MB`,
		"4k":                   `"4k" could be 4KiB or 4KB, which differ`,
		"9223372036854775808":  `"9223372036854775808" is too large`,
		"99999999999999999999": `"99999999999999999999" is too large`,
		"8388608TiB":           `"8388608TiB" is too large`,
		"9999999999.5TB":       `"9999999999.5TB" is too large`,
	} {
		_, err := ParseBytes(text)
		require.EqualError(t, err, want, text)
	}
}

func TestFormatBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 100: "100", 1000: "1KB", 1024: "1KiB", 1234: "1234", 1500: "1.5KB", 1536: "1.5KiB",
		1 << 20: "1MiB", 5 << 20: "5MiB", 1_500_000: "1.5MB", 3 << 40: "3TiB", math.MaxInt64: "9223372036854775807",
	} {
		require.Equal(t, want, FormatBytes(n))
	}
}

func TestParseSize(t *testing.T) {
	cases := []struct {
		text, again string
		low, high   int
		mean        float64
	}{
		{"512", "512", 512, 512, 512},
		{" 1KiB ", "1KiB", 1024, 1024, 1024},
		{"1.5KB", "1.5KB", 1500, 1500, 1500},
		{"32", "32", 32, 32, 32},
		{"64MiB", "64MiB", 64 << 20, 64 << 20, 64 << 20},
		{"256..4KiB", "256..4KiB", 256, 4096, 2176},
		{"256 .. 4KiB", "256..4KiB", 256, 4096, 2176},
		{"1KiB..1024", "1KiB", 1024, 1024, 1024},
		{"lognormal(1KiB,0.5)", "lognormal(1KiB,0.5)", 139, 7566, 1160.1},
		{"lognormal( 1024 , .50 )", "lognormal(1KiB,0.5)", 139, 7566, 1160.1},
		{"lognormal(64,1)", "lognormal(64,1)", 32, 3494, 108.6},
	}
	for _, c := range cases {
		s, err := ParseSize(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.again, s.String(), c.text)
		require.Equal(t, c.low, s.Min(), c.text)
		require.Equal(t, c.high, s.Max(), c.text)
		require.InEpsilon(t, c.mean, s.Mean(), 0.005, c.text)
	}
}

func TestParseSizeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `"" is not a size such as 512, 1KiB, 256..4KiB or lognormal(1KiB,0.5)`,
		"16":                   `16 B is less than the 32 B stamp of every message`,
		"1GiB":                 `1 GiB is more than the 64 MiB limit of a message`,
		"99999999999999999999": `"99999999999999999999" is too large`,
		"4KiB..256":            `"4KiB..256" runs from 4 KiB down to 256 B`,
		"256..":                `"" is not a size such as 512, 1KiB, 256..4KiB or lognormal(1KiB,0.5)`,
		"8..4KiB":              `8 B is less than the 32 B stamp of every message`,
		"lognormal(1KiB)":      `"lognormal(1KiB)" is not lognormal(MEDIAN,SIGMA) as in lognormal(1KiB,0.5)`,
		"lognormal(1KiB,x)":    `"x" is not a number for the sigma of a lognormal size`,
		"lognormal(1KiB,9)":    `the sigma "9" of a lognormal size is not between 0.01 and 4`,
		"lognormal(1KiB,NaN)":  `the sigma "NaN" of a lognormal size is not between 0.01 and 4`,
		"lognormal(4,0.5)":     `4 B is less than the 32 B stamp of every message`,
		"heavy":                `"heavy" is not a number of bytes such as 512, 1KiB or 1.5MB`,
	} {
		_, err := ParseSize(text)
		require.EqualError(t, err, want, text)
	}
}

func TestFixedSize(t *testing.T) {
	s, err := FixedSize(2048)
	require.NoError(t, err)
	require.True(t, s.IsFixed())
	require.False(t, s.IsZero())
	require.Equal(t, "2KiB", s.String())
	_, err = FixedSize(31)
	require.Error(t, err)
	require.True(t, Size{}.IsZero())
}

func TestSamplesFollowTheSize(t *testing.T) {
	const draws = 200_000
	for _, text := range []string{"1KiB", "32..33", "256..4KiB", "lognormal(1KiB,0.5)", "lognormal(64,1)", "lognormal(1MiB,2)"} {
		s, err := ParseSize(text)
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(1, 2))
		sum, squares := 0.0, 0.0
		for range draws {
			n := s.Quantile(r.Float64())
			require.True(t, n >= s.Min() && n <= s.Max(), "%s drew %d", text, n)
			sum += float64(n)
			squares += float64(n) * float64(n)
		}
		mean := sum / draws
		deviation := math.Sqrt(max(0, squares/draws-mean*mean) / draws)
		require.InDelta(t, s.Mean(), mean, 5*deviation+1e-9, text)
	}
}

func FuzzParseBytes(f *testing.F) {
	for _, text := range []string{"512", "1KiB", "1.5KB", "9223372036854775807", "0.1TiB", "4k"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseBytes(text)
		if err != nil {
			return
		}
		again, err := ParseBytes(FormatBytes(n))
		require.NoError(t, err)
		require.Equal(t, n, again)
	})
}

func FuzzParseSize(f *testing.F) {
	for _, text := range []string{"512", "1.5KB", "256..4KiB", "lognormal(1KiB,0.5)", "lognormal(1KiB,1e0)", "64MiB", "..", "lognormal(,)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSize(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.True(t, StampSize <= s.Min() && s.Min() <= s.Max() && s.Max() <= MaxSize)
		require.True(t, float64(s.Min()) <= s.Mean() && s.Mean() <= float64(s.Max()))
		for _, p := range []float64{0, 0.5, 1} {
			require.True(t, s.Min() <= s.Quantile(p) && s.Quantile(p) <= s.Max())
		}
		var again Size
		require.NoError(t, again.UnmarshalText([]byte(s.String())))
		require.Equal(t, s, again)
	})
}

// The advice keeps the distribution as far as it can, and is taken.
func TestWithin(t *testing.T) {
	const most = 5<<20 - 1<<10
	for text, want := range map[string]string{
		"1KiB":               "1KiB",
		"6MiB":               "5119KiB",
		"64KiB..6MiB":        "64KiB..5119KiB",
		"6MiB..7MiB":         "5119KiB",
		"lognormal(1KiB,.5)": "lognormal(1KiB,0.5)",
		"lognormal(64KiB,2)": "lognormal(64KiB,1.09)",
		"lognormal(4MiB,1)":  "lognormal(4MiB,0.05)",
		"lognormal(6MiB,1)":  "lognormal(96007,1)",
		"lognormal(6MiB,4)":  "lognormal(1KiB,2.13)",
	} {
		size, err := ParseSize(text)
		require.NoError(t, err)
		got := size.Within(most)
		require.LessOrEqual(t, got.Max(), most, text)
		require.Equal(t, want, got.String(), text)
		again, err := ParseSize(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	tiny, err := ParseSize("lognormal(64KiB,2)")
	require.NoError(t, err)
	for most := range 3000 {
		require.LessOrEqual(t, tiny.Within(most).Max(), max(most, StampSize))
	}
}

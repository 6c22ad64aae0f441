package pacing

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChange(t *testing.T) {
	for _, c := range []struct {
		text    string
		current Rate
		want    string // shape, or the sentence that refuses it
	}{
		{"+10%", 50e3, "55k"},
		{"-10%", 50e3, "45k"},
		{"+5k", 50e3, "55k"},
		{"-5k", 50e3, "45k"},
		{"+60/m", 1, "2"},
		{"x2", 50e3, "100k"},
		{"x0.5", 50e3, "25k"},
		{"x0.7", 3, "2.1"},
		{"+5k", 0, "5k"},
		{"20k", 50e3, "20k"},
		{"max", 50e3, "max"},
		{"max", Max(), "max"},
		{"ramp(1k..50k,2m)", Max(), "ramp(1k..50k,2m)"},
		{"hold(20k,30s)+ramp(50k,2m)", 5, "hold(20k,30s)+ramp(50k,2m)"},
		{"-100%", 50e3, "50k - 100% is not above 0; the rate must stay above 0"},
		{"-5k", 3000, "3k - 5k is not above 0; the rate must stay above 0"},
		{"-5k", 5000, "5k - 5k is not above 0; the rate must stay above 0"},
		{"+10%", 0, "0 + 10% is not above 0; the rate must stay above 0"},
		{"x2", 80e6, "80M x2 is more than 100M per second, the highest rate (max has no limit)"},
		{"x0.1", Least, "0.000001 x0.1 is less than 0.000001 per second, the lowest rate"},
		{"+10%", Max(), "+10% starts from the current rate, which is max"},
		{"ramp(50k,2m)", Max(), "ramp(50k,2m) starts from the current rate, which is max"},
	} {
		change, err := ParseChange(c.text)
		require.NoError(t, err, c.text)
		shape, err := change.Apply(c.current)
		if err != nil {
			require.EqualError(t, err, c.want)
			continue
		}
		require.Equal(t, c.want, shape.String())
	}
}

func TestParseChangeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                   `"" is not a rate`,
		"+":                  `"" is not a rate`,
		"+5kk":               `"5kk" is not a rate`,
		"+0":                 "a rate must be more than 0",
		"+-5":                `"+-5" is not a change of rate`,
		"+max":               `"+max" is not a change of rate`,
		"-ramp(1,2s)":        `"-ramp(1,2s)" is not a change of rate`,
		"+5k+5k":             `"+5k+5k" is not a change of rate`,
		"+ten%":              `"+ten%" is not a change of rate`,
		"-0%":                `the number in "-0%" must be more than 0`,
		"x0":                 `the number in "x0" must be more than 0`,
		"x":                  `"x" is not a change of rate`,
		"x-2":                `"x-2" is not a change of rate`,
		"x99999999999999999": `the number in "x99999999999999999" is too large`,
		"50kk":               `"50kk" is not a rate`,
	} {
		_, err := ParseChange(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzParseChange(f *testing.F) {
	for _, text := range []string{"+10%", "-5k", "x2", "x0.5", "50k", "ramp(50k,2m)", "+5k+5k", "+", "-1%%", "+max"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		change, err := ParseChange(text)
		if err != nil {
			return
		}
		again, err := ParseChange(change.String())
		require.NoError(t, err)
		require.Equal(t, change, again)
		if shape, err := change.Apply(50e3); err == nil {
			_, err = ParseShape(shape.String())
			require.NoError(t, err)
		}
	})
}

package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{4, 1}, spread{2.5, 1, 4}},
		{[]float64{9, 1, 5}, spread{5, 1, 9}},
		{[]float64{8, 2, 4, 1}, spread{3, 1, 8}},
	} {
		before := slices.Clone(c.values)
		require.Equal(t, c.want, spreadOf(c.values), "%v", c.values)
		require.Equal(t, before, c.values, "the values stay in their order")
	}
}

func TestRatiosAreTakenRoundByRound(t *testing.T) {
	own := results{1: {rate: 90, cost: 2}, 2: {rate: 45, cost: 4}, 3: {rate: 7, cost: 7}}
	bare := results{1: {rate: 100, cost: 1}, 2: {rate: 50, cost: 2}}
	require.Equal(t, spread{0.9, 0.9, 0.9}, spreadOf(own.over(bare, rateOf)))
	require.Equal(t, spread{2, 2, 2}, spreadOf(own.over(bare, costOf)))
	require.Empty(t, own.over(nil, rateOf))
}

func TestMarkdown(t *testing.T) {
	bare := results{1: {850e3, 1.6}, 2: {900e3, 1.7}, 3: {950e3, 1.5}}
	pulsh := results{1: {850e3, 1.68}, 2: {855e3, 1.7}, 3: {969e3, 1.65}}
	require.Equal(t, []string{
		"| contender | msg/s            | CPU s per million | msg/s ÷ bare     | CPU ÷ bare       |",
		"| --------- | ---------------- | ----------------- | ---------------- | ---------------- |",
		"| bare ×4   | 900k (850k–950k) | 1.60 (1.50–1.70)  | 1.00 (1.00–1.00) | 1.00 (1.00–1.00) |",
		"| pulsh ×4  | 855k (850k–969k) | 1.68 (1.65–1.70)  | 1.00 (0.95–1.02) | 1.05 (1.00–1.10) |",
		"| goperf ×1 | 502k             | 3.10              | –                | –                |",
		"| lost ×1   | –                | –                 | –                | –                |",
	}, markdown([]row{
		{"bare ×4", bare, bare},
		{"pulsh ×4", pulsh, bare},
		{"goperf ×1", results{1: {502e3, 3.1}}, nil},
		{"lost ×1", results{}, bare},
	}))
}

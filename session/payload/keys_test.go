package payload

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseKeys(t *testing.T) {
	for text, want := range map[string]string{
		"none": "none", "keys=none": "none", "10000": "10000", "10k": "10000", "keys=10k": "10000", "1M": "1000000", "1.5k": "1500",
		"10k,zipf=1.1": "10000,zipf=1.1", "keys=10k zipf=1.1": "10000,zipf=1.1", "zipf=0.99": "10000,zipf=0.99",
		"hot=20%/3": "10000,hot=20%/3", "100, hot=12.5%/1": "100,hot=12.5%/1", "1": "1", "hot=100%/3": "10000,hot=100%/3",
	} {
		k, err := ParseKeys(text)
		require.NoError(t, err, text)
		require.Equal(t, want, k.String(), text)
	}
	require.Equal(t, "none", Keys{}.String())
}

func TestParseKeysRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                  `"" is not a number of keys such as 10000 or 10k`,
		"many":              `"many" is not a number of keys such as 10000 or 10k`,
		"0":                 `"0" is not a number of keys such as 10000 or 10k`,
		"1.5":               `"1.5" is not a number of keys such as 10000 or 10k`,
		"2M":                `"2M" is more than the 1,000,000 keys that there may be`,
		"zipf=0":            `"0" is not an exponent for zipf, above 0 and up to 10`,
		"zipf=11":           `"11" is not an exponent for zipf, above 0 and up to 10`,
		"hot=20/3":          `"20/3" is not a share of messages and a number of hot keys such as 20%/3`,
		"hot=120%/3":        `"120%/3" is not a share of messages and a number of hot keys such as 20%/3`,
		"hot=20%/0":         `"20%/0" is not a share of messages and a number of hot keys such as 20%/3`,
		"3,hot=20%/3":       `"3,hot=20%/3" has 3 hot keys of 3 keys, which leaves no key for the other messages`,
		"zipf=1,hot=20%/3":  `"zipf=1,hot=20%/3" gives both zipf and hot, which exclude each other`,
		"10,20":             `"20" gives keys twice`,
		"10,cold=3":         `"cold=3" is not an option of keys (keys, zipf, hot)`,
		"zipf=1.1 zipf=1.2": `"zipf=1.2" gives zipf twice`,
	} {
		_, err := ParseKeys(text)
		require.EqualError(t, err, want, text)
	}
}

func TestChoosersFollowTheKeys(t *testing.T) {
	const draws = 300_000
	for _, text := range []string{"1", "7", "1000", "100,zipf=1.1", "1000,zipf=0.5", "50,zipf=3", "100,hot=20%/3", "100,hot=100%/3"} {
		k, err := ParseKeys(text)
		require.NoError(t, err)
		table := NewKeyTable(k)
		chooser := table.Chooser(rand.NewPCG(3, 4))
		counts := map[string]int{}
		for range draws {
			counts[chooser.Next()]++
		}
		total := 0.0
		for rank := range k.Count() {
			share := shareOf(k, rank)
			total += share
			slack := 6*math.Sqrt(share*(1-share)/draws) + 1e-6
			require.InDelta(t, share, float64(counts[keyOf(table, rank)])/draws, slack, "%s rank %d", text, rank)
			delete(counts, keyOf(table, rank))
		}
		require.InDelta(t, 1, total, 1e-9)
		require.Empty(t, counts)
	}
}

// shareOf returns the share of all messages, from 0 to 1, that have the key of
// a rank.
func shareOf(k Keys, rank int) float64 {
	total := 0.0
	for r := range k.count {
		total += k.weight(r)
	}
	return k.weight(rank) / total
}

// keyOf returns the key of a rank, from 0.
func keyOf(t *KeyTable, rank int) string { return t.text[rank*t.width : (rank+1)*t.width] }

func TestHotShare(t *testing.T) {
	k, err := ParseKeys("1000,hot=20%/4")
	require.NoError(t, err)
	require.InDelta(t, 0.05, shareOf(k, 0), 1e-12)
	require.InDelta(t, 0.8/996, shareOf(k, 4), 1e-12)
}

func TestNoKeys(t *testing.T) {
	require.Nil(t, NewKeyTable(Keys{}))
	require.Empty(t, NewKeyTable(Keys{}).Chooser(rand.NewPCG(1, 1)).Next())
}

func TestKeysHaveOneLength(t *testing.T) {
	k, err := ParseKeys("1000")
	require.NoError(t, err)
	table := NewKeyTable(k)
	require.Equal(t, "key-000", keyOf(table, 0))
	require.Equal(t, "key-999", keyOf(table, 999))
}

func FuzzParseKeys(f *testing.F) {
	for _, text := range []string{"none", "10k", "10k,zipf=1.1", "hot=20%/3", "keys=5 hot=1e1%/2", "zipf=1e-9"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKeys(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		var again Keys
		require.NoError(t, again.UnmarshalText([]byte(k.String())))
		require.Equal(t, k, again)
		if 0 < k.Count() && k.Count() <= 1000 {
			chooser := NewKeyTable(k).Chooser(rand.NewPCG(1, 2))
			for range 10 {
				require.NotEmpty(t, chooser.Next())
			}
		}
	})
}

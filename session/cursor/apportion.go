package cursor

import (
	"cmp"
	"slices"
)

// apportion divides messages among partitions in proportion to their room, in
// whole entries, by the largest remainders. The sum is off by half an entry at
// most, but not 0 if there is any room.
func apportion(messages float64, room []int64, perEntry []float64) []int64 {
	total := 0.0
	for i, n := range room {
		total += float64(n) * perEntry[i]
	}
	entries := make([]int64, len(room))
	if total == 0 {
		return entries
	}
	left := messages
	order := make([]int, 0, len(room))
	remainder := make([]float64, len(room))
	for i, n := range room {
		exact := min(messages/total, 1) * float64(n)
		entries[i] = int64(exact)
		remainder[i] = exact - float64(entries[i])
		left -= float64(entries[i]) * perEntry[i]
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	none := !slices.ContainsFunc(entries, func(n int64) bool { return n > 0 })
	for _, i := range order {
		if entries[i] < room[i] && (left >= perEntry[i]/2 || none) {
			entries[i]++
			left -= perEntry[i]
			none = false
		}
	}
	return entries
}

package log

// Due is an entry whose time has not come.
type Due struct{ At, Number int64 }

// DueHeap is such entries as a heap.Interface, the one that is due first at the front.
type DueHeap []Due

// Len returns how many there are.
func (h DueHeap) Len() int { return len(h) }

// Less reports whether one is due before another.
func (h DueHeap) Less(i, j int) bool { return h[i].At < h[j].At }

// Swap swaps two.
func (h DueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds a Due at the end.
func (h *DueHeap) Push(x any) { *h = append(*h, x.(Due)) }

// Pop takes the last one.
func (h *DueHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

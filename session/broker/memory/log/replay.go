package log

import "slices"

// Replay is the numbers of entries that were given back, in their order. The zero value
// is empty.
type Replay struct {
	order  []int64
	in     map[int64]bool
	sorted bool
}

// Len returns how many there are.
func (r *Replay) Len() int { return len(r.in) }

// Add adds an entry.
func (r *Replay) Add(n int64) {
	if r.in[n] {
		return
	}
	if r.in == nil {
		r.in = map[int64]bool{}
	}
	r.in[n] = true
	if k := len(r.order); k == 0 || r.order[k-1] < n && r.sorted {
		r.sorted = true
	} else {
		r.sorted = false
	}
	r.order = append(r.order, n)
}

func (r *Replay) sort() {
	if !r.sorted {
		slices.Sort(r.order)
		r.order = slices.Compact(r.order)
		r.sorted = true
	}
}

// Pop takes the first entry.
func (r *Replay) Pop() (int64, bool) {
	r.sort()
	for len(r.order) > 0 {
		n := r.order[0]
		r.order = r.order[1:]
		if r.in[n] {
			delete(r.in, n)
			return n, true
		}
	}
	return 0, false
}

// Remove removes an entry.
func (r *Replay) Remove(n int64) { delete(r.in, n) }

// DropBefore removes the entries before n.
func (r *Replay) DropBefore(n int64) {
	for at := range r.in {
		if at < n {
			delete(r.in, at)
		}
	}
}

// Each calls f with every entry in order, and removes those for which it returns
// true.
func (r *Replay) Each(f func(n int64) (remove bool)) {
	r.sort()
	kept := r.order[:0]
	for _, n := range r.order {
		switch {
		case !r.in[n]:
		case f(n):
			delete(r.in, n)
		default:
			kept = append(kept, n)
		}
	}
	r.order = kept
}

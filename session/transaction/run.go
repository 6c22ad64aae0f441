package transaction

import "sync"

// run is a run of due messages that a worker has handed to a Sender.
//
// This is subtle: the worker must be free to leave when the producer is released, though
// the sender may be blocked inside the client by a coordinator that does not answer. So
// the two divide the run under a lock: the sender claims messages before it sends them,
// and the worker that leaves takes back what was not claimed.
type run struct {
	dues []int64
	done chan struct{} // closed when all are claimed or the sender gives up

	mu      sync.Mutex // held for moments only
	claimed int
	taken   bool // back, by the worker
}

// claim claims the next n messages. It returns false if the worker has left.
func (r *run) claim(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken {
		return false
	}
	r.claimed += n
	return true
}

// takeBack ends the run and returns how many messages were claimed.
func (r *run) takeBack() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = true
	return r.claimed
}

// left returns the messages that nobody has claimed, none once the worker has left.
func (r *run) left() []int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken {
		return nil
	}
	return r.dues[r.claimed:]
}

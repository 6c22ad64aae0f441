package delivery

// readerCache is how many sequences a Reader remembers, in 8 KiB. A power of
// two.
const readerCache = 1024

// A Reader gives one worker access to an Audit. It remembers where sequences
// are, so that most messages take one lock and no search. One goroutine at a
// time may use it, through any number of periods.
type Reader struct {
	audit *Audit
	last  *sequence
	cache [readerCache]*sequence
}

// Reader returns a reader for one worker.
func (a *Audit) Reader() *Reader { return &Reader{audit: a} }

// lock returns the sequence of a producer, locked, or nil if the producer was
// retired.
func (r *Reader) lock(id uint64) *sequence {
	if s := r.last; s != nil && s.id == id {
		s.mu.Lock()
		if !s.closed {
			return s
		}
		s.mu.Unlock()
	}
	return r.lockOther(id)
}

// lockOther is lock for a sequence that is not the last one or was closed.
func (r *Reader) lockOther(id uint64) *sequence {
	place := &r.cache[id%readerCache]
	s := *place
	for {
		if s == nil || s.id != id {
			if s = r.audit.find(id); s == nil {
				return nil
			}
		}
		s.mu.Lock()
		if !s.closed {
			*place, r.last = s, s
			return s
		}
		s.mu.Unlock()
		s = nil
	}
}

package delivery

// readerCache is how many streams a Reader remembers, in 8 KiB; a power of two.
const readerCache = 1024

// A Reader is the way of one worker into a Ledger: it remembers where the
// streams are, so that most messages take one lock and no search. It is for
// one goroutine at a time and follows the ledger through its epochs.
type Reader struct {
	audit *Audit
	last  *sequence
	cache [readerCache]*sequence
}

// Reader returns a new way into the ledger.
func (l *Audit) Reader() *Reader { return &Reader{audit: l} }

// lock returns the stream with the given id, locked, or nil if it has been
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

// lockOther is lock for a stream that is not the last one, or was closed.
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

package session

import "pulsh/session/payload"

// SetMemory lets the session believe that it may use so many bytes of memory.
func (s *Session) SetMemory(bytes int64) { s.host.Bodies = payload.NewBudget(bytes) }

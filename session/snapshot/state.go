package snapshot

// Active reports whether a group in this state has connections.
func (s State) Active() bool {
	switch s {
	case Starting, Running, Paused, Seeking, Stopping:
		return true
	}
	return false
}

// Kind is what a group does: produce or consume.
type Kind string

// State is the state of a group.
type State string

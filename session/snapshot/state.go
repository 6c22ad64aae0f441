package snapshot

// Active says whether a group in this state has connections.
func (s State) Active() bool {
	switch s {
	case Starting, Running, Paused, Seeking, Stopping:
		return true
	}
	return false
}

// Kind is what a group does.
type Kind string

// State is where a group is in its life.
type State string

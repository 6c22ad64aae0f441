package session

import "pulsh/session/spec"

// Preferences is how the session is shown now.
func (s *Session) Preferences() spec.Preferences {
	if p := s.preferences.Load(); p != nil {
		return *p
	}
	return spec.DefaultPreferences()
}

// SetPreferences changes how the session is shown, if the limits agree.
func (s *Session) SetPreferences(p spec.Preferences) error {
	if err := p.Check(); err != nil {
		return err
	}
	s.preferences.Store(&p)
	return nil
}

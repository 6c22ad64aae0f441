package spec

// Preference is one of the preferences as text: what a profile says, and no
// more than that.
type Preference struct{ Name, Value string }

// Said lists all preferences as text, in the order of PreferenceSettings.
func (p Preferences) Said() []Preference {
	var out []Preference
	for _, s := range PreferenceSettings() {
		out = append(out, Preference{s.Name, s.Get(&p)})
	}
	return out
}

// With is p with what is said. The error is a sentence.
func (p Preferences) With(said []Preference) (Preferences, error) {
	for _, one := range said {
		s, ok := FindSetting(PreferenceSettings(), one.Name)
		if !ok {
			continue // no file says it: a profile's keys are checked when it is read
		}
		if err := s.Set(&p, one.Value); err != nil {
			return p, err
		}
	}
	return p, p.Check()
}

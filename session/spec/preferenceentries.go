package spec

// Preference is one preference as text, as a profile contains it.
type Preference struct{ Name, Value string }

// Entries lists all preferences as text, in the order of PreferenceSettings.
func (p Preferences) Entries() []Preference {
	var out []Preference
	for _, s := range PreferenceSettings() {
		out = append(out, Preference{s.Name, s.Get(&p)})
	}
	return out
}

// Apply returns p with the entries applied. It ignores unknown names: a
// profile's keys are checked when it is read. The error is a sentence.
func (p Preferences) Apply(said []Preference) (Preferences, error) {
	for _, one := range said {
		s, ok := FindSetting(PreferenceSettings(), one.Name)
		if !ok {
			continue // the keys of a profile are checked when it is read
		}
		if err := s.Set(&p, one.Value); err != nil {
			return p, err
		}
	}
	return p, p.Check()
}

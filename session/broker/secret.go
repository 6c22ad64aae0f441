package broker

// Secret is a token that was given to pulsh itself, not a file or variable that
// holds one. It stays in memory: however it is printed, its text does not show.
type Secret struct{ text *string } // formatting shows the pointer only

// NewSecret returns a secret; "" is no token.
func NewSecret(token string) Secret {
	if token == "" {
		return Secret{}
	}
	return Secret{&token}
}

// Held reports whether there is a token.
func (s Secret) Held() bool { return s.text != nil }

// Reveal returns the token, to present it to a cluster.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns a placeholder, never the token.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return "(hidden)"
}

// GoString returns a placeholder, never the token.
func (s Secret) GoString() string { return s.String() }

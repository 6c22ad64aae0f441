package broker

// Secret is a token that pulsh was given itself, and not the place of one. It is
// held in memory only: however it is printed, what stands in it does not show.
type Secret struct{ text *string } // behind a pointer, which is all that formatting shows

// NewSecret holds a token; "" is none.
func NewSecret(token string) Secret {
	if token == "" {
		return Secret{}
	}
	return Secret{&token}
}

// Held says whether there is a token.
func (s Secret) Held() bool { return s.text != nil }

// Reveal is the token, for whoever presents it to a cluster.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String never is the token.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return "(hidden)"
}

// GoString never is the token either.
func (s Secret) GoString() string { return s.String() }

// Package names holds texts that many messages share, such as keys.
package names

// Names allocates each text once. The zero Names is empty.
type Names struct {
	known map[string]string
}

// most bounds how many are remembered.
const most = 1 << 16

// Name returns the text of b.
func (n *Names) Name(b []byte) string {
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	if n.known == nil || len(n.known) >= most {
		n.known = map[string]string{}
	}
	s := string(b)
	n.known[s] = s
	return s
}

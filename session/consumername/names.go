// Package consumername gives consumers names that no other consumer has.
package consumername

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
)

// Names gives names, and recognises those that it gave. It is safe for several goroutines.
type Names struct {
	base   uint32 // random, so that groups and programs differ
	issued atomic.Uint32
}

// New returns names of their own.
func New() *Names { return &Names{base: rand.Uint32()} }

// Next returns what makes a name unique, to stand at its end after a dash.
func (n *Names) Next() string { return fmt.Sprintf("%08x", n.base+n.issued.Add(1)) }

// Has reports whether the end of a name is one of those that were given.
func (n *Names) Has(name string) bool {
	_, end, _ := strings.Cut(name[max(0, len(name)-9):], "-")
	number, err := strconv.ParseUint(end, 16, 32)
	return err == nil && len(end) == 8 && uint32(number)-n.base-1 < n.issued.Load()
}

package shell

import "fmt"

// notesPerFrame are the notes printed with one frame. What comes faster is
// counted: nobody reads more, and the output above would be gone.
const notesPerFrame = 10

// notes collects what happened between two frames.
type notes struct {
	lines   []string
	dropped int
}

func (n *notes) add(line string) {
	if len(n.lines) >= notesPerFrame {
		n.dropped++
		return
	}
	n.lines = append(n.lines, line)
}

// take returns what to print and begins anew.
func (n *notes) take() []string {
	out := n.lines
	if n.dropped > 0 {
		out = append(out, fmt.Sprintf("  … and %d more notes", n.dropped))
	}
	*n = notes{}
	return out
}

package shell

import "fmt"

// notesPerFrame is the largest number of notes printed with one frame. More
// would push the output out of sight; they are only counted.
const notesPerFrame = 10

// notes collects the notes between two frames.
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

// take returns the lines to print and removes them.
func (n *notes) take() []string {
	out := n.lines
	if n.dropped > 0 {
		out = append(out, fmt.Sprintf("  … and %d more notes", n.dropped))
	}
	*n = notes{}
	return out
}

package start

import (
	"fmt"

	"pulsh/session/snapshot"
)

// burstKey is the line of F7.
const burstKey = "burst %s x5 for=10s"

// keys returns the lines that the function keys type on an empty line, by number. They
// act on the first group in the graph. A line runs and is kept in the history as if it
// had been typed.
func (p *program) keys() map[int]func() (line, note string) {
	on := func(line string) func() (string, string) {
		return func() (string, string) {
			group := p.commands.View().Group(p.session.Snapshot())
			if group == "" {
				return "", "the keys act on the first group in the graph, and there is none"
			}
			return fmt.Sprintf(line, group), ""
		}
	}
	always := func(line string) func() (string, string) {
		return func() (string, string) { return line, "" }
	}
	pause, resume := on("pause %s"), on("resume %s")
	return map[int]func() (line, note string){
		1: always("help keyboard"),
		2: func() (string, string) {
			s := p.session.Snapshot()
			if g, ok := s.Group(p.commands.View().Group(s)); ok && g.State == snapshot.Paused {
				return resume()
			}
			return pause()
		},
		3:  on("scale %s -1"),
		4:  on("scale %s +1"),
		5:  on("rate %s -10%%"),
		6:  on("rate %s +10%%"),
		7:  on(burstKey),
		8:  on("reset %s"),
		9:  always("export"),
		10: always("stop all"),
	}
}

package start

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"pulsh/commands"
	"pulsh/shell/frames"
)

// connectTime bounds reaching a cluster at the start, before the prompt.
const connectTime = 5 * time.Second

// reach brings up or finds the cluster before the shell takes the terminal, and
// returns what the shell begins with. Ctrl-C gives up.
func (p *program) reach() (greeting []string, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, note := range p.notes {
		p.tellStep("note: " + note)
	}
	target := p.target
	begin := time.Now()
	var ready time.Duration
	if p.Local {
		if target, err = p.local.Start(ctx, p.tellStep); err != nil {
			return strings.Split(commands.Paint(err, 0), "\n"), err
		}
		ready = time.Since(begin)
	}
	connecting, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	switch err := p.session.Connect(connecting, target); {
	case ctx.Err() != nil:
		return strings.Split(commands.Paint(ctx.Err(), 0), "\n"), ctx.Err()
	case err != nil:
		return frames.Advice(err.Error(), advice(ctx, target, err, p.prompts())), err
	}
	greeting = frames.Greeting(p.version, p.session.Cluster(), ready)
	return append(greeting, adminFault(ctx, p.session, target, p.prompts())...), nil
}

// tellStep shows a step of the start on a line of its own.
func (p *program) tellStep(step string) { fmt.Fprintln(p.Err, step) }

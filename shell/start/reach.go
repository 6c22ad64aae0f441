package start

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"pulsh/commands"
	"pulsh/commands/lang"
	"pulsh/shell"
	"pulsh/shell/frames"
)

// connectTime bounds reaching a cluster at the start, before the prompt.
const connectTime = 5 * time.Second

// opening is what a shell with a prompt does first: it finds the cluster while
// the screen is there already, and goes on to the prompt whatever comes of it.
func (p *program) opening() shell.Task {
	name := "connecting"
	if p.Local {
		name = "starting a Pulsar here"
	}
	return shell.Task{Name: name, Run: func(ctx context.Context, out io.Writer) error {
		for _, note := range p.notes {
			fmt.Fprintln(out, p.locale.text("note: "+note))
		}
		said, err := p.reach(ctx, p.commands.Report)
		p.commands.Report(lang.Step{})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && p.Local {
			return p.painted(err)
		}
		fmt.Fprintln(out, strings.Join(p.locale.texts(said), "\n"))
		return nil
	}}
}

// reachFirst finds the cluster before anything runs, and returns what a batch
// begins with. Ctrl-C gives up.
func (p *program) reachFirst() (greeting []string, err error) {
	ctx, stop := shell.EndContext(context.Background())
	defer stop()
	for _, note := range p.notes {
		fmt.Fprintln(p.Err, p.locale.text("note: "+note))
	}
	return p.reach(ctx, p.tellStep())
}

// reach brings up or finds the cluster, and returns what to say of it.
func (p *program) reach(ctx context.Context, tell func(lang.Step)) (greeting []string, err error) {
	target := p.target
	begin := time.Now()
	var ready time.Duration
	if p.Local {
		if target, err = p.local.Start(ctx, tell); err != nil {
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
	fault := adminFault(ctx, p.session, target, p.prompts())
	if p.prompts() {
		return append(greeting, fault...), nil
	}
	for _, line := range fault { // nobody is greeted
		fmt.Fprintln(p.Err, p.locale.text(line))
	}
	return greeting, nil
}

// stepsEvery is how often a long step of the start says how far it is.
const stepsEvery = time.Second

// tellStep shows each step of the start on a line of its own, and of a long one
// how far it is, once a second at most.
func (p *program) tellStep() func(lang.Step) {
	said, at, begin := "", time.Now(), time.Now()
	return func(s lang.Step) {
		if s.Text == "" || s.Text == said && (s.Done == 0 || time.Since(at) < stepsEvery) {
			return
		}
		line := s.Text
		if s.Done > 0 {
			line = s.Progress().Line(time.Now(), time.Since(begin))
		}
		said, at = s.Text, time.Now()
		fmt.Fprintln(p.Err, p.locale.text(line))
	}
}

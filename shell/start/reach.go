package start

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pulsh/commands"
	"pulsh/commands/lang"
	"pulsh/session"
	"pulsh/session/pacing"
	"pulsh/shell"
	"pulsh/shell/frames"
)

// connectTime bounds the connection at the start.
const connectTime = 5 * time.Second

// opening returns the first task of a shell with a prompt: it connects while the
// screen is already drawn. The prompt follows in any case.
func (p *program) opening() shell.Task {
	name := "connecting"
	if p.Embedded {
		name = "starting the embedded broker"
	}
	if p.Local {
		name = "starting a local Pulsar"
	}
	return shell.Task{Name: name, Run: func(ctx context.Context, out io.Writer) error {
		for _, note := range p.notes {
			fmt.Fprintln(out, p.locale.text("note: "+note))
		}
		lines, err := p.reach(ctx, p.commands.Report)
		p.commands.Report(lang.Step{})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && (p.Local || p.Embedded) {
			return p.painted(err)
		}
		fmt.Fprintln(out, strings.Join(p.locale.texts(lines), "\n"))
		return nil
	}}
}

// reachFirst connects before a batch runs, and returns the greeting. Ctrl-C cancels.
func (p *program) reachFirst() (greeting []string, err error) {
	ctx, stop := shell.EndContext(context.Background())
	defer stop()
	p.tellNotes()
	return p.reach(ctx, p.tellStep())
}

// tellNotes prints the notes of the start for a batch.
func (p *program) tellNotes() {
	for _, note := range p.notes {
		fmt.Fprintln(p.Err, p.locale.text("note: "+note))
	}
}

// needsCluster reports whether a batch needs a connection before it begins. A local
// Pulsar, a profile and --wait ask for one in any case.
func (p *program) needsCluster() bool {
	if !p.Batch() || p.Local || p.Embedded || p.Profile.Value != "" || p.Wait > 0 {
		return true
	}
	for _, script := range append(p.fileScripts(), p.lines) {
		if needs, settled := script.Connection(); settled {
			return needs
		}
	}
	return false
}

// fileScripts returns the scripts of the command line in order.
func (p *program) fileScripts() (all []*lang.Script) {
	for _, file := range p.Files {
		all = append(all, p.scripts["run "+file])
	}
	return all
}

// reach starts the local Pulsar if asked to, and connects. It returns the greeting, or
// the advice if there is an error.
func (p *program) reach(ctx context.Context, tell func(lang.Step)) (greeting []string, err error) {
	target := p.target
	begin := time.Now()
	var ready time.Duration
	if p.Embedded {
		target, err = p.embedded.Start()
	} else if p.Local {
		target, err = p.local.Start(ctx, false, tell)
		ready = time.Since(begin)
	}
	target.Tuning = p.target.Tuning
	if err != nil {
		return strings.Split(commands.Paint(err, 0), "\n"), err
	}
	connecting, cancel := context.WithTimeout(ctx, connectTime+p.Wait)
	defer cancel()
	err = session.ConnectWithin(connecting, p.session, target, p.Wait, func(why error) {
		tell(lang.Step{Text: fmt.Sprintf("waiting up to %s: %v", pacing.FormatDuration(p.Wait), why)})
	})
	tell(lang.Step{})
	switch {
	case ctx.Err() != nil:
		return strings.Split(commands.Paint(ctx.Err(), 0), "\n"), ctx.Err()
	case err != nil:
		return frames.Advice(err.Error(), advice(ctx, target, err, p.prompts())), err
	}
	p.commands.Changed.Store(p.commands.Env.Now().UnixNano()) // the sample before knows of no cluster
	greeting = frames.Greeting(p.version, p.session.Cluster(), ready)
	if notice := p.embedded.notice(); notice != "" {
		greeting = slices.Insert(greeting, 1, p.locale.text(notice))
	}
	fault := adminFault(ctx, p.session, target, p.prompts())
	if p.prompts() {
		return append(greeting, fault...), nil
	}
	for _, line := range fault { // a batch prints no greeting
		fmt.Fprintln(p.Err, p.locale.text(line))
	}
	return greeting, nil
}

// stepsEvery is the interval of the progress of a long step.
const stepsEvery = time.Second

// tellStep returns a function that prints each step of the start on a line, and the
// progress of a long step every stepsEvery.
func (p *program) tellStep() func(lang.Step) {
	last, at, begin := "", time.Now(), time.Now()
	return func(s lang.Step) {
		if s.Text == "" || s.Text == last && (s.Done == 0 || time.Since(at) < stepsEvery) {
			return
		}
		line := s.Text
		if s.Done > 0 {
			line = s.Progress().Line(time.Now(), time.Since(begin))
		}
		last, at = s.Text, time.Now()
		fmt.Fprintln(p.Err, p.locale.text(line))
	}
}

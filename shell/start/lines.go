package start

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"pulsh/commands"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/input"
	"pulsh/session/pacing"
	"pulsh/session/secret"
	"pulsh/shell"
)

// promptCells is the width of the prompt "> ", by which carets are indented.
const promptCells = 2

// scriptMax bounds a script on the standard input, in bytes.
const scriptMax = 1 << 20

// firstLines returns the lines to run first: those of --metrics and --profile, then the
// lines of a batch.
func (p *program) firstLines() []string {
	var lines []string
	if p.Metrics != "" {
		lines = append(lines, p.metricsLine())
	}
	if p.Profile.Value != "" {
		lines = append(lines, "load "+p.Profile.Value)
	}
	for _, file := range p.Files {
		lines = append(lines, "run "+file)
	}
	return append(lines, p.Lines...)
}

// metricsLine returns the line that serves metrics.
func (p *program) metricsLine() string {
	line := "metrics serve " + p.Metrics
	if p.MetricsRemote {
		line += " remote=on"
	}
	return line
}

// readScripts parses all scripts and the lines of -e before anything runs.
func readScripts(o Options, vars []lang.Variable, in io.Reader) (scripts map[string]*lang.Script, lines *lang.Script, err error) {
	scripts = map[string]*lang.Script{}
	for _, file := range o.Files {
		script, err := readScript(file, vars, in)
		if err != nil {
			return nil, nil, err
		}
		scripts["run "+file] = script
	}
	lines, err = commands.ParseScript("-e", strings.Join(o.Lines, "\n"), vars...)
	return scripts, lines, err
}

func readScript(file string, vars []lang.Variable, in io.Reader) (*lang.Script, error) {
	if file != "-" {
		return commands.ReadScript(file, vars...)
	}
	body, err := input.From(in, scriptMax)
	if err != nil {
		return nil, fmt.Errorf("cannot read standard input: %w", err)
	}
	return commands.ParseScript("stdin", body, vars...)
}

// variables returns the variables of the environment, then those of flags, which
// override them.
func (o Options) variables(environment []string) ([]lang.Variable, error) {
	vars, err := lang.EnvironmentVariables(environment)
	return append(vars, o.Set...), err
}

// The limits of --speed.
const (
	speedMin = 0.001
	speedMax = 1000
)

func readSpeed(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimPrefix(text, "x"), 64)
	if err != nil || !(v >= speedMin && v <= speedMax) {
		return 0, fmt.Errorf("%q is not a speed between %v and %v", text, speedMin, speedMax)
	}
	return v, nil
}

// check runs --check: it prints the errors of a script.
func check(o Options, files Streams) int {
	vars, err := o.variables(os.Environ())
	if err == nil {
		_, err = readScript(o.Check, vars, files.In)
	}
	if err != nil {
		fmt.Fprintln(files.Err, commands.Paint(err, 0))
		return lang.ExitUsage
	}
	fmt.Fprintf(files.Out, "%s: no errors\n", o.Check)
	return lang.ExitDone
}

// paintedError is an error as the shell prints it.
type paintedError struct {
	text  string
	cause error
}

func (e *paintedError) Error() string { return e.text }

// Unwrap returns the error that was painted, so that the shell can tell a cancelled
// line.
func (e *paintedError) Unwrap() error { return e.cause }

// ExitCode returns the exit code of a batch that ends with the error.
func (e *paintedError) ExitCode() int { return lang.ExitCode(e.cause) }

// painted returns an error as it is printed below the typed line. Without a prompt
// the line is not on the screen, so the error includes it.
func (p *program) painted(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, lang.ErrQuit):
		return shell.ErrQuit
	case p.prompts():
		return &paintedError{p.locale.text(commands.Paint(err, promptCells)), err}
	}
	text := commands.Paint(err, promptCells)
	var placed *lang.Error
	if errors.As(err, &placed) && placed.File == "" && placed.From >= 0 && !placed.Shown {
		text = strings.Repeat(" ", promptCells) + graphs.Clean(secret.Redact(placed.Text)) + "\n" + text
	}
	return &paintedError{p.locale.text(text), err}
}

// prompts reports whether the program has a prompt: standard input is a terminal, and
// there is no batch.
func (p *program) prompts() bool { return !p.Batch() && isatty.IsTerminal(p.In.Fd()) }

// waitMax bounds --wait.
const waitMax = time.Hour

// readWait reads the value of --wait.
func readWait(text string) (time.Duration, error) {
	d, err := pacing.ParseDuration(text)
	if err == nil && (d < 0 || d > waitMax) {
		err = fmt.Errorf("%s is outside 0s to 1h", text)
	}
	return d, err
}

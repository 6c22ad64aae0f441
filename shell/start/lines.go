package start

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"

	"pulsh/commands"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/shell"
)

// promptCells is the width of "> ", under which carets stand.
const promptCells = 2

// scriptMax bounds a script on the standard input, in bytes.
const scriptMax = 1 << 20

// firstLines make the groups of a profile ready, then are what a batch consists
// of.
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

// metricsLine serves metrics where the option says.
func (p *program) metricsLine() string {
	line := "metrics serve " + p.Metrics
	if p.MetricsRemote {
		line += " remote=on"
	}
	return line
}

// readScripts parses all scripts and lines before anything runs.
func readScripts(o Options, vars []lang.Variable, in io.Reader) (map[string]*lang.Script, error) {
	scripts := map[string]*lang.Script{}
	for _, file := range o.Files {
		script, err := readScript(file, vars, in)
		if err != nil {
			return nil, err
		}
		scripts["run "+file] = script
	}
	if _, err := commands.ParseScript("-e", strings.Join(o.Lines, "\n"), vars...); err != nil {
		return nil, err
	}
	return scripts, nil
}

func readScript(file string, vars []lang.Variable, in io.Reader) (*lang.Script, error) {
	if file != "-" {
		return commands.ReadScript(file, vars...)
	}
	body, err := io.ReadAll(io.LimitReader(in, scriptMax))
	if err != nil {
		return nil, fmt.Errorf("the standard input cannot be read: %w", err)
	}
	return commands.ParseScript("stdin", string(body), vars...)
}

// variables are those of the environment and of flags, which go before.
func (o Options) variables(environment []string) ([]lang.Variable, error) {
	vars, err := lang.EnvironmentVariables(environment)
	return append(vars, o.Set...), err
}

// speedMin and speedMax bound how much slower or faster a script may run: a day
// in a minute and a half, and a second in a quarter of an hour.
const (
	speedMin = 0.001
	speedMax = 1000
)

func readSpeed(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimPrefix(text, "x"), 64)
	if err != nil || !(v >= speedMin && v <= speedMax) {
		return 0, fmt.Errorf("%q is no speed from %v to %v", text, speedMin, speedMax)
	}
	return v, nil
}

// check says what is wrong with a script.
func check(o Options, files Streams) int {
	vars, err := o.variables(os.Environ())
	if err == nil {
		_, err = readScript(o.Check, vars, files.In)
	}
	if err != nil {
		fmt.Fprintln(files.Err, commands.Paint(err, 0))
		return lang.ExitUsage
	}
	fmt.Fprintf(files.Out, "%s is in order\n", o.Check)
	return lang.ExitDone
}

// paintedError is an error as the shell prints it.
type paintedError struct {
	text  string
	cause error
}

func (e *paintedError) Error() string { return e.text }

// Unwrap is the error that was painted: the shell asks whether a line was
// cancelled.
func (e *paintedError) Unwrap() error { return e.cause }

// ExitCode is what the error makes of a batch.
func (e *paintedError) ExitCode() int { return lang.ExitCode(e.cause) }

// painted is an error as it stands below the line that was typed. Without a
// prompt nobody sees the line, so that the error brings it along.
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
		text = strings.Repeat(" ", promptCells) + graphs.Clean(placed.Text) + "\n" + text
	}
	return &paintedError{p.locale.text(text), err}
}

// prompts says whether somebody types: the line is on the screen then.
func (p *program) prompts() bool { return !p.Batch() && isatty.IsTerminal(p.In.Fd()) }

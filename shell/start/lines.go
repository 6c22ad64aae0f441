package start

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"pulsh/commands"
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

// readScripts parses all scripts before anything runs.
func readScripts(o Options, in io.Reader) (map[string]*commands.Script, error) {
	scripts := map[string]*commands.Script{}
	for _, file := range o.Files {
		script, err := readScript(file, in)
		if err != nil {
			return nil, err
		}
		scripts["run "+file] = script
	}
	for _, line := range o.Lines {
		if _, err := commands.ParseScript("-e", line); err != nil {
			return nil, err
		}
	}
	return scripts, nil
}

func readScript(file string, in io.Reader) (*commands.Script, error) {
	if file != "-" {
		return commands.ReadScript(file)
	}
	body, err := io.ReadAll(io.LimitReader(in, scriptMax))
	if err != nil {
		return nil, fmt.Errorf("the standard input cannot be read: %w", err)
	}
	return commands.ParseScript("stdin", string(body))
}

// check says what is wrong with a script.
func check(file string, files Streams) int {
	if _, err := readScript(file, files.In); err != nil {
		fmt.Fprintln(files.Err, commands.Paint(err, 0))
		return commands.ExitUsage
	}
	fmt.Fprintf(files.Out, "%s is in order\n", file)
	return commands.ExitDone
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
func (e *paintedError) ExitCode() int { return commands.ExitCode(e.cause) }

// painted is an error as it stands below the line that was typed. Without a
// prompt nobody sees the line, so that the error brings it along.
func (p *program) painted(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, commands.ErrQuit):
		return shell.ErrQuit
	case p.prompts():
		return &paintedError{p.locale.text(commands.Paint(err, promptCells)), err}
	}
	text := commands.Paint(err, promptCells)
	var placed *commands.Error
	if errors.As(err, &placed) && placed.File == "" && placed.From >= 0 && !placed.Shown {
		text = strings.Repeat(" ", promptCells) + graphs.Clean(placed.Text) + "\n" + text
	}
	return &paintedError{p.locale.text(text), err}
}

// prompts says whether somebody types: the line is on the screen then.
func (p *program) prompts() bool { return !p.Batch() && isatty.IsTerminal(p.In.Fd()) }

func (p *program) colour() bool { return os.Getenv("NO_COLOR") == "" }

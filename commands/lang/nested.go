package lang

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"pulsh/session/input"
)

// The limits of scripts that run scripts: their nesting; all commands together, because
// nested `for` commands multiply; and the runs of a `repeat`, one a second for a day.
const (
	ScriptDepthMax    = 8
	scriptCommandsMax = 20_000
	RepeatMax         = 86_400
)

// reading is the state that a script shares with its nested scripts while they are
// parsed.
type reading struct {
	dir   string   // that file names are relative to; "" is the working folder
	chain []string // the scripts that are being parsed, outermost first
	left  *int     // commands and scripts that may still be parsed
	rows  []Command
}

func newReading(rows []Command) *reading {
	left := scriptCommandsMax
	return &reading{left: &left, rows: rows}
}

// spend counts a command or a script. ok is false if there are too many, first is true
// for the first one too many.
func (r *reading) spend() (ok, first bool) {
	if r == nil {
		return true, false
	}
	*r.left--
	return *r.left >= 0, *r.left == -1
}

// path resolves a file name relative to the script, or to the working folder for a
// typed line.
func (r *reading) path(name string) string {
	if r.dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(r.dir, name)
}

// read parses a script with its nested scripts. errs are errors in them; err is set if
// the file cannot be read.
func (r *reading) read(path string, vars variables) (script *Script, errs []*Error, err error) {
	body, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	inner := *r
	inner.dir = filepath.Dir(path)
	inner.chain = append(slices.Clone(r.chain), identity(path))
	script, errs = inner.parse(path, body, vars)
	return script, errs, nil
}

func (r *reading) parse(name, body string, vars variables) (*Script, []*Error) {
	if !strings.Contains(body, "\n") {
		body = strings.ReplaceAll(body, "\r", "\n") // some editors end lines so
	}
	calls, errs := parseAll(&source{file: name, body: body, rows: r.rows, vars: vars, reading: r})
	return &Script{name, calls}, errs
}

// identity returns the same path for all names of a file.
func identity(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return path
}

// readFile reads a script of at most a mebibyte, from a file, a pipe or a device.
func readFile(path string) (string, error) {
	body, err := input.Read(path, textMax)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("no file %q", path)
	case errors.Is(err, syscall.EISDIR):
		return "", fmt.Errorf("%q is not a file", path)
	case err != nil:
		return "", fmt.Errorf("cannot read %q: %w", path, err)
	}
	return body, nil
}

// pass is a script that a command runs, one or more times.
type pass struct {
	script *Script
	turn   string // distinguishes the passes of a for, as in w=4; else ""
	times  int
}

// reads parses the script that is named at a place, and adds a pass.
func (c *Call) reads(at span, name, turn string, arguments []Variable, times int) []*Error {
	r := c.statement.text.reading
	if r == nil {
		return nil
	}
	path := r.path(HomePath(name))
	refuse := func(message string) []*Error {
		e := c.wrong(at, message)
		e.Try = nearFile(c, at, name, path)
		return []*Error{e}
	}
	if ok, first := r.spend(); !ok {
		if first {
			return refuse(tooMuch())
		}
		return nil
	}
	if len(r.chain) >= ScriptDepthMax {
		return refuse(fmt.Sprintf("scripts are nested more than %d deep", ScriptDepthMax))
	}
	if i := slices.Index(r.chain, identity(path)); i >= 0 {
		return refuse(circle(r.chain[i:]))
	}
	script, errs, err := r.read(path, c.statement.text.vars.inner(arguments))
	if err != nil {
		return refuse(err.Error())
	}
	c.passes = append(c.passes, pass{script, turn, times})
	return errs
}

// nearFile returns the line with a near file name if the named file does not exist.
func nearFile(c *Call, at span, name, path string) string {
	if _, err := os.Stat(path); err == nil {
		return ""
	}
	dir, _ := filepath.Split(name)
	for _, near := range nearFiles(path) {
		return c.statement.instead(at, Quote(dir+filepath.Base(near)))
	}
	return ""
}

func tooMuch() string {
	return fmt.Sprintf("more than %d commands, with those of nested scripts", scriptCommandsMax)
}

// circle returns the error of scripts that run each other in a circle.
func circle(chain []string) string {
	if len(chain) == 1 {
		return fmt.Sprintf("%q runs itself", filepath.Base(chain[0]))
	}
	var names []string
	for _, path := range append(slices.Clone(chain), chain[0]) {
		names = append(names, filepath.Base(path))
	}
	return "scripts run each other in a circle: " + strings.Join(names, " → ")
}

// PrepareRun parses the script of the command run.
func PrepareRun(c *Call) []*Error {
	return c.reads(c.args["file"].Span, c.Text("file"), "", c.assigned, 1)
}

// PrepareRepeat parses the script of the command repeat.
func PrepareRepeat(c *Call) []*Error {
	times, _ := Value[int](c, "times")
	return c.reads(c.args["file"].Span, c.Text("file"), "", c.assigned, times)
}

// PrepareFor parses the script of the command for, once for each value.
func PrepareFor(c *Call) []*Error {
	name, a := c.Text("name"), c.args["values"]
	values := a.words[:len(a.words)-2]
	var errs []*Error
	for _, v := range values {
		w := Variable{Name: name, Value: v, Origin: c.Place()}
		if err := CheckVariableValue(name, v); err != nil {
			return append(errs, c.wrong(a.Span, err.Error()))
		}
		turn := name + "=" + Quote(v)
		errs = append(errs, c.reads(a.last, a.words[len(a.words)-1], turn, append(slices.Clone(c.assigned), w), 1)...)
	}
	return errs
}

// RunPasses runs the commands run, repeat and for: the parsed scripts, one after the
// other.
func RunPasses(ctx context.Context, c *Call) error {
	total, done := 0, 0
	for _, p := range c.passes {
		total += p.times
	}
	var first error
	for _, p := range c.passes {
		for n := range p.times {
			done++
			turn := p.turn
			if p.times > 1 {
				turn = fmt.Sprintf("%d of %d", n+1, p.times)
			}
			if total > 1 {
				c.Say("%s", strings.TrimSpace(fmt.Sprintf("%s  run %d of %d  %s", filepath.Base(p.script.Name), done, total, p.turn)))
			}
			err := c.execution.inside(turn).run(ctx, p.script)
			switch {
			case err == nil:
			case !c.keepGoing || errors.Is(err, ErrQuit) || ctx.Err() != nil:
				return err
			case first == nil:
				first = err
			}
		}
	}
	return first
}

// inside returns the execution of a nested script.
func (x *execution) inside(turn string) *execution {
	inner := *x
	inner.depth++
	inner.began = x.Config.Now()
	inner.planned = inner.began
	inner.Turn = strings.Trim(x.Turn+" "+turn, " ")
	if turn != "" {
		if x.Config.Turned != nil {
			x.Config.Turned(turn)
		}
	}
	return &inner
}

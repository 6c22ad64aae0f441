package lang

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The limits of scripts that run scripts: how deep, so that a chain ends with a
// sentence; how many commands in all, since a `for` reads its file once for each
// value and eight of them inside each other would never end; and how often one
// `repeat` runs its file, a run a second for a day.
const (
	ScriptDepthMax    = 8
	scriptCommandsMax = 20_000
	RepeatMax         = 86_400
)

// reading is what files that run each other share while they are read.
type reading struct {
	dir   string   // where names of files begin; "" is the working folder
	chain []string // the files that are being read, outermost first
	left  *int     // commands and files that may still be read
	rows  []Command
}

func newReading(rows []Command) *reading {
	left := scriptCommandsMax
	return &reading{left: &left, rows: rows}
}

// spend counts a command or a file. It is not ok when there were too many, of
// which the first is to be told.
func (r *reading) spend() (ok, first bool) {
	if r == nil {
		return true, false
	}
	*r.left--
	return *r.left >= 0, *r.left == -1
}

// path finds a file: beside the script that names it, or in the working folder
// where no file does.
func (r *reading) path(name string) string {
	if r.dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(r.dir, name)
}

// read reads a file whole, and all that it runs. Either errs say what is wrong
// in it, or err says why it cannot be read.
func (r *reading) read(path string, vars Variables) (script *Script, errs []*Error, err error) {
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

func (r *reading) parse(name, body string, vars Variables) (*Script, []*Error) {
	calls, errs := ParseAll(&Text{file: name, Body: body, Rows: r.rows, Vars: vars, reading: r})
	return &Script{name, calls}, errs
}

// identity is one name for a file, however it is written.
func identity(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return path
}

// readFile reads a script of at most a mebibyte.
func readFile(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("there is no file %q", path)
	case err != nil:
		return "", fmt.Errorf("%q cannot be read: %w", path, errors.Unwrap(err))
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%q is not a file", path)
	case info.Size() > TextMax:
		return "", fmt.Errorf("%q is larger than a mebibyte", path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%q cannot be read: %w", path, errors.Unwrap(err))
	}
	return string(body), nil
}

// pass is a file that a command runs, so many times.
type pass struct {
	script *Script
	turn   string // what sets it apart from the others, as in w=4; may be ""
	times  int
}

// reads reads the file that is named at a place, for one pass.
func (c *Call) reads(at Span, name, turn string, arguments []Variable, times int) []*Error {
	r := c.Statement.Text.reading
	if r == nil {
		return nil
	}
	path := r.path(HomePath(name))
	refuse := func(message string) []*Error {
		e := c.Wrong(at, message)
		e.Try = c.nearFile(at, name, path)
		return []*Error{e}
	}
	if ok, first := r.spend(); !ok {
		if first {
			return refuse(tooMuch())
		}
		return nil
	}
	if len(r.chain) >= ScriptDepthMax {
		return refuse(fmt.Sprintf("scripts run scripts %d deep at most", ScriptDepthMax))
	}
	if i := slices.Index(r.chain, identity(path)); i >= 0 {
		return refuse(circle(r.chain[i:]))
	}
	script, errs, err := r.read(path, c.Statement.Text.Vars.inner(arguments))
	if err != nil {
		return refuse(err.Error())
	}
	c.passes = append(c.passes, pass{script, turn, times})
	return errs
}

// nearFile is the line with a file that is there, if the one named is not.
func (c *Call) nearFile(at Span, name, path string) string {
	if _, err := os.Stat(path); err == nil {
		return ""
	}
	dir, _ := filepath.Split(name)
	for _, near := range nearFiles(path) {
		return c.Statement.Instead(at, Quote(dir+filepath.Base(near)))
	}
	return ""
}

func tooMuch() string {
	return fmt.Sprintf("more than %d commands, with those of the files that are run", scriptCommandsMax)
}

// circle is the sentence about files that run each other without an end.
func circle(chain []string) string {
	if len(chain) == 1 {
		return fmt.Sprintf("%q runs itself", filepath.Base(chain[0]))
	}
	var names []string
	for _, path := range append(slices.Clone(chain), chain[0]) {
		names = append(names, filepath.Base(path))
	}
	return "scripts run each other without an end: " + strings.Join(names, " → ")
}

// PrepareRun reads the file that a run names.
func PrepareRun(c *Call) []*Error {
	return c.reads(c.Args["file"].Span, c.Text("file"), "", c.assigned, 1)
}

// PrepareRepeat reads the file that a repeat names.
func PrepareRepeat(c *Call) []*Error {
	times, _ := Value[int](c, "times")
	return c.reads(c.Args["file"].Span, c.Text("file"), "", c.assigned, times)
}

// PrepareFor reads the file once for each value.
func PrepareFor(c *Call) []*Error {
	name, a := c.Text("name"), c.Args["values"]
	values := a.words[:len(a.words)-2]
	var errs []*Error
	for _, v := range values {
		w := Variable{Name: name, Value: v, Origin: c.origin()}
		if err := CheckVariableValue(name, v); err != nil {
			return append(errs, c.Wrong(a.Span, err.Error()))
		}
		turn := name + "=" + Quote(v)
		errs = append(errs, c.reads(a.last, a.words[len(a.words)-1], turn, append(slices.Clone(c.assigned), w), 1)...)
	}
	return errs
}

// RunPasses runs the files of a command, one after the other.
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

// inside is the execution of a file that is run by this one.
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

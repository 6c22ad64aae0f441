// Package start is what lies between main and the prompt: options, and the
// parts of pulsh joined to one program.
package start

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"pulsh/commands"
	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/commands/report"
	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/dial"
	"pulsh/session/profile"
	"pulsh/session/secret"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
	"pulsh/shell"
	"pulsh/shell/frames"
)

// releaseTime bounds giving the local server back: a clean stop takes a second,
// and then it is killed.
const releaseTime = 8 * time.Second

// Streams are the program's files.
type Streams struct{ In, Out, Err *os.File }

// program is everything that one run of pulsh consists of.
type program struct {
	Options
	Streams
	settled
	version  string
	session  *session.Session
	commands *host.Host
	frames   *frames.Frames
	local    *localPulsar
	topics   *topicNames
	locale   locale
	scripts  map[string]*lang.Script // by the line that runs them
	history  *shell.History
	reports  []document
	began    time.Time
	refused  string      // why the cluster was not reached
	notices  chan string // what is to be told above the prompt
	asked    chan shell.Question
}

// Run runs pulsh to its end and returns the exit code.
func Run(o Options, version string, builtin []byte, files Streams) int {
	if o.NoColor {
		color.NoColor = true
	}
	if o.Check != "" {
		return check(o, files)
	}
	tuneRuntime(os.Getenv)
	if !o.Batch() && isatty.IsTerminal(files.In.Fd()) {
		shareCores(os.Getenv)
	}
	p, err := newProgram(o, version, builtin, files)
	if err != nil {
		fmt.Fprintln(files.Err, commands.Paint(err, 0))
		return lang.ExitUsage
	}
	stop, err := profileCPU(o.CPUProfile)
	if err != nil {
		fmt.Fprintln(files.Err, err)
		return lang.ExitUsage
	}
	defer stop()
	if o.Pprof != "" {
		at, stop, err := servePprof(o.Pprof)
		if err != nil {
			fmt.Fprintln(files.Err, err)
			return lang.ExitUsage
		}
		defer stop()
		fmt.Fprintln(p.Err, "profiles at http://"+at+"/debug/pprof/")
	}
	return p.run()
}

func newProgram(o Options, version string, builtin []byte, files Streams) (*program, error) {
	profiles, err := profile.ParseProfiles(builtin, "profiles.toml")
	if err != nil {
		return nil, err
	}
	p := &program{Options: o, Streams: files, version: version, began: time.Now(), locale: newLocale(os.Getenv), local: &localPulsar{keep: o.KeepLocal, home: o.PulsarHome, dir: o.LocalDir}}
	library := profile.Library{Builtin: profiles, Dir: userDir(os.UserConfigDir, "profiles")}
	if p.settled, err = settle(o, library, os.Getenv); err != nil {
		return nil, err
	}
	vars, err := o.variables(os.Environ())
	if err != nil {
		return nil, err
	}
	if p.scripts, err = readScripts(o, vars, files.In); err != nil {
		return nil, err
	}
	if err := p.openReports(); err != nil {
		return nil, err
	}
	p.notices = make(chan string, 1) // the history has one thing to tell at most
	p.history = shell.OpenHistory(p.historyFile(), func(line string) {
		select {
		case p.notices <- line:
		default:
		}
	})
	p.history.KeepOut(secret.In)
	p.asked = make(chan shell.Question)
	p.session = session.New(dial.Cluster)
	if o.Engine != "" {
		chosen, err := p.session.Preferences().Apply([]spec.Preference{{Name: "engine", Value: o.Engine}})
		if err == nil {
			err = p.session.SetPreferences(chosen)
		}
		if err != nil {
			return nil, err
		}
	}
	p.topics = newTopicNames(p.session)
	p.commands = commands.New(host.Env{
		Session: p.session,
		Color:   !color.NoColor,
		Version: version,
		Output:  p.output(),
		Local:   p.local,
		Library: library,
		Profile: o.Profile.Value,
		Facts:   p.factsNow,
		Yes:     o.Yes,
		Topics:  p.topics.list,
		Lines:   p.typed,
		Confirm: p.confirm(),

		Variables: vars, Speed: o.Speed, AllowBehind: o.AllowBehind, Engine: o.Engine,
	})
	p.frames = frames.New(p.session, p.shown, frames.Look{Color: !color.NoColor, ASCII: p.locale.ascii})
	return p, nil
}

// output is the standard output, nil where it is the screen.
func (p *program) output() io.Writer {
	if isatty.IsTerminal(p.Out.Fd()) {
		return nil
	}
	return p.Out
}

// shown is what the graph command has chosen.
func (p *program) shown(s *snapshot.Snapshot) frames.Picture {
	view := p.commands.View()
	picture := frames.Picture{Until: view.Until, Layout: layout(view.Layout)}
	for _, panel := range view.Shown(s) {
		picture.Graphs = append(picture.Graphs, frames.Graph{Metrics: panel.Metrics, Target: panel.Target, Heat: panel.Heat, Window: view.Window, Log: panel.Log})
	}
	return picture
}

// layout is how the frames call a layout of the graph command.
func layout(word string) frames.Layout {
	switch word {
	case "stacked":
		return frames.Stacked
	case "beside":
		return frames.Beside
	}
	return frames.Auto
}

// run reaches the cluster, opens the shell and waits for its end.
func (p *program) run() int {
	defer p.topics.stop()
	var first shell.Task
	var greeting []string
	if p.prompts() {
		first = p.opening()
	} else if said, err := p.reachFirst(); err != nil {
		fmt.Fprintln(p.Err, strings.Join(said, "\n"))
		p.close(context.Background())
		code := max(lang.ExitCode(err), lang.ExitUnconnected)
		p.refused = strings.TrimSpace(said[0])
		return p.writeReport(code)
	} else {
		greeting = said
	}
	notes := p.forwardNotes()
	defer notes.stop()
	code := shell.Run(context.Background(), shell.Config{
		Executor:   p,
		Frames:     p.frames.Frame,
		Refresh:    p.commands.Refresh,
		Notes:      notes.lines,
		First:      first,
		Greeting:   p.locale.texts(greeting),
		Lines:      p.firstLines(),
		Batch:      p.Batch(),
		KeepGoing:  p.KeepGoing,
		Keys:       p.keys(),
		Scroll:     func(pages int) { look.Scroll(p.commands, pages) },
		History:    p.history,
		Unfinished: lang.Unfinished,
		Questions:  p.asked,
		Progress:   p.progress,
		StatusLine: p.statusLine,
		Close:      p.close,
		Summary:    p.summary,
		Stdin:      p.In, Stdout: p.results(), Stderr: p.Err,
	})
	return p.writeReport(p.judge(code))
}

// close ends groups and connections, then what tells of them, and gives the
// local server back.
func (p *program) close(ctx context.Context) {
	host.Settling(p.commands, "")
	p.session.Close(ctx)
	report.Close(ctx, p.commands)
	releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := p.local.release(releasing); err != nil {
		fmt.Fprintln(p.Err, err)
	}
}

// statusLine is for a shell without a terminal; a batch of mere questions has none.
func (p *program) statusLine() string {
	if len(p.session.Snapshot().Groups) == 0 {
		return ""
	}
	return p.locale.text(answers.StatusLine(p.session.Snapshot(), time.Now()))
}

// Execute runs a line, or the script that stands for it.
func (p *program) Execute(ctx context.Context, line string, out io.Writer) error {
	out = p.locale.writer(out)
	var err error
	if script := p.scripts[line]; script != nil {
		err = p.runScript(ctx, script, out)
	} else {
		err = p.commands.Execute(ctx, line, out)
	}
	return p.painted(err)
}

func (p *program) runScript(ctx context.Context, script *lang.Script, out io.Writer) error {
	result, err := p.commands.RunScript(ctx, script, out, lang.Options{
		KeepGoing: p.KeepGoing,
		Report:    func(err error) { fmt.Fprintln(p.Err, commands.Paint(err, 0)) },
	})
	fmt.Fprintln(out, answers.Summary(result, p.session.Snapshot()))
	return err
}

// Complete offers what could stand at the cursor.
func (p *program) Complete(text string, cursor int) (all []shell.Suggestion, from int) {
	list, from := p.commands.Complete(text, cursor)
	for _, s := range list {
		all = append(all, shell.Suggestion{Text: s.Text, Description: s.Description})
	}
	return all, from
}

// profileCPU writes a profile until stop, if there is a file to write.
func profileCPU(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("the profile cannot be written: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

// historyFile is where lines are kept that somebody types; those of a pipe or of
// a batch are not.
func (p *program) historyFile() string {
	if !p.prompts() {
		return ""
	}
	return userDir(stateDir, "history")
}

// confirm asks whoever types; nobody is asked where nobody does.
func (p *program) confirm() func(ctx context.Context, question string) bool {
	if !p.prompts() {
		return nil
	}
	return func(ctx context.Context, question string) bool {
		answer := make(chan bool, 1)
		select {
		case p.asked <- shell.Question{Text: p.locale.text(graphs.Clean(question)), Answer: answer}:
		case <-ctx.Done():
			return false
		}
		select {
		case yes := <-answer:
			return yes
		case <-ctx.Done():
			return false
		}
	}
}

// progress is how far the command that runs has come.
func (p *program) progress(now time.Time, took time.Duration) string {
	return p.locale.text(p.commands.Progress().Line(now, took))
}

// typed is the history for the command that shows it.
func (p *program) typed() []host.TypedLine {
	var lines []host.TypedLine
	for _, e := range p.history.Entries() {
		lines = append(lines, host.TypedLine{Number: e.Number, Text: e.Text})
	}
	return lines
}

// userDir is a folder or file of pulsh below one of the user's, "" if there is
// no such place.
func userDir(base func() (string, error), name string) string {
	dir, err := base()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "pulsh", name)
}

// stateDir is where the base directory specification of freedesktop.org keeps
// what a program remembers between runs.
func stateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state"), err
}

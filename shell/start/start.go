// Package start reads the options of pulsh and runs the program: it connects commands,
// session, shell and local Pulsar.
package start

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync/atomic"
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

// releaseTime bounds the release of the local server, which stops it within a second or
// kills it.
const releaseTime = 8 * time.Second

// Streams are the program's files.
type Streams struct{ In, Out, Err *os.File }

// program is a run of pulsh.
type program struct {
	Options
	Streams
	settled
	version  string
	session  *session.Session
	commands *host.Host
	frames   *frames.Frames
	local    *localPulsar
	embedded *embeddedPulsar
	topics   *topicNames
	locale   locale
	scripts  map[string]*lang.Script // by the line that runs them
	lines    *lang.Script            // the lines of -e
	history  *shell.History
	reports  []document
	began    time.Time
	ran      atomic.Pointer[lang.Result] // of the last script of a batch, for the summary
	refused  string                      // why the cluster was not reached
	notices  chan string                 // lines to print above the prompt
	asked    chan shell.Question
}

// Run runs pulsh to its end and returns the exit code.
func Run(o Options, version string, builtin []byte, files Streams) (code int) {
	if o.NoColor {
		color.NoColor = true
	}
	if o.Check != "" {
		return check(o, files)
	}
	if o.Broker {
		return serveAlone(o, files)
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
	defer func() {
		if err := stop(); err != nil {
			fmt.Fprintln(files.Err, unwritten("the CPU profile", err))
			code = max(code, lang.ExitFailed)
		}
	}()
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

// newProgram reads profiles, settings and scripts, and builds the program.
func newProgram(o Options, version string, builtin []byte, files Streams) (*program, error) {
	profiles, err := profile.ParseProfiles(builtin, "profiles.toml")
	if err != nil {
		return nil, err
	}
	p := &program{Options: o, Streams: files, version: version, began: time.Now(), locale: newLocale(os.Getenv), local: &localPulsar{keep: o.KeepLocal, home: o.PulsarHome, dir: o.LocalDir}}
	p.embedded = &embeddedPulsar{config: o.embeddedConfig(false), login: o.embeddedLogin(), room: heapRoom, measured: o.Pprof == "" && o.CPUProfile == ""}
	p.local.embedded = p.embedded
	library := profile.Library{Builtin: profiles, Dir: userDir(os.UserConfigDir, "profiles")}
	if p.settled, err = settle(o, library, os.Getenv); err != nil {
		return nil, err
	}
	vars, err := o.variables(os.Environ())
	if err != nil {
		return nil, err
	}
	if p.scripts, p.lines, err = readScripts(o, vars, files.In); err != nil {
		return nil, err
	}
	if err := p.openReports(); err != nil {
		return nil, err
	}
	p.notices = make(chan string, 1) // the history has at most one
	p.history = shell.OpenHistory(p.historyFile(), func(line string) {
		select {
		case p.notices <- line:
		default:
		}
	})
	p.history.KeepOut(secret.In)
	p.asked = make(chan shell.Question)
	p.session = session.New(dial.Cluster)
	brokerCPU := p.embedded.cpu
	p.session.BrokerCPU.Store(&brokerCPU)
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
		Session:  p.session,
		Color:    !color.NoColor,
		Version:  version,
		Output:   p.output(),
		Local:    p.local,
		Embedded: p.embedded,
		Library:  library,
		Profile:  o.Profile.Value,
		Facts:    p.factsNow,
		Yes:      o.Yes,
		Topics:   p.topics.list,
		Lines:    p.typed,
		Confirm:  p.confirm(),

		Variables: vars, Speed: o.Speed, AllowBehind: o.AllowBehind, AllowProtected: o.AllowProtected, Engine: o.Engine,
	})
	p.history.SuggestOnly(p.commands.Accepts)
	p.frames = frames.New(p.session, p.shown, frames.Look{Color: !color.NoColor, ASCII: p.locale.ascii})
	return p, nil
}

// output returns standard output, nil if it is a terminal.
func (p *program) output() io.Writer {
	if isatty.IsTerminal(p.Out.Fd()) {
		return nil
	}
	return p.Out
}

// shown returns the graphs that the graph command has chosen.
func (p *program) shown(s *snapshot.Snapshot) frames.Picture {
	view := p.commands.View()
	picture := frames.Picture{Until: view.Until, Layout: layout(view.Layout)}
	for _, panel := range view.Shown(s) {
		picture.Graphs = append(picture.Graphs, frames.Graph{Metrics: panel.Metrics, Target: panel.Target, Heat: panel.Heat, Window: view.Window, Log: panel.Log})
	}
	return picture
}

// layout converts a layout of the graph command.
func layout(word string) frames.Layout {
	switch word {
	case "stacked":
		return frames.Stacked
	case "beside":
		return frames.Beside
	}
	return frames.Auto
}

// run connects, runs the shell and returns the exit code.
func (p *program) run() int {
	defer p.topics.stop()
	var first shell.Task
	var greeting []string
	if p.prompts() {
		first = p.opening()
	} else if !p.needsCluster() {
		p.tellNotes()
	} else if lines, err := p.reachFirst(); err != nil {
		fmt.Fprintln(p.Err, strings.Join(lines, "\n"))
		p.close(context.Background())
		code := max(lang.ExitCode(err), lang.ExitUnconnected)
		p.refused = strings.TrimSpace(lines[0])
		return p.writeReport(code)
	} else {
		greeting = lines
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
		Waits:      commands.Waits,
		Explain:    commands.Explain,
		Questions:  p.asked,
		Progress:   p.progress,
		StatusLine: p.statusLine,
		Warning:    p.warning,
		Close:      p.close,
		Summary:    p.summary,
		Stdin:      p.In, Stdout: p.results(), Stderr: p.Err,
	})
	return p.writeReport(p.judge(code))
}

// close stops the groups, disconnects, ends streams and metrics, and releases the local
// server.
func (p *program) close(ctx context.Context) {
	host.Settling(p.commands, "")
	p.session.Close(ctx)
	report.Close(ctx, p.commands)
	releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := p.local.release(releasing); err != nil {
		fmt.Fprintln(p.Err, err)
	}
	if lost := p.embedded.stop(); lost != "" {
		fmt.Fprintln(p.Err, p.locale.text(lost))
	}
}

// warning returns what the prompt begins with on a protected cluster.
func (p *program) warning() string {
	if p.session.Preferences().Protected {
		return "protected"
	}
	return ""
}

// statusLine returns the status for a shell without a terminal, "" without groups.
func (p *program) statusLine() string {
	if len(p.session.Snapshot().Groups) == 0 {
		return ""
	}
	return p.locale.text(answers.StatusLine(p.session.Snapshot(), time.Now()))
}

// Execute runs a line, or the script that was read for it.
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
	if before := p.ran.Swap(nil); before != nil { // its groups go on
		fmt.Fprintln(out, answers.Summary(*before, p.session.Snapshot()))
	}
	result, err := p.commands.RunScript(ctx, script, out, lang.Options{
		KeepGoing: p.KeepGoing,
		Report:    func(err error) { fmt.Fprintln(p.Err, commands.Paint(err, 0)) },
	})
	if p.prompts() {
		fmt.Fprintln(out, answers.Summary(result, p.session.Snapshot()))
	} else {
		p.ran.Store(&result)
	}
	return err
}

// Complete returns the candidates for the word at the cursor.
func (p *program) Complete(text string, cursor int) (all []shell.Suggestion, from int) {
	list, from := p.commands.Complete(text, cursor)
	for _, s := range list {
		all = append(all, shell.Suggestion{Text: s.Text, Description: s.Description})
	}
	return all, from
}

// profileCPU writes a CPU profile to path until stop, nothing if path is "".
func profileCPU(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, unwritten("the CPU profile", err)
	}
	writer := &profileFile{File: file}
	if err := pprof.StartCPUProfile(writer); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		err := errors.Join(writer.err, file.Close())
		if info, found := os.Stat(path); err != nil && found == nil && info.Mode().IsRegular() {
			_ = os.Remove(path)
		}
		return err
	}, nil
}

// profileFile keeps the first error of writing a profile, which package pprof drops.
type profileFile struct {
	*os.File
	err error
}

// Write writes to the file.
func (f *profileFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if f.err == nil {
		f.err = err
	}
	return n, err
}

// historyFile returns the path of the command history, "" without a prompt.
func (p *program) historyFile() string {
	if !p.prompts() {
		return ""
	}
	return userDir(stateDir, "history")
}

// confirm returns the function that asks the user, nil without a prompt.
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

// progress returns the progress of the running command.
func (p *program) progress(now time.Time, took time.Duration) string {
	return p.locale.text(p.commands.Progress().Line(now, took))
}

// typed returns the command history.
func (p *program) typed() []host.TypedLine {
	var lines []host.TypedLine
	for _, e := range p.history.Entries() {
		lines = append(lines, host.TypedLine{Number: e.Number, Text: e.Text})
	}
	return lines
}

// userDir returns the path of a folder or file of pulsh in a folder of the user, "" if
// there is no such folder.
func userDir(base func() (string, error), name string) string {
	dir, err := base()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "pulsh", name)
}

// stateDir returns the folder for the state of programs, by the base directory
// specification of freedesktop.org.
func stateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state"), err
}

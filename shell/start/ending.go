package start

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/outcome"
	"pulsh/commands/report"
	"pulsh/session/broker"
	"pulsh/shell/frames"
)

// standard is the file name of standard output.
const standard = "-"

// results returns the file for results as text: standard error if standard output is
// for JSON.
func (p *program) results() *os.File {
	if p.JSON == standard {
		return p.Err
	}
	return p.Out
}

// summary returns the totals of the session, and in a batch those of the last script,
// which count as long as its groups. A batch without groups has no others.
func (p *program) summary() []string {
	s := p.session.Snapshot()
	if p.prompts() {
		return p.locale.texts(append(frames.Summary(s), p.replay()...))
	}
	var lines []string
	if len(s.Groups) > 0 {
		lines = frames.Summary(s)
	}
	for _, g := range p.brokenGuards() {
		lines = append([]string{"FAIL  " + g.Condition + ": " + g.Failure}, lines...)
	}
	for _, short := range p.behind() {
		lines = append([]string{"FAIL  " + short.String(), "      try: --allow-behind, or a lower rate"}, lines...)
	}
	if ran := p.ran.Load(); ran != nil {
		lines = append([]string{answers.Summary(*ran, s)}, lines...)
	}
	return p.locale.texts(lines)
}

// behind returns the groups behind their schedules, if that fails the run. With a
// prompt it does not: the user sees it.
func (p *program) behind() (short []host.Schedule) {
	if p.prompts() || host.BehindAllowed(p.commands) {
		return nil
	}
	for _, s := range host.Schedules(p.commands) {
		if s.Behind {
			short = append(short, s)
		}
	}
	return short
}

// brokenGuards returns the guards that were broken, if that fails the run, as for behind.
func (p *program) brokenGuards() []lang.Check {
	if p.prompts() {
		return nil
	}
	return conditions.Broken(p.commands)
}

// judge fails a run with a group behind its schedule or a broken guard.
func (p *program) judge(code int) int {
	if code == lang.ExitDone && len(p.behind())+len(p.brokenGuards()) > 0 {
		return lang.ExitFailed
	}
	return code
}

// document is a file for the outcome of the run.
type document struct {
	path  string
	write func(io.Writer, outcome.Run) error
}

// openReports creates the files before anything runs, so that a wrong name fails at
// once.
func (p *program) openReports() error {
	if p.JSON != "" {
		p.reports = append(p.reports, document{p.JSON, outcome.JSON})
	}
	if p.JUnit != "" {
		p.reports = append(p.reports, document{p.JUnit, outcome.JUnit})
	}
	for _, r := range p.reports {
		if r.path == standard {
			continue
		}
		f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return unwritten("the report", err)
		}
		if err := f.Close(); err != nil {
			return unwritten("the report", err)
		}
	}
	return nil
}

// unwritten returns the error for a file that cannot be written: its name and the reason,
// without the name of the system call.
func unwritten(what string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("cannot write %s: %s: %w", what, path.Path, path.Err)
	}
	return fmt.Errorf("cannot write %s: %w", what, err)
}

// writeReport writes the files and returns the exit code of the run, at least
// ExitFailed if a file cannot be written.
func (p *program) writeReport(code int) int {
	if len(p.reports) == 0 {
		return code
	}
	run := p.outcome(code)
	for _, r := range p.reports {
		var b bytes.Buffer
		err := r.write(&b, run)
		switch {
		case err != nil:
		case r.path == standard:
			_, err = p.Out.Write(b.Bytes())
		default:
			err = writeReportFile(r.path, b.Bytes())
		}
		if err != nil {
			fmt.Fprintln(p.Err, unwritten("the report", err))
			code = max(code, lang.ExitFailed)
		}
	}
	return code
}

// writeReportFile replaces a file. After an error the old file is unchanged, and an
// empty one, which stood for the report, is gone.
func writeReportFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o644) // a device or a pipe
	}
	_, err = report.WriteWhole(context.Background(), path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil && info != nil && info.Size() == 0 {
		_ = os.Remove(path)
	}
	return err
}

func (p *program) outcome(code int) outcome.Run {
	return outcome.Run{
		Report: report.ReportNow(p.commands), Elapsed: time.Since(p.began), ExitCode: code, Scripts: p.Files, Variables: p.commands.Variables(), Results: p.commands.Results(),
		Schedules: host.Schedules(p.commands), BehindAllowed: host.BehindAllowed(p.commands), Refused: p.refused,
	}
}

// replay saves the typed lines as a script and returns the line that replays it.
func (p *program) replay() []string {
	var fixed []lang.Variable
	for _, v := range p.commands.Variables() {
		if v.Fixed {
			fixed = append(fixed, v)
		}
	}
	body := p.commands.Journal().Replay(p.version, fixed)
	path := userDir(stateDir, "last.pulsh")
	if body == "" || path == "" {
		return nil
	}
	if err := writeWhole(path, body); err != nil {
		return []string{"  cannot save the session for replay: " + err.Error()}
	}
	flags := connectionFlags(p.target, p.Local)
	if p.Embedded {
		flags = append([]string{"--embedded"}, tuningFlags(p.target)...)
	}
	return []string{"  replay: pulsh " + strings.Join(append(flags, "-f", withTilde(path)), " ")}
}

// writeWhole replaces a file atomically, with access for its owner only.
func writeWhole(path, body string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".last-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(body)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it may be gone already
	}
	return err
}

// connectionFlags returns the flags that connect to a cluster.
func connectionFlags(t broker.Target, local bool) []string {
	if local {
		return append([]string{"--local"}, tuningFlags(t)...)
	}
	var out []string
	add := func(name, value, usual string) {
		if value != "" && value != usual {
			out = append(out, name, shellWord(value))
		}
	}
	add("--url", t.URL, defaultURL)
	add("--admin-url", t.AdminURL, defaultAdminURL)
	add("--token-file", t.TokenFile, "")
	add("--trust-certs", t.TrustFile, "")
	for _, f := range broker.LoginFields() {
		if f.Name != "password_env" {
			add(dashed(flagName(f.Name)), *f.Field(&t.Login), "")
		}
	}
	add("--tls-check", string(t.TLSCheck), string(broker.TLSFull))
	return append(out, tuningFlags(t)...)
}

// withTilde shortens a path in the user's home folder to ~/, quoted for a shell.
func withTilde(path string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return shellWord(path)
	}
	rest, ok := strings.CutPrefix(path, home+string(filepath.Separator))
	if !ok || shellWord(rest) != rest {
		return shellWord(path)
	}
	return "~/" + rest
}

// shellWord quotes a word for a shell if it needs quotes.
func shellWord(text string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:+,@%="
	if text != "" && strings.Trim(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

package start

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/outcome"
	"pulsh/session/broker"
	"pulsh/shell/frames"
)

// standard is the file that means the standard output.
const standard = "-"

// results is where results go as text: not where JSON goes.
func (p *program) results() *os.File {
	if p.JSON == standard {
		return p.Err
	}
	return p.Out
}

// summary is what the session came to. A batch of mere questions has none: what
// it printed is all that was asked for.
func (p *program) summary() []string {
	s := p.session.Snapshot()
	if p.prompts() {
		return p.locale.texts(append(frames.Summary(s), p.again()...))
	}
	if len(s.Groups) == 0 {
		return nil
	}
	lines := frames.Summary(s)
	for _, short := range p.behind() {
		lines = append([]string{"FAIL  " + short.String(), "      try: --allow-behind, or a lower rate"}, lines...)
	}
	return p.locale.texts(lines)
}

// behind are the groups that fell short of their schedules, if that is a failure
// here: nobody watches who could judge it himself.
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

// judge fails a run that was done but for its schedules.
func (p *program) judge(code int) int {
	if code == lang.ExitDone && len(p.behind()) > 0 {
		return lang.ExitFailed
	}
	return code
}

// document is a file for what became of the run.
type document struct {
	path  string
	write func(io.Writer, outcome.Run) error
}

// openReports makes the files before anything runs, so that a wrong name is not
// found out after hours.
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
			return fmt.Errorf("the report cannot be written: %w", err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("the report cannot be written: %w", err)
		}
	}
	return nil
}

// report writes the files and returns the exit code, which says when that failed.
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
			err = os.WriteFile(r.path, b.Bytes(), 0o644)
		}
		if err != nil {
			fmt.Fprintln(p.Err, "the report cannot be written:", err)
			code = max(code, lang.ExitFailed)
		}
	}
	return code
}

func (p *program) outcome(code int) outcome.Run {
	return outcome.Run{
		Pulsh: p.version, Began: p.began, Elapsed: time.Since(p.began), ExitCode: code, Scripts: p.Files, Variables: p.commands.Variables(),
		Journal: p.commands.Journal(), Schedules: host.Schedules(p.commands), BehindAllowed: host.BehindAllowed(p.commands),
		Settings: host.GroupSettings(p.commands), Last: p.session.Snapshot(), Refused: p.refused,
	}
}

// again saves what was typed and says how it is run again.
func (p *program) again() []string {
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
		return []string{"  what was typed cannot be saved: " + err.Error()}
	}
	return []string{"  again: pulsh " + strings.Join(append(reaching(p.target, p.Local), "-f", homely(path)), " ")}
}

// writeWhole replaces a file at once, for its owner alone.
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

// reaching are the options that lead to a cluster.
func reaching(t broker.Target, local bool) []string {
	if local {
		return []string{"--local"}
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
	add("--tls-check", string(t.TLSCheck), string(broker.TLSFull))
	return out
}

// homely writes a path below the user's folder with ~ where a shell reads it so.
func homely(path string) string {
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

// shellWord quotes what a shell would take apart.
func shellWord(text string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:+,@%="
	if text != "" && strings.Trim(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

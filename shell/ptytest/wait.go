package ptytest

import (
	"regexp"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// Until waits until done returns true. It calls done after each write of the
// program.
func (s *Terminal) Until(what string, done func() bool) {
	s.t.Helper()
	deadline := time.After(s.Patience)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			require.FailNow(s.t, "never came: "+what, strings.Join(s.Rows(), "\n"))
		}
	}
}

// See waits for a row that matches pattern. It returns the match and its groups.
func (s *Terminal) See(pattern string) (match []string) {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	s.Until(pattern, func() bool {
		for _, row := range s.Rows() {
			if match = re.FindStringSubmatch(row); match != nil {
				return true
			}
		}
		return false
	})
	return match
}

// Gone waits until no row matches pattern.
func (s *Terminal) Gone(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	s.Until("no "+pattern, func() bool {
		for _, row := range s.Rows() {
			if re.MatchString(row) {
				return false
			}
		}
		return true
	})
}

// Wait waits for the end of the program and for its last bytes on the screen. It
// returns the exit code, -1 if a signal ended the program.
func (s *Terminal) Wait() (code int) {
	s.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.Cmd.Wait() }()
	deadline := time.After(s.Patience)
	select {
	case <-ended:
	case <-deadline:
		_ = s.Cmd.Process.Kill()
		<-ended
		require.FailNow(s.t, "the program did not end", strings.Join(s.Rows(), "\n"))
	}
	select {
	case <-s.pumped:
	case <-deadline:
		require.FailNow(s.t, "a child of the program keeps the terminal")
	}
	return s.Cmd.ProcessState.ExitCode()
}

// againAfter is the time after which Again acts once more.
const againAfter = time.Second

// Again calls act until done returns true, once a second, because keys that are
// still on their way may spoil the effect of act.
func (s *Terminal) Again(act func(), what string, done func() bool) {
	s.t.Helper()
	for begun := time.Now(); time.Since(begun) < s.Patience; {
		act()
		for tried := time.Now(); time.Since(tried) < againAfter; {
			s.mu.Lock()
			changed := s.changed
			s.mu.Unlock()
			if done() {
				return
			}
			select {
			case <-changed:
			case <-time.After(againAfter - time.Since(tried)):
			}
		}
	}
	require.FailNow(s.t, "never came: "+what, strings.Join(s.Rows(), "\n"))
}

// Forget drops the stream and the scrollback, which grow without end in a long
// test.
func (s *Terminal) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Reset()
	s.emu.ClearScrollback()
}

package local

import (
	"io"
	"os"
	"strings"
	"time"
)

// logTail bounds how much of the end of a log is read.
const logTail = 1 << 20

// Condition is what a server is doing.
type Condition string

// The conditions of a server. Killed means that it ended by SIGKILL; Stopped
// covers every other end.
const (
	Running  Condition = "running"
	Starting Condition = "starting"
	Stopping Condition = "stopping"
	Stopped  Condition = "stopped"
	Killed   Condition = "killed"
)

// Status is a look at a server.
type Status struct {
	Condition Condition
	// PID is the server's process, 0 when none runs or it is foreign.
	PID int
	// Uptime counts from the start of the process.
	Uptime time.Duration
	// Resident is the process's memory and Data the size of the stored
	// messages and metadata, both in bytes; 0 when not known.
	Resident, Data int64
	// BrokerPort and WebPort listen on 127.0.0.1; WebPort is 0 when a foreign
	// server's is not known.
	BrokerPort, WebPort int
	Version             string
	// Source says where the server came from.
	Source string
	// Users counts the pulsh processes that hold the server.
	Users int
	// Kept says that the server stays when the last of them is gone.
	Kept bool
	// Reason says how the last server ended, when none runs.
	Reason string
}

// current returns what is known of the server now.
func (s *Server) current() state {
	if s.origin == Foreign {
		return s.foreign
	}
	st, _ := s.at.state()
	return st
}

// URL returns the address for Pulsar clients.
func (s *Server) URL() string { return brokerURL(s.current().Ports.Broker) }

// AdminURL returns the address of the admin API, or "" when a foreign server
// has none at the wanted port.
func (s *Server) AdminURL() string {
	if web := s.current().Ports.Web; web != 0 {
		return adminURL(web)
	}
	return ""
}

// Version returns the version of Pulsar, or "" when a foreign server does not
// tell it.
func (s *Server) Version() string { return s.current().Version }

// Origin says how this process came to the server.
func (s *Server) Origin() Origin { return s.origin }

// Note returns what was not as wanted, such as a taken port, or "".
func (s *Server) Note() string { return s.current().Note }

// ReadyIn returns how long the server took from the start of its process until
// it was ready; 0 for a foreign one.
func (s *Server) ReadyIn() time.Duration {
	return time.Duration(s.current().ReadyInMS) * time.Millisecond
}

// Status looks at the server. It asks no question over the network.
func (s *Server) Status() Status {
	st := s.current()
	out := Status{
		Condition: Running, BrokerPort: st.Ports.Broker, WebPort: st.Ports.Web, Version: st.Version, Source: st.Source,
	}
	if s.origin == Foreign {
		return out
	}
	out.Data, out.Kept = folderSize(s.at.data(st.Version)), s.at.kept()
	pids := map[int]bool{}
	for _, u := range s.at.users() {
		pids[u.PID] = true
	}
	out.Users = len(pids)
	if st.running() && !st.Server.alive() {
		out.Condition = Stopping // the supervisor is about to say how it ended
		return out
	}
	if st.running() {
		out.PID, out.Uptime, out.Resident = st.Server.PID, time.Since(st.Started), residentMemory(st.Server.PID)
		switch st.Phase {
		case phaseStarting:
			out.Condition = Starting
		case phaseStopping:
			out.Condition = Stopping
		}
		return out
	}
	out.Condition = Stopped
	if e, ok := s.at.exit(st.Server); ok {
		out.Reason = e.Reason
		if e.Killed && !e.Asked {
			out.Condition = Killed
		}
	}
	return out
}

// Logs returns the last n lines of the server's log, oldest first; what the
// server wrote before it had a log comes when there is nothing else.
func (s *Server) Logs(n int) ([]string, error) {
	if _, err := s.own(); err != nil {
		return nil, err
	}
	lines := s.linesSince(0)
	return lines[max(0, len(lines)-n):], nil
}

// linesSince returns the lines of the log after the given offset, of which the
// last logTail bytes, or the console's when the log has none.
func (s *Server) linesSince(offset int64) []string {
	if lines := tail(s.at.logFile(), offset); len(lines) > 0 {
		return lines
	}
	return tail(s.at.console(), 0)
}

// tail returns the lines of a file after offset, of which the last logTail
// bytes. A file shorter than offset was begun anew and is read from its start.
func tail(path string, offset int64) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	size := info.Size()
	if offset > size {
		offset = 0
	}
	cut := size-offset > logTail
	b, _ := io.ReadAll(io.NewSectionReader(f, max(offset, size-logTail), logTail))
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	if cut {
		lines = lines[1:] // begins within a line
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines
}

// cause picks the line of a log that best says why a server failed: the last
// exception, else the last error, else the last line.
func cause(lines []string) string {
	pick := func(match func(string) bool) string {
		for i := len(lines) - 1; i >= 0; i-- {
			if match(lines[i]) {
				return strings.TrimSpace(lines[i])
			}
		}
		return ""
	}
	exception := pick(func(l string) bool {
		return !strings.HasPrefix(l, "\t") && !strings.HasPrefix(l, "Wrapped by") &&
			(strings.Contains(l, "Exception: ") || strings.Contains(l, "Error: "))
	})
	if exception != "" {
		return exception
	}
	if l := pick(func(l string) bool { return strings.Contains(l, " ERROR ") }); l != "" {
		return l
	}
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

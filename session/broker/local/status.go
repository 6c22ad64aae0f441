package local

import (
	"io"
	"os"
	"strings"
	"time"
)

// logTail bounds the part of a log that is read, from its end, in bytes.
const logTail = 1 << 20

// Condition is the condition of a server.
type Condition string

// The conditions. Killed is the end by SIGKILL, and Stopped any other.
const (
	Running  Condition = "running"
	Starting Condition = "starting"
	Stopping Condition = "stopping"
	Stopped  Condition = "stopped"
	Killed   Condition = "killed"
)

// Status describes a server at one moment.
type Status struct {
	Condition Condition
	// PID is the process ID of the server, 0 if none runs or it is foreign.
	PID int
	// Uptime counts from the start of the process.
	Uptime time.Duration
	// Resident is the memory of the process, and Data the size of the stored
	// messages and metadata, in bytes; 0 if not known.
	Resident, Data int64
	// BrokerPort and WebPort are ports of 127.0.0.1. WebPort is 0 if that of a
	// foreign server is not known.
	BrokerPort, WebPort int
	Version             string
	// Source is the origin of the server's program, for the user.
	Source string
	// Users is the number of pulsh processes that use the server.
	Users int
	// Kept reports whether the server stays after the last of them has left.
	Kept bool
	// Reason is the way in which the last server ended, if none runs.
	Reason string
}

// current returns the recorded state of the server.
func (s *Server) current() state {
	if s.origin == Foreign {
		return s.foreign
	}
	st, _ := s.at.state()
	return st
}

// URL returns the address for Pulsar clients.
func (s *Server) URL() string { return brokerURL(s.current().Ports.Broker) }

// AdminURL returns the address of the admin API, or "" if a foreign server has none
// at the wanted port.
func (s *Server) AdminURL() string {
	if web := s.current().Ports.Web; web != 0 {
		return adminURL(web)
	}
	return ""
}

// Version returns the version of Pulsar, or "" if that of a foreign server is not
// known.
func (s *Server) Version() string { return s.current().Version }

// Origin returns the way in which this process came to the server.
func (s *Server) Origin() Origin { return s.origin }

// Note returns a note for the user, for example on a taken port, or "".
func (s *Server) Note() string { return s.current().Note }

// ReadyIn returns the time from the start of the server's process until it was
// ready, or 0 for a foreign server.
func (s *Server) ReadyIn() time.Duration {
	return time.Duration(s.current().ReadyInMS) * time.Millisecond
}

// Status returns the status of the server, without a request to it.
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

// Logs returns the last n lines of the server's log, oldest first. If the log is
// empty, they come from the console output before it.
func (s *Server) Logs(n int) ([]string, error) {
	if _, err := s.own(); err != nil {
		return nil, err
	}
	lines := s.linesSince(0)
	return lines[max(0, len(lines)-n):], nil
}

// linesSince returns the lines in the last logTail bytes of the log after an offset,
// or those of the console if there are none.
func (s *Server) linesSince(offset int64) []string {
	if lines := tail(s.at.logFile(), offset); len(lines) > 0 {
		return lines
	}
	return tail(s.at.console(), 0)
}

// tail returns the lines in the last logTail bytes of a file after an offset. A file
// that is shorter was started again and is read from its beginning.
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

// cause returns the line of a log that best explains the failure of a server: the
// last exception, else the last error, else the last line.
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

package kinds

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// AckCount is the number of messages to acknowledge now.
type AckCount int

// UserMarks returns the marks of the command mark, oldest first.
func UserMarks(s *snapshot.Snapshot) []snapshot.Mark {
	return slices.DeleteFunc(slices.Clone(s.Marks), func(m snapshot.Mark) bool { return m.Kind != snapshot.MarkNote })
}

// completeOutputs offers the typed name with each extension, then folders.
func completeOutputs(endings func() export.Table[string]) func(*lang.Scene) []lang.Suggestion {
	return func(s *lang.Scene) []lang.Suggestion {
		stem := strings.TrimSuffix(s.Partial, filepath.Ext(s.Partial))
		if stem == "" || strings.HasSuffix(stem, "/") {
			stem += "run"
		}
		var out []lang.Suggestion
		for _, f := range endings() {
			out = append(out, lang.Suggestion{Text: lang.Quote(stem + f.Name), Description: f.Value})
		}
		return append(out, lang.CompleteFiles(folders)(s)...)
	}
}

// MetricsAddress is the default address of metrics. Prometheus itself has port
// 9090; 9095 is free in its list of default ports.
const MetricsAddress = "127.0.0.1:9095"

// ParseMetricsAddress reads an address for metrics, HOST:PORT, :PORT or PORT.
// Without a host it is this machine. remote reports whether other machines can
// reach it.
func ParseMetricsAddress(text string) (address string, remote bool, err error) {
	if !strings.Contains(text, ":") {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", false, fmt.Errorf("%q is not an address such as %s", text, MetricsAddress)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || port != strconv.FormatUint(n, 10) {
		return "", false, fmt.Errorf("%q is not a port: 0 to 65535", port)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host)
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == '/' || r == '@' }) {
		return "", false, fmt.Errorf("%q is not the name of a host", host)
	}
	return net.JoinHostPort(host, port), host != "localhost" && (ip == nil || !ip.IsLoopback()), nil
}

// ListenAt is a parsed address.
type ListenAt struct {
	Address string
	Remote  bool
}

// StandardOutput is the file name of standard output.
const StandardOutput = "-"

// messagesMax bounds the number of messages of rewind and skip.
const messagesMax = 1_000_000_000

// numberOf returns the parser of an integer from 1 to most, as 8, 10k or 2M.
func numberOf(what string, most int) func(text string) (any, error) {
	return func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > most) {
			err = fmt.Errorf("%q is not a number of %s from 1 to %s", text, what, graphs.Whole(float64(most)))
		}
		return n, err
	}
}

// ageMin is the unit of Pulsar's message expiry.
const ageMin = time.Second

// folders is an extension that no file has: only folders are offered.
const folders = "/"

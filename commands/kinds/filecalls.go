package kinds

import (
	"strings"

	"pulsh/commands/lang"
)

// fileCall is a form of a value that takes a file: open is what is typed before the
// name, endings are those of the files that are offered, nil for all, and folder is what
// a folder means in place of a file, "" if it is none.
type fileCall struct {
	open    string
	endings []string
	folder  string
}

// withFiles returns a completion that offers files where the name of one is being
// typed, and else what otherwise offers.
func withFiles(otherwise func(*lang.Scene) []lang.Suggestion, calls ...fileCall) func(*lang.Scene) []lang.Suggestion {
	return func(s *lang.Scene) []lang.Suggestion {
		for _, call := range calls {
			if at := openAt(s.Partial, call.open); at >= 0 {
				return call.files(s, at)
			}
		}
		return otherwise(s)
	}
}

// openAt returns the offset behind the last open, or -1 if that call is closed or has
// its file already.
func openAt(typed, open string) int {
	at := strings.LastIndex(typed, open)
	if at < 0 || at > 0 && isLetter(typed[at-1]) || strings.ContainsAny(typed[at+len(open):], "),") {
		return -1
	}
	return at + len(open)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// files offers the files whose names may begin as what is typed from the offset on, and
// closes all calls behind them.
func (f fileCall) files(s *lang.Scene, at int) []lang.Suggestion {
	inner := *s
	inner.Partial = s.Partial[at:]
	out := lang.CompleteFiles(f.endings...)(&inner)
	closing := strings.Repeat(")", strings.Count(s.Partial[:at], "(")-strings.Count(s.Partial[:at], ")"))
	for i, one := range out {
		end := closing
		if lang.Begun(one.Text) {
			end = ""
		}
		out[i].Text = s.Partial[:at] + one.Text + end
	}
	if f.folder != "" && strings.HasSuffix(inner.Partial, "/") {
		whole := lang.Suggestion{Text: s.Partial[:at] + lang.Quote(inner.Partial) + closing, Description: f.folder}
		out = append([]lang.Suggestion{whole}, out...)
	}
	return out
}

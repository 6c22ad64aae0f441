package messages

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/schema"
)

// form is how bodies are shown.
type form struct {
	body string // one of bodyWords
	most int    // bytes of a body
	now  time.Time
	view func(broker.Message) schema.View // of messages with a schema
}

// The ways in which a body is shown.
const (
	autoBody = "auto"
	textBody = "text"
	hexBody  = "hex"
	noBody   = "none"
)

func bodyWords() []string { return []string{autoBody, textBody, hexBody, noBody} }

// bodyShown is how many bytes of a body are shown unless the line says otherwise, and
// stampShown how many of those that follow pulsh's own stamp, which are filling.
const (
	bodyShown  = 1 << 10
	stampShown = 32
	bodyMost   = 1 << 20
)

// lines returns a message as lines without a character that a terminal obeys.
func (f form) lines(m broker.Message) []string {
	var view *schema.View
	if len(m.Schema) > 0 && !m.Encrypted && m.Chunks < 2 {
		seen := f.view(m)
		view = &seen
	}
	all := []string{f.head(m, view)}
	for _, name := range slices.Sorted(maps.Keys(m.Properties)) {
		all = append(all, "  property "+visible(name)+": "+visible(m.Properties[name]))
	}
	return append(all, f.bodyOf(m, view)...)
}

// head returns what a message carries beside its body and properties. view is what its
// schema tells, nil for none.
func (f form) head(m broker.Message, view *schema.View) string {
	parts := []string{"id " + m.ID.String()}
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if m.Batch > 1 {
		add("%d of %d in its batch", m.Index+1, m.Batch)
	}
	if m.Key != "" {
		add("key %s", visible(m.Key))
	} else {
		add("no key")
	}
	if m.OrderingKey != "" {
		add("ordering key %s", visible(m.OrderingKey))
	}
	add("%s", graphs.Bytes(float64(len(m.Body))))
	add("published %s", f.at(m.Published))
	if !m.EventTime.IsZero() {
		add("event time %s", f.at(m.EventTime))
	}
	if !m.DeliverAt.IsZero() {
		add("delayed until %s", f.at(m.DeliverAt))
	}
	if m.Redelivery > 0 {
		add("redelivered %d×", m.Redelivery)
	}
	if len(m.Schema) > 0 {
		add("schema %sversion %s", named(view), version(m.Schema))
	}
	if m.Producer != "" {
		add("from %s", visible(m.Producer))
	}
	if m.Encrypted {
		add("encrypted")
	}
	if m.Chunks > 1 {
		add("chunk %d of %d of a message", m.Chunk+1, m.Chunks)
	}
	return strings.Join(parts, " · ")
}

// named writes the name and the kind of a schema that is known.
func named(view *schema.View) string {
	switch {
	case view == nil || view.Kind == "":
		return ""
	case view.Name == string(view.Kind):
		return view.Name + " "
	}
	return fmt.Sprintf("%s (%s) ", visible(view.Name), visible(string(view.Kind)))
}

// version writes the version of a schema, which is a number where Pulsar's own registry
// gave it.
func version(b []byte) string {
	if len(b) == 8 {
		return fmt.Sprint(binary.BigEndian.Uint64(b))
	}
	return hex.EncodeToString(b)
}

// at writes a time of today without the date.
func (f form) at(t time.Time) string {
	const clock = "15:04:05.000"
	if t.IsZero() {
		return graphs.NoValue
	}
	t = t.In(f.now.Location())
	if t.Format(time.DateOnly) == f.now.Format(time.DateOnly) {
		return t.Format(clock)
	}
	return t.Format(time.DateOnly + " " + clock)
}

// bodyOf returns the lines of a body.
func (f form) bodyOf(m broker.Message, view *schema.View) []string {
	body := m.Body
	stamp, stamped := payload.ReadStamp(body)
	switch {
	case f.body == noBody:
		return nil
	case f.body == hexBody && len(body) > 0:
		return dump(body, f.most)
	case f.body == textBody && len(body) > 0:
		return text(body, f.most)
	case view != nil && view.Text != nil:
		return text(view.Text, f.most)
	case view != nil && view.Err != nil:
		return append([]string{"  not decoded: " + visible(view.Err.Error())}, dump(body, f.most)...)
	case len(body) == 0:
		return []string{"  (empty)"}
	case stamped:
		head := fmt.Sprintf("  message %s of pulsh's producer …%08x, due %s", graphs.Whole(float64(stamp.Sequence)), uint32(stamp.Producer), f.at(time.Unix(0, stamp.Due)))
		return append([]string{head}, dump(body[payload.StampSize:], min(f.most, stampShown))...)
	case m.Encrypted || m.Chunks > 1 || !readable(body):
		return dump(body, f.most)
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '[') && len(body) <= bodyMost {
		var indented bytes.Buffer
		if json.Indent(&indented, first, "", "  ") == nil {
			return text(indented.Bytes(), f.most)
		}
	}
	return text(body, f.most)
}

// readable reports whether a body is text: UTF-8 with few control characters.
func readable(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	odd, all := 0, 0
	for _, r := range string(body) {
		all++
		if unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) {
			odd++
		}
	}
	return odd*4 <= all
}

// text returns a body as lines, cut to so many bytes.
func text(body []byte, most int) (lines []string) {
	shown := body
	if len(body) > most {
		for most > 0 && !utf8.RuneStart(body[most]) {
			most--
		}
		shown = body[:most]
	}
	for line := range strings.SplitSeq(strings.TrimRight(strings.ReplaceAll(string(shown), "\r\n", "\n"), "\n"), "\n") {
		lines = append(lines, "  "+visible(line))
	}
	return append(lines, rest(len(body)-len(shown))...)
}

// dumpWidth is how many bytes stand on a line of a dump.
const dumpWidth = 16

// dump returns bytes in hexadecimal with their characters, cut to so many.
func dump(body []byte, most int) (lines []string) {
	shown := body[:min(len(body), most)]
	for at := 0; at < len(shown); at += dumpWidth {
		row := shown[at:min(at+dumpWidth, len(shown))]
		plain := make([]byte, len(row))
		for i, b := range row {
			plain[i] = '.'
			if b >= ' ' && b <= '~' {
				plain[i] = b
			}
		}
		lines = append(lines, fmt.Sprintf("  %04x  %-*s  %s", at, 3*dumpWidth-1, fmt.Sprintf("% x", row), plain))
	}
	return append(lines, rest(len(body)-len(shown))...)
}

// rest tells of the bytes of a body that are not shown.
func rest(bytes int) []string {
	if bytes <= 0 {
		return nil
	}
	return []string{"  … " + graphs.Bytes(float64(bytes)) + " more"}
}

// visible writes text so that a terminal obeys none of it: what is no printable
// character becomes an escape as in Go.
func visible(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == '\t':
			out.WriteString("    ")
		case r == utf8.RuneError && text[i] != "\uFFFD"[0]:
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case unicode.IsPrint(r):
			out.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
	}
	return out.String()
}

package start

import (
	"fmt"
	"strings"
)

// roff writes a manual page in the macros of man(7).
type roff struct {
	strings.Builder
	begun bool // a section has just begun, and with it a paragraph
}

// request is a macro with its arguments.
func (r *roff) request(name string, args ...string) {
	r.WriteString(name)
	for _, a := range args {
		r.WriteString(` "` + strings.ReplaceAll(roffText(a), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

func (r *roff) section(title string) {
	r.request(".SH", strings.ToUpper(title))
	r.begun = true
}

func (r *roff) subsection(title string) { r.request(".SS", strings.ToUpper(title[:1])+title[1:]) }

// text is a paragraph.
func (r *roff) text(text string) {
	if !r.begun {
		r.WriteString(".PP\n")
	}
	r.paragraph(text)
}

// tagged is a term and what it means.
func (r *roff) tagged(term, text string) {
	r.WriteString(".TP\n\\fB" + roffText(term) + "\\fR\n")
	r.paragraph(text)
}

// roffWidth is how long the lines of the source are, which roff fills anew.
const roffWidth = 78

// paragraph breaks text between words.
func (r *roff) paragraph(text string) {
	r.begun = false
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(roffLine(line+" "+word)) > roffWidth {
			r.WriteString(roffLine(line) + "\n")
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	r.WriteString(roffLine(line) + "\n")
}

// roffLine keeps a line from being read as a request.
func roffLine(text string) string {
	text = roffText(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}

// roffText writes what roff would read otherwise: a hyphen that is typed is a
// minus, and other characters than ASCII stand by their numbers.
func roffText(text string) string {
	text = strings.NewReplacer("\\", `\e`, "-", `\-`, "`", `\(ga`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`, "…", "...", "\n", " ").Replace(text)
	var b strings.Builder
	for _, c := range text {
		if c > 0x7e {
			fmt.Fprintf(&b, `\[u%04X]`, c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

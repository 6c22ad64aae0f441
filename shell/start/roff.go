package start

import "strings"

// roff writes a manual page in the macros of man(7).
type roff struct{ strings.Builder }

// request is a macro with its arguments.
func (r *roff) request(name string, args ...string) {
	r.WriteString(name)
	for _, a := range args {
		r.WriteString(` "` + strings.ReplaceAll(roffText(a), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

func (r *roff) section(title string)    { r.request(".SH", strings.ToUpper(title)) }
func (r *roff) subsection(title string) { r.request(".SS", strings.ToUpper(title[:1])+title[1:]) }

// text is a paragraph.
func (r *roff) text(text string) { r.WriteString(".PP\n" + roffLine(text) + "\n") }

// tagged is a term and what it means.
func (r *roff) tagged(term, text string) {
	r.WriteString(".TP\n\\fB" + roffText(term) + "\\fR\n" + roffLine(text) + "\n")
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
// minus, and other characters than ASCII have names.
func roffText(text string) string {
	return strings.NewReplacer("\\", `\e`, "-", `\-`, "`", `\(ga`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`,
		"…", "...", "·", `\(pc`, "×", `\(mu`, "→", `\(->`, "≤", `\(<=`, "µ", `\(mc`, "\n", " ").Replace(text)
}

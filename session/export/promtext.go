package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// writeProm writes the families in the text format of Prometheus, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/.
func (r *Report) writeProm(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, f := range r.Families() {
		if len(f.Samples) == 0 {
			continue
		}
		b.WriteString("# HELP " + f.Name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(f.Help) + "\n")
		b.WriteString("# TYPE " + f.Name + " " + string(f.Type) + "\n")
		for _, s := range f.Samples {
			f.write(b, s)
		}
	}
	return b.Flush()
}

func (f Family) write(b *bufio.Writer, s Sample) {
	line := func(suffix, label, value string, v string) {
		var pairs []string
		for i, l := range f.Labels {
			pairs = append(pairs, l+`="`+escapeLabel(s.Labels[i])+`"`)
		}
		if label != "" {
			pairs = append(pairs, label+`="`+value+`"`)
		}
		b.WriteString(f.Name + suffix)
		if len(pairs) > 0 {
			b.WriteString("{" + strings.Join(pairs, ",") + "}")
		}
		b.WriteString(" " + v + "\n")
	}
	switch f.Type {
	case Histogram:
		for _, u := range s.Buckets {
			line("_bucket", "le", float(u.UpTo), strconv.FormatUint(u.Count, 10))
		}
		line("_bucket", "le", "+Inf", strconv.FormatUint(s.Count, 10))
	case Summary:
		for _, q := range s.Quantiles {
			line("", "quantile", float(q.Rank), float(q.Value))
		}
	default:
		line("", "", "", float(s.Value))
		return
	}
	line("_sum", "", "", float(s.Sum))
	line("_count", "", "", strconv.FormatUint(s.Count, 10))
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func escapeLabel(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(text)
}

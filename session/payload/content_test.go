package payload

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStampText(t *testing.T) {
	s := Stamp{Producer: 1 << 63, Sequence: MaxSequence, Due: -5, Failed: 7}
	text := AppendStampText(nil, s)
	require.Len(t, text, 43)
	for _, read := range []func() (Stamp, bool){
		func() (Stamp, bool) { return ReadStampText(text) }, func() (Stamp, bool) { return ReadStampText(string(text)) },
	} {
		again, ok := read()
		require.True(t, ok)
		require.Equal(t, s, again)
	}
	for _, wrong := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("=", 43), string(text) + "A"} {
		_, ok := ReadStampText(wrong)
		require.False(t, ok, wrong)
	}
}

// made lists the first bodies that a template makes for one producer.
func made(t testing.TB, text string, n int) (bodies []string) {
	t.Helper()
	template, err := ParseTemplate(text)
	require.NoError(t, err)
	require.Equal(t, text, template.String())
	w := (&Extras{Content: NewTemplated(template)}).Writer(1)
	var e Extra
	for i := range n {
		s := w.Write(&e, Stamp{Producer: 5, Sequence: uint64(i), Due: 1_700_000_000_123_456_789})
		require.True(t, e.Own)
		require.LessOrEqual(t, len(e.Body), template.Largest())
		read, ok := ReadStampText(e.Properties[len(e.Properties)-1].Value)
		require.True(t, ok)
		require.Equal(t, s, read)
		bodies = append(bodies, string(e.Body))
	}
	return bodies
}

func TestTemplateFields(t *testing.T) {
	require.Equal(t, []string{"1", "2"}, made(t, "{{counter}}", 2))
	require.Equal(t, []string{"{1000}", "{1001}"}, made(t, "{{{ counter(1000) }}}", 2))
	require.Equal(t, []string{"2023-11-14T22:13:20.123Z 1700000000123 1700000000 1700000000123456789"}, made(t, "{{time}} {{time(ms)}} {{time(s)}} {{time(ns)}}", 1))
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, made(t, "{{uuid}}", 1)[0])
	require.Regexp(t, `^[A-Z][a-z]{3,5} [A-Z][a-z]{3,5}$`, made(t, "{{name}}", 1)[0])
	require.Equal(t, []string{"}} plain { text"}, made(t, "}} plain { text", 1))
	seen := map[string]bool{}
	for _, body := range made(t, `{"n":{{int(-3,3)}},"f":{{float(0,1,2)}},"c":"{{choice(red,green)}}","b":{{bool}},"t":"{{text(20)}}","h":"{{hex(8)}}","in":{"a":{{counter}}}}`, 200) {
		var record struct {
			N    int
			F    float64
			C    string
			B    bool
			T, H string
		}
		require.NoError(t, json.Unmarshal([]byte(body), &record), body)
		require.True(t, record.N >= -3 && record.N <= 3 && record.F >= 0 && record.F <= 1)
		require.Len(t, record.T, 20)
		require.Len(t, record.H, 8)
		seen[fmt.Sprint(record.N)], seen[record.C], seen[fmt.Sprint(record.B)] = true, true, true
	}
	require.Len(t, seen, 7+2+2)
}

func TestTemplateRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":{{counter}`:  `"{{counter}" has no closing braces (}})`,
		"{{conter}}":        "{{conter}} is not a field of a template (counter, uuid, time, int, float, choice, bool, name, text, hex)",
		"{{}}":              "{{}} is not a field of a template (counter, uuid, time, int, float, choice, bool, name, text, hex)",
		"{{int(1}}":         "{{int(1}} has no closing parenthesis",
		"{{int(5,1)}}":      "{{int(5,1)}} is not a field: int takes two whole numbers in order, such as int(1,100)",
		"{{int}}":           "{{int}} is not a field: it is written int(1,100)",
		"{{float(0,nan)}}":  "{{float(0,nan)}} is not a field: float takes two numbers in order, such as float(0,1)",
		"{{float(0,1,16)}}": `{{float(0,1,16)}} is not a field: "16" is not a number of decimals up to 15`,
		"{{text(0)}}":       `{{text(0)}} is not a field: "0" is not a whole number from 1 to 65536`,
		"{{text(99999)}}":   `{{text(99999)}} is not a field: "99999" is not a whole number from 1 to 65536`,
		"{{time(h)}}":       `{{time(h)}} is not a field: "h" is not a unit of time (s, ms, us, ns)`,
		"{{choice()}}":      "{{choice()}} is not a field: it is written choice(red,green)",
		"{{uuid(4)}}":       "{{uuid(4)}} is not a field: it is written uuid",
		"{{counter(-1)}}":   `{{counter(-1)}} is not a field: "-1" is not a whole number from 0 on`,
		strings.Repeat("{{counter}}", 1e3) + "{{uuid}}": "a template has at most 1000 fields",
		strings.Repeat("x", 64<<10+1):                   "a template of 65537 bytes exceeds the limit of 65536",
	} {
		_, err := ParseTemplate(text)
		require.EqualError(t, err, want)
	}
}

func FuzzParseTemplate(f *testing.F) {
	for _, field := range TemplateFields() {
		f.Add(field)
	}
	f.Add(`{"a":{{int(1,2)}},{{{`)
	f.Fuzz(func(t *testing.T, text string) {
		if template, err := ParseTemplate(text); err == nil && template.Largest() < 1<<20 {
			made(t, text, 3)
		}
	})
}

func TestProperties(t *testing.T) {
	p, err := ParseProperties("region:eu, tenant:7,at:{{time(ms)}},one:{{choice(a,b)}},url:http://x")
	require.NoError(t, err)
	require.Equal(t, 5, p.Count())
	w := (&Extras{Properties: p, EventTime: true}).Writer(1)
	var e Extra
	s := w.Write(&e, Stamp{Due: 1_700_000_000_123_456_789})
	require.EqualValues(t, 1_700_000_000_123_456_789, s.Due)
	require.EqualValues(t, 1_700_000_000_123, e.EventTime)
	require.False(t, e.Own)
	require.Zero(t, e.DeliverAt)
	var got []string
	for _, one := range e.Properties {
		got = append(got, one.Name+"="+string(one.Value))
	}
	require.Contains(t, []string{"a", "b"}, string(e.Properties[3].Value))
	require.Equal(t, []string{"region=eu", "tenant=7", "at=1700000000123", "url=http://x"}, append(got[:3], got[4]))

	none, err := ParseProperties("none")
	require.NoError(t, err)
	require.Equal(t, "none", none.String())
	for text, want := range map[string]string{
		"":                              `"" is not a property, name:value`,
		"region":                        `"region" is not a property, name:value`,
		":eu":                           `":eu" is not a property, name:value`,
		"a:1,a:2":                       "the property a is given twice",
		"pulsh:1":                       "the property pulsh is the one that pulsh counts messages by",
		"a:{{nothing}}":                 "{{nothing}} is not a field of a template (counter, uuid, time, int, float, choice, bool, name, text, hex)",
		"a:{{text(5000)}}":              "the value of a may have 5000 bytes, more than the limit of 4096",
		strings.Repeat("n", 257) + ":1": "a property's name of 257 bytes exceeds the limit of 256",
	} {
		_, err := ParseProperties(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzParseProperties(f *testing.F) {
	f.Add("region:eu,tenant:7,at:{{time(ms)}},one:{{choice(a,b)}}")
	f.Add("a:(,b:)c,")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProperties(text)
		if err != nil {
			return
		}
		again, err := ParseProperties(p.String())
		require.NoError(t, err)
		require.Equal(t, p.Count(), again.Count())
		(&Extras{Properties: p}).Writer(1).Write(&Extra{}, Stamp{})
	})
}

func TestDelay(t *testing.T) {
	w := (&Extras{Delay: Delay{time.Second, 3 * time.Second}}).Writer(1)
	var e Extra
	var least, most int64 = 1 << 62, 0
	for range 1000 {
		s := w.Write(&e, Stamp{Due: 5_000_000_100})
		require.Equal(t, e.DeliverAt*1e6, s.Due)
		least, most = min(least, e.DeliverAt), max(most, e.DeliverAt)
	}
	require.True(t, least >= 6001 && least < 6020 && most > 7980 && most <= 8001, "%d..%d", least, most)
}

func TestLines(t *testing.T) {
	c, err := NewLines("one\r\ntwo\n\n  \nthree", "\n")
	require.NoError(t, err)
	require.Equal(t, []int{3, 5}, []int{c.Count(), c.Largest()})
	require.EqualValues(t, 11, c.Total())
	x := &Extras{Content: c} // two producers take turns
	first, second := x.Writer(1), x.Writer(2)
	var e Extra
	var got []string
	for _, w := range []*Writer{first, second, second, first} {
		w.Write(&e, Stamp{})
		got = append(got, string(e.Body))
	}
	require.Equal(t, []string{"one", "two", "three", "one"}, got)

	_, err = NewLines(" \n\n", "\n")
	require.EqualError(t, err, "contains no messages")
}

func TestParseOwnBodies(t *testing.T) {
	for text, kind := range map[string]Kind{
		"none": NoneKind, "file(orders.ndjson)": FileKind, `file(a b.txt,delimiter=\0)`: FileKind, "file(x,delimiter=;)": FileKind,
		`template({"id":{{counter}}})`: TemplateKind, "template(@order.json)": TemplateKind,
	} {
		got, argument, err := ParseBody(text)
		require.NoError(t, err, text)
		require.Equal(t, kind, got)
		require.True(t, got.Own())
		require.Equal(t, text, FormatBody(got, argument))
	}
	f, err := ParseFileBody(`a,delimiter=\t\r\n`)
	require.NoError(t, err)
	require.Equal(t, FileBody{"a", "\t\r\n"}, f)
	for text, want := range map[string]string{
		"file()":               `a file needs a name (file(FILE))`,
		"file(a":               `"file(a" has no closing parenthesis (file(FILE))`,
		"file(,delimiter=x)":   `file needs the name of a file or a folder (file(FILE))`,
		"file(a,delim=x)":      `"delim=x" is not an option of file (delimiter=TEXT)`,
		"file(a,delimiter=)":   `"delimiter=" is not an option of file (delimiter=TEXT)`,
		`file(a,delimiter=\q)`: `"\\q" is not a delimiter, a text such as ; or \t or \0`,
		"template()":           `a template needs a text (template(TEXT))`,
		"template({{counter)":  `"{{counter" has no closing braces (}})`,
		"template":             `"template" is not a kind of body (random, text, sequential, zero, pattern(TEXT), none, file(FILE), template(TEXT))`,
		"fiel(x)":              `"fiel(x)" is not a kind of body (random, text, sequential, zero, pattern(TEXT), none, file(FILE), template(TEXT))`,
	} {
		_, _, err := ParseBody(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzParseBody(f *testing.F) {
	for _, text := range []string{"none", "file(a,delimiter=;)", "template({{uuid}})", "pattern(x)", "template(@f)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind, argument, err := ParseBody(text)
		if err == nil {
			require.Equal(t, text, FormatBody(kind, argument))
		}
	})
}

// Random bodies compress to their ratio.
func TestRatio(t *testing.T) {
	for _, text := range []string{"0.1", "0.4", "0.75", "1"} {
		ratio, err := ParseRatio(text)
		require.NoError(t, err)
		require.Equal(t, text, ratio.String())
		for _, size := range []int{256, 1 << 10, 10_000} {
			fixed, err := FixedSize(size)
			require.NoError(t, err)
			bodies, err := NewBodies(Spec{Size: fixed, Ratio: ratio}, 100, 1)
			require.NoError(t, err)
			var plain, packed bytes.Buffer
			w := zlib.NewWriter(&packed)
			for slot := range bodies.Slots() {
				body := bodies.Body(slot)
				PutStamp(body, Stamp{Producer: 1, Sequence: uint64(slot), Due: int64(slot) * 1e6})
				plain.Write(body)
				_, _ = w.Write(body)
			}
			require.NoError(t, w.Close())
			want := float64(ratio)
			if want == 0 {
				want = 1
			}
			require.InDelta(t, want, float64(packed.Len())/float64(plain.Len()), 0.09, "%s of %d", text, size)
		}
	}
	for _, text := range []string{"0", "1.5", "-1", "x", "NaN"} {
		_, err := ParseRatio(text)
		require.EqualError(t, err, fmt.Sprintf("%q is not a ratio from 0.01 to 1, such as 0.4", text))
	}
}

package commands

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// TestWrongInputIsRefusedWithAdvice types what cannot be done while a group sends and
// another receives: each line has its sentence and its advice, and both go on.
func TestWrongInputIsRefusedWithAdvice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		t.Chdir(t.TempDir())
		for name, text := range map[string]string{"broken.avsc": `{"type":"record"`, "text.csv": "0,1000\nsoon,many\n", "no.pem": "no key", "empty.txt": ""} {
			require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		}
		r.do("read start r1 topic=fast", "stop r1")
		for line, want := range map[string]string{
			"produce start f body=file(missing.txt)":          "missing.txt cannot be read",
			"produce start f body=file(empty.txt)":            "empty",
			"produce start f body=template({{counter)":        "has no closing braces",
			"produce start f body=template(a":                 "has no closing parenthesis",
			"produce start f body=template({{nothing}})":      "is not a field of a template",
			"produce start f rate=trace(missing.csv)":         "missing.csv cannot be read",
			"produce start f rate=trace(text.csv)":            `text.csv:2: "soon" is not a number of seconds`,
			"produce start f schema=avro(missing.avsc)":       "the schema missing.avsc cannot be read",
			"produce start f schema=avro(broken.avsc)":        "broken.avsc is not a schema",
			"produce start f schema=auto topic=fast":          "has no schema, and schema=auto needs one",
			"schema upload fast avro(broken.avsc)":            "broken.avsc is not a schema",
			"produce start f encrypt=k:missing.pem":           "the key missing.pem cannot be read",
			"produce start f encrypt=k:no.pem":                "no.pem contains no key in PEM",
			"produce start f encrypt=no.pem":                  "is not a key's name and its file",
			"consume start f topic=fast decrypt=k:no.pem":     "no.pem contains no key in PEM",
			"produce start f topics=0":                        "topics must be at least 1",
			"produce start f topics=10001":                    "topics must be at most 10000",
			"produce start f topic=a,,b":                      "a topic needs a name",
			"produce start f count=99999999999999999999":      "is too large",
			"consume start f topic=fast count=0":              "count must be at least 1",
			"produce start f deliver-after=5m..1s":            "runs from 5m down to 1s",
			"produce start f properties=a":                    "is not a property, name:value",
			"produce start f engine=wire encrypt=k:no.pem":    "the wire engine has no encryption (encrypt): use engine=client",
			"produce start f engine=wire chunking=on":         "the wire engine has no chunking=on: use engine=client",
			"consume start f topic=fast until=someday":        "is not an end",
			"read start f topic=fast from=nowhere":            "is neither a time nor a message",
			"peek nobody topic=fast":                          `no subscription "nobody" on fast`,
			"peek sub1 0":                                     "is not a number of messages from 1 to",
			"tail nothing":                                    `there is no topic "nothing"`,
			"send fast hello deliver-after=99d":               "is not a delay from",
			"find fast.rate where nobody.backlog<5":           `no group "nobody"`,
			"guard nobody.p99<50ms":                           `no group "nobody"`,
			"wait until sub1 idle soon":                       "is not a duration",
			"wait until nobody empty":                         `no group "nobody"`,
			"transform r1 from=fast to=out":                   "r1 is a reader, which acknowledges nothing",
			"transform copy from=fast to=fast":                "would be received and stored again without end",
			"transform fast from=fast to=out":                 "fast is a producer group",
			"consume start f topic=/fast.*/ workers=9 txn=no": "is not a whole number",
		} {
			r.out.Reset()
			err := r.Execute(t.Context(), line, &r.out)
			require.ErrorContains(t, err, want, line)
			require.NotContains(t, err.Error(), "\n", line)
			require.NotEmpty(t, adviceOf(err), "%s: %s", line, err)
			require.NotEqual(t, line, adviceOf(err), "the advice is another line")
		}
		said := r.do("wait 2s", "list")
		require.Regexp(t, `(?m)^ *fast +produce +running`, said)
		require.Regexp(t, `(?m)^ *sub1 +consume +running`, said)
		require.False(t, strings.Contains(said, "starting"), said)
	})
}

// adviceOf returns the line to try instead.
func adviceOf(err error) string {
	var wrong *lang.Error
	if errors.As(err, &wrong) && wrong.Try != "" {
		return wrong.Try
	}
	var refused *broker.Error
	if errors.As(err, &refused) {
		return refused.Try
	}
	return ""
}

package messages

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/schema"
)

var shown = form{body: autoBody, most: bodyShown, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	view: func(m broker.Message) schema.View {
		if len(m.Schema) != 8 {
			return schema.View{Err: errors.New("no such\x1bversion")}
		}
		return schema.View{Name: "shop.Order", Kind: "JSON", Text: []byte("{\n  \"b\": [\n    1\n  ]\n}")}
	}}

func TestAMessageTellsWhatItCarries(t *testing.T) {
	m := broker.Message{
		ID: broker.MessageID{Ledger: 7, Entry: 3, Partition: 2}, Index: 1, Batch: 5, Key: "a", OrderingKey: "o", Body: []byte(`{"b":[1]}`),
		Properties: map[string]string{"z": "1", "a": "x\x1b[31m"}, Published: shown.now, EventTime: shown.now.AddDate(0, 0, -1), DeliverAt: shown.now.Add(time.Second),
		Redelivery: 2, Schema: []byte{0, 0, 0, 0, 0, 0, 1, 4}, Producer: "p\n", Encrypted: false,
	}
	require.Equal(t, []string{
		"id 7:3:2 · 2 of 5 in its batch · key a · ordering key o · 9 B · published 12:00:00.000 · event time 2026-02-28 12:00:00.000 · delayed until 12:00:01.000 · " +
			`redelivered 2× · schema shop.Order (JSON) version 260 · from p\x0a`,
		`  property a: x\x1b[31m`, "  property z: 1", "  {", `    "b": [`, "      1", "    ]", "  }",
	}, shown.lines(m))
	m = broker.Message{ID: broker.MessageID{Partition: -1}, Redelivery: -1, Schema: []byte{1, 2}, Encrypted: true, Body: []byte("secret")}
	require.Equal(t, []string{"id 0:0 · no key · 6 B · published – · schema version 0102 · encrypted", "  0000  73 65 63 72 65 74                                secret"}, shown.lines(m))
}

func TestBodies(t *testing.T) {
	stamped := payload.Stamp{Producer: 0x12345678, Sequence: 41, Due: shown.now.UnixNano()}
	body := make([]byte, 100)
	payload.PutStamp(body, stamped)
	for _, c := range []struct {
		form, body string
		most       int
		want       string
	}{
		{"auto", "", 10, "  (empty)"},
		{"none", "x", 10, ""},
		{"auto", "one\r\ntwo\n", 100, "  one\n  two"},
		{"auto", "a\tb", 100, "  a    b"},
		{"auto", "grün 你好", 100, "  grün 你好"},
		{"auto", "grün", 3, "  gr\n  … 3 B more"},
		{"auto", "\u202eabc\u2066\x1b]0;x\a", 100, `  \u202eabc\u2066\x1b]0;x\x07`},
		{"auto", `{"a":1`, 100, `  {"a":1`},
		{"auto", `{"a":"` + "\u0085" + `"}`, 100, "  {\n    \"a\": \"\\u0085\"\n  }"},
		{"auto", "\xff\x00AB", 100, "  0000  ff 00 41 42                                      ..AB"},
		{"auto", "\x00\x01\x02abc", 100, "  0000  00 01 02 61 62 63                                ...abc"},
		{"text", "\xff\x00A", 100, `  \xff\x00A`},
		{"hex", "0123456789abcdefXYZ", 17, "  0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n  0010  58                                               X\n  … 2 B more"},
		{"auto", string(body[:40]), 100, "  message 41 of pulsh's producer …12345678, due 12:00:00.000\n  0000  00 00 00 00 00 00 00 00                          ........"},
	} {
		f := shown
		f.body, f.most = c.form, c.most
		require.Equal(t, c.want, strings.Join(f.bodyOf(broker.Message{Body: []byte(c.body)}, nil), "\n"), "%s %q", c.form, c.body)
	}
}

// TestNoTerminalObeysAMessage shows random bytes and looks for what a terminal would
// take for a command.
func TestNoTerminalObeysAMessage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	evil := []string{"\x1b[2J", "\x1b]52;c;aGk=\a", "\u009b31m", "\u202e", "\r", "\x08", "\x00", "\xc2", "{\"", "é", "\x7f", "\u2028", "\ufeff", "\U000e0001"}
	text := func() string {
		var out strings.Builder
		for range random.IntN(20) {
			if random.IntN(3) == 0 {
				out.WriteByte(byte(random.IntN(256)))
			} else {
				out.WriteString(evil[random.IntN(len(evil))])
			}
		}
		return out.String()
	}
	for range 5000 {
		m := broker.Message{Body: []byte(text()), Key: text(), OrderingKey: text(), Producer: text(), Properties: map[string]string{text(): text()}}
		for _, word := range bodyWords() {
			f := shown
			f.body, f.most = word, 1+random.IntN(40)
			for _, line := range f.lines(m) {
				require.True(t, utf8.ValidString(line), "%q", line)
				require.False(t, strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
			}
		}
	}
}

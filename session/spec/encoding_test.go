package spec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

func TestEncodingSettingsReadWhatTheyWrite(t *testing.T) {
	for _, text := range []string{"off", "on", "64KiB", "1MiB"} {
		c, err := ParseChunking(text)
		require.NoError(t, err)
		require.Equal(t, text, c.String())
	}
	for _, text := range []string{"none", "a:b.pem", "a:b.pem,c:/x/y:z.pem"} {
		k, err := ParseKeyFiles(text)
		require.NoError(t, err)
		require.Equal(t, text, k.String())
	}
	for _, text := range []string{"none", "avro(a.avsc)", "json(x/y z.avsc)", "protobuf(a:b.proto:n.M)", "string", "bytes", "auto"} {
		s, err := ParseSchema(text)
		require.NoError(t, err)
		require.Equal(t, text, s.String())
	}
	keys, err := ParseKeyFiles("a:b.pem,c:/x/y:z.pem")
	require.NoError(t, err)
	require.Equal(t, []KeyFile{{"a", "b.pem"}, {"c", "/x/y:z.pem"}}, keys.List())
}

func TestWrongEncodingSettings(t *testing.T) {
	for text, says := range map[string]string{"": "neither off nor on", "yes": "neither off nor on", "10": "from 1KiB to 64MiB", "1GiB": "from 1KiB to 64MiB"} {
		_, err := ParseChunking(text)
		require.ErrorContains(t, err, says)
	}
	for text, says := range map[string]string{
		"":                              "NAME:FILE",
		"a":                             "NAME:FILE",
		":b.pem":                        "NAME:FILE",
		"a:":                            "NAME:FILE",
		"a:b,a:c":                       "given twice",
		"a:-----BEGIN secret":           "write the key into a file",
		strings.Repeat("n", 300) + ":f": "exceeds the limit of 256",
		"a:f" + strings.Repeat(",", 1):  "NAME:FILE",
	} {
		_, err := ParseKeyFiles(text)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "secret")
	}
	for text, says := range map[string]string{
		"": "is not a schema", "avro": "needs the file", "avro()": "needs the file", "avro(a": "closing parenthesis", "xml(a)": "is not a schema",
		"protobuf(a)": "name of a message", "protobuf(:M)": "name of a message", "protobuf(a:)": "name of a message", "auto(x)": "is not a schema",
	} {
		_, err := ParseSchema(text)
		require.ErrorContains(t, err, says, text)
	}
	for _, text := range []string{"", "a", "a:nope", "a:uuid,a:uuid", ":uuid"} {
		_, err := ParseFields(text)
		if text != "" {
			require.Error(t, err, text)
		}
	}
}

func TestEncodingSettingsThatDoNotFitTogether(t *testing.T) {
	check := func(change func(*Producer)) error {
		p := DefaultProducer("fast")
		change(&p)
		return p.Check("fast")
	}
	avro := SchemaFrom{Word: SchemaAvro, File: "a"}
	require.NoError(t, check(func(p *Producer) { p.Schema, p.Fields = avro, "a:uuid" }))
	require.NoError(t, check(func(p *Producer) { p.Schema.Word, p.Body = SchemaBytes, payload.TextKind }))
	require.ErrorContains(t, check(func(p *Producer) { p.Fields = "a:uuid" }), "schema=none has no fields")
	require.ErrorContains(t, check(func(p *Producer) { p.Schema, p.Body = avro, payload.TextKind }), "makes the bodies; body=text")
	require.ErrorContains(t, check(func(p *Producer) { p.Schema, p.Body = avro, payload.NoneKind }), "body=none has none")
	require.ErrorContains(t, check(func(p *Producer) { p.Encrypt, p.Body = "a:b", payload.NoneKind }), "encrypt needs one")
	require.ErrorContains(t, check(func(p *Producer) { p.Schema, p.Ratio = avro, 0.5 }), "makes the bodies")
}

func TestWhatTheWireEngineCannotDo(t *testing.T) {
	require.Empty(t, DefaultConsumer("s").Decoding.Other())
	require.Empty(t, DefaultProducer("p").Encoding.Other())
	c := DefaultConsumer("s").Decoding
	c.CryptoFailure = "discard"
	require.Empty(t, c.Other(), "it says nothing without keys")
	c.Schema.Word = SchemaAuto
	require.Empty(t, c.Other(), "both engines have schemas")
	require.Empty(t, Encoding{Schema: SchemaFrom{Word: SchemaString}}.Other())
	c.ChunksPending = 7
	require.NotEmpty(t, c.Other())
	require.ErrorContains(t, NeedsClient("s", "chunks"), "engine=client")
}

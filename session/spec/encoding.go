package spec

import (
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Encoding holds the settings of a producer group about how bodies become messages.
type Encoding struct {
	Chunking Chunking
	Encrypt  KeyFiles
	Schema   SchemaFrom
	Fields   payload.Properties // what the fields of a schema contain
}

// Decoding holds the settings of a consumer group about how messages become bodies.
type Decoding struct {
	ChunksPending int           // max messages whose chunks have not all come
	ChunksExpire  time.Duration // until such a message is given up
	Decrypt       KeyFiles
	CryptoFailure broker.CryptoFailure
	Schema        SchemaFrom
}

// Limits of the settings about chunks.
const (
	ChunkMin         = 1 << 10 // below it the metadata of a chunk is larger than the chunk
	ChunksPendingMax = 10_000  // each keeps its chunks in memory
	ChunksExpireMin  = 100 * time.Millisecond
	ChunksExpireMax  = time.Hour
)

// ChunkingOn is chunks as large as the broker takes.
const ChunkingOn Chunking = -1

// Chunking is the max size of a chunk in bytes. The zero Chunking is none.
type Chunking int

// ParseChunking reads off, on, or the size of a chunk.
func ParseChunking(text string) (Chunking, error) {
	switch text {
	case "off":
		return 0, nil
	case "on":
		return ChunkingOn, nil
	}
	n, err := payload.ParseBytes(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is neither off nor on nor the size of a chunk, such as 64KiB", text)
	case n < ChunkMin || n > payload.MaxSize:
		return 0, fmt.Errorf("%q is not the size of a chunk from %s to %s", text, payload.FormatBytes(ChunkMin), payload.FormatBytes(payload.MaxSize))
	}
	return Chunking(n), nil
}

// String writes the chunking as ParseChunking reads it.
func (c Chunking) String() string {
	switch c {
	case 0:
		return "off"
	case ChunkingOn:
		return "on"
	}
	return payload.FormatBytes(int64(c))
}

// KeyFiles are keys of end-to-end encryption and the files that hold them, as they are
// typed: NAME:FILE with commas between them. The empty KeyFiles are none.
type KeyFiles string

// KeyFile is the name of a key, and the file that holds it.
type KeyFile struct{ Name, File string }

// Limits of keys.
const (
	keysMax    = 16  // each adds its encrypted data key to every entry
	keyNameMax = 256 // bytes
)

// ParseKeyFiles reads none, or NAME:FILE with commas between several. It never quotes
// what may be a key.
func ParseKeyFiles(text string) (KeyFiles, error) {
	if text == "none" {
		return "", nil
	}
	if strings.Contains(text, "-----BEGIN") {
		return "", fmt.Errorf("this is a key, and NAME:FILE was expected; write the key into a file")
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		key := splitKeyFile(part)
		switch {
		case key.Name == "" || key.File == "":
			return "", fmt.Errorf("%q is not a key's name and its file, NAME:FILE", part)
		case len(key.Name) > keyNameMax:
			return "", fmt.Errorf("a key's name of %d bytes exceeds the limit of %d", len(key.Name), keyNameMax)
		case seen[key.Name]:
			return "", fmt.Errorf("the key %s is given twice", key.Name)
		}
		seen[key.Name] = true
	}
	if len(seen) > keysMax {
		return "", fmt.Errorf("%d keys exceed the limit of %d", len(seen), keysMax)
	}
	return KeyFiles(text), nil
}

func splitKeyFile(text string) KeyFile {
	name, file, _ := strings.Cut(text, ":")
	return KeyFile{strings.TrimSpace(name), strings.TrimSpace(file)}
}

// String writes the keys as ParseKeyFiles reads them.
func (k KeyFiles) String() string {
	if k == "" {
		return "none"
	}
	return string(k)
}

// List returns the keys and their files.
func (k KeyFiles) List() (all []KeyFile) {
	if k == "" {
		return nil
	}
	for part := range strings.SplitSeq(string(k), ",") {
		all = append(all, splitKeyFile(part))
	}
	return all
}

// The words of a schema setting.
const (
	SchemaNone     = "none"
	SchemaAvro     = "avro"
	SchemaJSON     = "json"
	SchemaProtobuf = "protobuf"
	SchemaString   = "string"
	SchemaBytes    = "bytes"
	SchemaAuto     = "auto"
)

// SchemaForms lists how a schema setting is typed.
func SchemaForms() []string {
	return []string{SchemaNone, "avro(FILE)", "json(FILE)", "protobuf(FILE:Message)", SchemaString, SchemaBytes, SchemaAuto}
}

// SchemaFrom says where the schema of messages comes from. The zero SchemaFrom is none.
type SchemaFrom struct {
	Word    string // "" for none
	File    string // of avro, json and protobuf
	Message string // of protobuf: its full name
}

// ParseSchema reads where a schema comes from.
func ParseSchema(text string) (SchemaFrom, error) {
	switch text {
	case SchemaNone:
		return SchemaFrom{}, nil
	case SchemaString, SchemaBytes, SchemaAuto:
		return SchemaFrom{Word: text}, nil
	}
	word, inner, called := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	inner = strings.TrimSpace(inner)
	s := SchemaFrom{Word: word, File: inner}
	switch {
	case word != SchemaAvro && word != SchemaJSON && word != SchemaProtobuf:
		return SchemaFrom{}, fmt.Errorf("%q is not a schema (%s)", text, strings.Join(SchemaForms(), ", "))
	case called && !closed:
		return SchemaFrom{}, fmt.Errorf("%q has no closing parenthesis", text)
	case inner == "":
		return SchemaFrom{}, fmt.Errorf("%q needs the file of the schema, as in %s", text, schemaForm(word))
	case word != SchemaProtobuf:
		return s, nil
	}
	at := strings.LastIndex(inner, ":")
	if at <= 0 || at == len(inner)-1 {
		return SchemaFrom{}, fmt.Errorf("%q needs the file and the name of a message in it, as in %s", text, schemaForm(word))
	}
	s.File, s.Message = strings.TrimSpace(inner[:at]), strings.TrimSpace(inner[at+1:])
	return s, nil
}

func schemaForm(word string) string {
	for _, form := range SchemaForms() {
		if strings.HasPrefix(form, word+"(") {
			return form
		}
	}
	return word
}

// String writes the schema as ParseSchema reads it.
func (s SchemaFrom) String() string {
	switch {
	case s.Word == "":
		return SchemaNone
	case s.File == "":
		return s.Word
	case s.Message == "":
		return s.Word + "(" + s.File + ")"
	}
	return s.Word + "(" + s.File + ":" + s.Message + ")"
}

// IsZero reports whether there is no schema.
func (s SchemaFrom) IsZero() bool { return s.Word == "" }

// Makes reports whether bodies are made from the schema.
func (s SchemaFrom) Makes() bool { return s.Word != "" && s.Word != SchemaBytes }

// encodingSettings returns the settings of producers about chunks, encryption and
// schemas.
func encodingSettings() []Setting[Producer] {
	type P = Producer
	return []Setting[P]{
		{Name: "chunking", Kind: "CHUNKING", Doc: "on: send bodies above the broker's limit in chunks, or above 64KiB; without batches; engine=client",
			Read:  func(p *P) string { return p.Chunking.String() },
			Write: func(p *P, text string) error { return parseInto(&p.Chunking, ParseChunking, text) }},
		{Name: "encrypt", Kind: "KEYFILES", Doc: "end-to-end encryption for these public keys, NAME:FILE with commas between them; engine=client",
			Read:  func(p *P) string { return p.Encrypt.String() },
			Write: func(p *P, text string) error { return parseInto(&p.Encrypt, ParseKeyFiles, text) }},
		{Name: "schema", Kind: "SCHEMA", Doc: "register this schema and make the bodies from it; auto takes the topic's own",
			Read:  func(p *P) string { return p.Schema.String() },
			Write: func(p *P, text string) error { return parseInto(&p.Schema, ParseSchema, text) }},
		{Name: "fields", Kind: "FIELDS", Doc: "what fields of the schema contain, name:field with commas between them, as in amount:int(1,100),status:choice(new,paid)",
			Read:  func(p *P) string { return p.Fields.String() },
			Write: func(p *P, text string) error { return parseInto(&p.Fields, ParseFields, text) }},
	}
}

// ParseFields reads name:field pairs with commas between them, or none. A field is one
// of body=template, without its braces.
func ParseFields(text string) (payload.Properties, error) {
	if text == "none" {
		return "", nil
	}
	if _, err := payload.ParseFields(text); err != nil {
		return "", err
	}
	return payload.Properties(text), nil
}

// decodingSettings returns the settings of consumers about chunks, encryption and
// schemas.
func decodingSettings() []Setting[Consumer] {
	type C = Consumer
	return []Setting[C]{
		{Name: "chunks-pending", Kind: "COUNT", Doc: "max messages whose chunks have not all come; the oldest is given up for one more; engine=client",
			Read: func(c *C) string { return fmt.Sprint(c.ChunksPending) },
			Write: func(c *C, text string) error {
				return readCount(&c.ChunksPending, text, "chunks-pending", 1, ChunksPendingMax)
			}},
		{Name: "chunks-expire", Kind: "DURATION", Doc: "until a message whose chunks have not all come is given up and acknowledged; engine=client",
			Read: func(c *C) string { return pacing.FormatDuration(c.ChunksExpire) },
			Write: func(c *C, text string) error {
				return readDuration(&c.ChunksExpire, text, ChunksExpireMin, ChunksExpireMax)
			}},
		{Name: "decrypt", Kind: "KEYFILES", Doc: "decrypt with these private keys, NAME:FILE with commas between them; engine=client",
			Read:  func(c *C) string { return c.Decrypt.String() },
			Write: func(c *C, text string) error { return parseInto(&c.Decrypt, ParseKeyFiles, text) }},
		{Name: "crypto-failure", Kind: "WORD", Words: texts(broker.CryptoFailures()), Doc: "an entry that cannot be decrypted: fail nacks it, and the Go client receives no more once its queue is full of such; discard acknowledges it, consume receives it as it is",
			Read:  func(c *C) string { return string(c.CryptoFailure) },
			Write: func(c *C, text string) error { return c.CryptoFailure.UnmarshalText([]byte(text)) }},
		{Name: "schema", Kind: "SCHEMA", Doc: "subscribe with this schema and decode the bodies; auto decodes by the topic's own",
			Read:  func(c *C) string { return c.Schema.String() },
			Write: func(c *C, text string) error { return parseInto(&c.Schema, ParseSchema, text) }},
	}
}

// defaultDecoding returns what consumers have if nothing is said.
func defaultDecoding() Decoding {
	return Decoding{ChunksPending: 100, ChunksExpire: time.Minute, CryptoFailure: broker.CryptoFail}
}

// plain reports whether nothing needs the Go client.
func (d Decoding) plain() bool {
	d.CryptoFailure, d.Schema = broker.CryptoFail, SchemaFrom{}
	return d == defaultDecoding()
}

// Other reports what of the settings the wire engine cannot do, "" for nothing.
func (e Encoding) Other() string {
	switch {
	case e.Chunking != 0:
		return "chunking=" + e.Chunking.String()
	case e.Encrypt != "":
		return "encryption (encrypt)"
	}
	return ""
}

// Other reports what of the settings the wire engine cannot do, "" for nothing.
func (d Decoding) Other() string {
	switch {
	case d.plain():
		return ""
	case d.Decrypt != "":
		return "encryption (decrypt)"
	}
	return "chunks-pending and chunks-expire"
}

// NeedsClient refuses a setting of a group that only the Go client has.
func NeedsClient(group, setting string) error {
	return &broker.Error{Message: "the wire engine has no " + setting + ": use engine=client", Try: "set " + group + " engine=client"}
}

// checkEncoding refuses settings that do not fit together.
func (spec Producer) checkEncoding(name string) error {
	switch {
	case spec.Fields != "" && !spec.Schema.Makes():
		return &broker.Error{Message: fmt.Sprintf("fields=%s is for a schema, and schema=%s has no fields", spec.Fields, spec.Schema), Try: "set " + name + " schema=auto"}
	case spec.Schema.Makes() && spec.Body != payload.RandomKind && !spec.Body.Own():
		return &broker.Error{Message: fmt.Sprintf("schema=%s makes the bodies; body=%s fills them after a stamp", spec.Schema, payload.FormatBody(spec.Body, spec.Pattern)),
			Try: "set " + name + " body=random"}
	case spec.Schema.Makes() && spec.Body == payload.NoneKind:
		return &broker.Error{Message: fmt.Sprintf("schema=%s makes the bodies; body=none has none", spec.Schema), Try: "set " + name + " body=random"}
	case spec.Encrypt != "" && spec.Body == payload.NoneKind:
		return &broker.Error{Message: "the Go client cannot receive an encrypted message without a body, so encrypt needs one", Try: "set " + name + " body=random"}
	case spec.Ratio != 0 && spec.Schema.Makes():
		return &broker.Error{Message: fmt.Sprintf("ratio=%s is for body=random, and schema=%s makes the bodies", spec.Ratio, spec.Schema), Try: "set " + name + " ratio=1"}
	}
	return nil
}

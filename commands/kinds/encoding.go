package kinds

import (
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// Chunking is the kind CHUNKING.
func Chunking() lang.Kind {
	return lang.Kind{Name: "CHUNKING", Sample: "on", Forms: "off, on, 64KiB", Doc: "how large bodies are sent in chunks: off, on (as large as the broker takes), or the size of a chunk",
		Parse:    func(text string) (any, error) { return spec.ParseChunking(text) },
		Complete: lang.Offer("off", "no chunks", "on", "as large as the broker takes", "64KiB", "smaller ones")}
}

// KeyFiles is the kind KEYFILES.
func KeyFiles() lang.Kind {
	return lang.Kind{Name: "KEYFILES", Sample: "none", Forms: "none, orders:public.pem, a:a.pem,b:b.pem",
		Doc:   "RSA keys of end-to-end encryption: none, or NAME:FILE with commas between them; a file is PEM, as openssl writes it",
		Parse: func(text string) (any, error) { return spec.ParseKeyFiles(text) },
		Complete: func(s *lang.Scene) []lang.Suggestion {
			begin := strings.LastIndex(s.Partial, ":") + 1
			if begin == 0 {
				return lang.Offer("none", "no keys", "orders:public.pem", "the key's name and its file")(s)
			}
			return filesAfter(s, s.Partial[:begin], "", ".pem", ".key", ".pub")
		}}
}

// Schema is the kind SCHEMA.
func Schema() lang.Kind {
	return lang.Kind{Name: "SCHEMA", Sample: "none", Forms: strings.Join(spec.SchemaForms(), ", "),
		Doc: "the schema of messages: none; avro(FILE) or json(FILE), whose file is a definition of Avro; protobuf(FILE:Message) of a .proto file; string; " +
			"bytes, which Pulsar treats as none; auto, the topic's own. A field's attribute pulsh, or in a .proto file its comment pulsh: FIELD, says what the field contains, as fields= does",
		Parse:    func(text string) (any, error) { return spec.ParseSchema(text) },
		Complete: completeSchema(spec.SchemaNone, "no schema", spec.SchemaAuto, "the topic's own", spec.SchemaString, "UTF-8 text", spec.SchemaBytes, "none, as Pulsar sees it")}
}

// Uploaded is the kind SCHEMA of what is registered: not none and not auto.
func Uploaded() lang.Kind {
	k := Schema()
	k.Sample, k.Forms = "string", "avro(FILE), json(FILE), protobuf(FILE:Message), string"
	k.Complete = completeSchema(spec.SchemaString, "UTF-8 text")
	return k
}

// completeSchema offers words, and files inside the parentheses.
func completeSchema(words ...string) func(*lang.Scene) []lang.Suggestion {
	offer := lang.Offer(append(words, "avro(", "Avro, from its definition", "json(", "JSON, from a definition of Avro", "protobuf(", "Protobuf, from a .proto file")...)
	endings := map[string]string{"avro(": ".avsc", "json(": ".avsc", "protobuf(": ".proto"}
	return func(s *lang.Scene) []lang.Suggestion {
		for word, ending := range endings {
			if strings.HasPrefix(s.Partial, word) {
				after := ")"
				if ending == ".proto" {
					after = ":"
				}
				return filesAfter(s, word, after, ending, ".json")
			}
		}
		return offer(s)
	}
}

// filesAfter completes the name of a file that stands after some text of the value.
func filesAfter(s *lang.Scene, before, after string, endings ...string) (out []lang.Suggestion) {
	inner := *s
	inner.Partial = strings.TrimPrefix(s.Partial, before)
	for _, found := range lang.CompleteFiles(endings...)(&inner) {
		text := before + strings.Trim(found.Text, `"'`)
		if found.Description != "folder" {
			text += after
		}
		out = append(out, lang.Suggestion{Text: lang.Quote(text), Description: found.Description})
	}
	return out
}

// Fields is the kind FIELDS.
func Fields() lang.Kind {
	doc := "what the fields of a schema contain: none, or name:FIELD with commas between them, and dots between the names of nested records; FIELD is one of body=template: "
	fields := payload.TemplateFields()
	for i := 0; i < len(fields); i += 2 {
		if i > 0 {
			doc += ", "
		}
		doc += strings.Trim(fields[i], "{}")
	}
	return lang.Kind{Name: "FIELDS", Sample: "none", Forms: "none, amount:int(1,100), status:choice(new,paid),id:uuid", Doc: doc,
		Parse:    func(text string) (any, error) { return spec.ParseFields(text) },
		Complete: lang.Offer("none", "anything that fits", "amount:int(1,100)", "whole numbers", "status:choice(new,paid)", "one of them")}
}

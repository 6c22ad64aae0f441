package schema

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"pulsh/session/broker"
)

// View is what a schema tells of one message.
type View struct {
	Name string // of the schema: that of its record or message, else its kind
	Kind broker.SchemaKind
	// Text is the body as indented JSON, nil where the body shows itself: text and
	// bytes, and bodies that cannot be decoded.
	Text []byte
	Err  error // why the body cannot be decoded
}

// A Viewer decodes messages by the schema version that each of them carries, for people
// to read. One goroutine may use it.
type Viewer struct {
	admin broker.Admin // nil if there is none
	known map[topicVersion]*viewed
}

// viewed is a version of a schema.
type viewed struct {
	kind  broker.SchemaKind
	form  shower
	name  string
	err   error
	until time.Time // when to ask again after an error
}

// shower is a form that writes bodies as JSON.
type shower interface {
	// show returns a body as JSON without blanks, nil for one that shows itself.
	show(body []byte) ([]byte, error)
}

// viewedMost bounds the versions that a Viewer keeps.
const viewedMost = 100

// viewTime bounds a question to the admin API while somebody waits for a message.
const viewTime = 2 * time.Second

// shownMost bounds the JSON of a body: a few bytes may stand for any number of values.
const shownMost = 8 << 20

// NewViewer returns a viewer that asks the admin API, which may be nil.
func NewViewer(admin broker.Admin) *Viewer {
	return &Viewer{admin: admin, known: map[topicVersion]*viewed{}}
}

// View decodes a message that carries the version of a schema.
func (v *Viewer) View(ctx context.Context, topic string, version, body []byte) (shown View) {
	if len(version) != 8 {
		return View{Err: fmt.Errorf("its schema version %x is not one of Pulsar's registry", version)}
	}
	k := v.version(ctx, topicVersion{topic, int64(binary.BigEndian.Uint64(version))})
	shown = View{Name: k.name, Kind: k.kind, Err: k.err}
	if k.err != nil {
		return shown
	}
	defer func() {
		if broken := recover(); broken != nil { // a library that fails on a hostile body
			shown.Text, shown.Err = nil, fmt.Errorf("it cannot be decoded: %v", broken)
		}
	}()
	text, err := k.form.show(body)
	if err != nil || text == nil {
		shown.Err = err
		return shown
	}
	var indented bytes.Buffer
	shown.Err = json.Indent(&indented, text, "", "  ")
	if shown.Text = indented.Bytes(); shown.Err != nil {
		shown.Text = nil
	}
	return shown
}

// version returns what is known of a version, and asks the admin API for a new one.
func (v *Viewer) version(ctx context.Context, at topicVersion) *viewed {
	k := v.known[at]
	if k != nil && (k.err == nil || time.Now().Before(k.until)) {
		return k
	}
	if len(v.known) >= viewedMost {
		clear(v.known)
	}
	k = v.ask(ctx, at)
	k.until = time.Now().Add(retryAfter)
	v.known[at] = k
	return k
}

func (v *Viewer) ask(ctx context.Context, at topicVersion) *viewed {
	if v.admin == nil {
		return &viewed{err: fmt.Errorf("there is no admin API to ask for its schema")}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), viewTime)
	defer cancel()
	info, err := v.admin.Schema(ctx, at.topic, at.version)
	if err != nil {
		return &viewed{err: fmt.Errorf("its schema cannot be read: %w", err)}
	}
	k := &viewed{kind: info.Kind, name: string(info.Kind)}
	if instant := instants[info.Kind]; instant != nil {
		k.form = instant
		return k
	}
	c, err := New(info)
	if err != nil {
		k.err = fmt.Errorf("its schema cannot be used: %w", err)
		if !made(info.Kind) {
			k.err = fmt.Errorf("pulsh does not decode schemas of kind %s", info.Kind)
		}
		return k
	}
	k.form, _ = c.form.(shower) // all are
	switch f := c.form.(type) {
	case *avroForm:
		k.name = nameOf(f)
	case *protoForm:
		k.name = string(f.message.FullName())
	}
	return k
}

// made reports whether pulsh knows the encoding of a kind.
func made(kind broker.SchemaKind) bool {
	return primitives[kind] != nil || kind == broker.SchemaAvro || kind == broker.SchemaJSON || kind == broker.SchemaProtobuf
}

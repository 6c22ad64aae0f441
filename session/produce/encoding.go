package produce

import (
	"context"
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/encryption"
	"pulsh/session/payload"
	"pulsh/session/schema"
	"pulsh/session/spec"
)

// encoding is how the producers in use turn bodies into messages.
type encoding struct {
	extras *payload.Extras    // nil if they need none
	chunk  int                // max bytes of a chunk; 0 for none
	keys   []broker.CryptoKey // to encrypt for
	schema *broker.Schema     // nil for none
}

// Parts of an entry beside bodies, generously.
const (
	overheadMax = 1 << 10 // its metadata
	keyOverhead = 1 << 10 // what a key of end-to-end encryption adds to it, beside the key's name
	sizeUnknown = 5 << 20 // the limit of a broker that does not tell its own: Pulsar's default
)

// setEncoding replaces the encoding of the producers that are opened, and returns the one
// before.
func (o *opener) setEncoding(e encoding) (before encoding) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before, o.encoding = o.encoding, e
	return before
}

// makeEncoding reads the files that the settings name, and the topic's schema if that is
// wanted.
func (o *opener) makeEncoding(ctx context.Context, settings spec.Producer, before encoding) (e encoding, err error) {
	if other := settings.Encoding.Other(); other != "" && o.group.Host().EngineOf(settings.Engine) == broker.WireEngine {
		return e, spec.NeedsClient(o.group.Name(), other)
	}
	if e.keys, err = encryption.Public(o.group.Name(), settings.Encrypt); err != nil {
		return e, err
	}
	codec, err := schema.Find(ctx, o.group.Name(), settings.Schema, settings.TopicNames()[0], o.group.Cluster().Admin)
	if err != nil {
		return e, err
	}
	if codec != nil {
		e.schema = codec.Schema()
	}
	if e.extras, err = o.makeExtras(settings, codec, before.extras); err != nil {
		return e, err
	}
	e.chunk = o.chunk(ctx, settings)
	return e, nil
}

// contentOf returns bodies that are the user's, nil for stamped ones: those of a file or
// of a template, which must fit the schema if there is one, or else those made from it.
func (o *opener) contentOf(settings spec.Producer, codec *schema.Codec) (*payload.Content, error) {
	switch {
	case settings.Body.Own():
		content, err := readContent(settings, o.group.Host().Bodies.Share())
		if err != nil || codec == nil {
			return content, err
		}
		if n, err := content.Check(codec.Check); err != nil {
			return nil, fmt.Errorf("message %d of %s does not fit schema=%s: %w", n, payload.FormatBody(settings.Body, settings.Pattern), settings.Schema, err)
		}
		return content, nil
	case settings.Schema.Makes() && codec != nil:
		maker, err := codec.Maker(settings.Fields, settings.Size)
		if err != nil {
			return nil, err
		}
		return payload.NewMade(maker), nil
	}
	return nil, nil
}

// chunk returns the max bytes of a chunk, 0 for none: what the broker and the topic take
// less the metadata, or what the user wants if that is less.
func (o *opener) chunk(ctx context.Context, settings spec.Producer) int {
	if settings.Chunking == 0 {
		return 0
	}
	most := o.group.Cluster().Now().SizeMax
	if most <= 0 {
		most = sizeUnknown
	}
	if topic := o.topicSize(ctx, settings); topic > 0 {
		most = min(most, topic)
	}
	most -= overheadMax + settings.Properties.Largest()
	for _, key := range settings.Encrypt.List() {
		most -= keyOverhead + len(key.Name)
	}
	if settings.Chunking > 0 {
		most = min(most, int(settings.Chunking))
	}
	return max(most, spec.ChunkMin)
}

// topicSize returns the topic's own limit of the size of a message, 0 if it is unknown or
// there is none.
func (o *opener) topicSize(ctx context.Context, settings spec.Producer) int {
	admin := o.group.Cluster().Admin
	if admin == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, policyTime)
	defer cancel()
	policies, err := admin.Policies(ctx, settings.TopicName(0)) // those of one group are alike
	if err != nil {
		return 0
	}
	return policies.SizeMax
}

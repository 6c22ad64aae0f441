// Package decoding looks at what a consumer group receives beyond its stamps: whether
// messages came in chunks, could be decrypted, and fit their schema.
package decoding

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/encryption"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/schema"
	"pulsh/session/spec"
)

// Checks are what a consumer group looks at. Any number of goroutines may use them.
type Checks struct {
	settings spec.Decoding
	group    string
	wire     bool // engine
	keys     []broker.CryptoKey
	codec    *schema.Codec  // of the schema that consumers subscribe with; nil for none
	reader   *schema.Reader // nil if bodies are not decoded
	say      func(format string, args ...any)
	recorder *metrics.ReceiveRecorder // of what cannot be decrypted

	mu   sync.Mutex // guards told; held for moments only
	told map[string]bool
}

// New reads the files that the settings of a group name. What cannot be decrypted is
// counted in the recorder. before are the checks so far,
// nil for none: those of the same settings are kept while the group runs.
func New(ctx context.Context, g *group.Base[spec.Consumer], r *metrics.ReceiveRecorder, settings spec.Consumer, before *Checks) (*Checks, error) {
	wire := g.Host().EngineOf(settings.Engine) == broker.WireEngine
	if other := settings.Decoding.Other(); other != "" && wire {
		return nil, spec.NeedsClient(g.Name(), other)
	}
	if before != nil && before.settings == settings.Decoding && before.wire == wire {
		return before, nil
	}
	c := &Checks{settings: settings.Decoding, group: g.Name(), wire: wire, say: g.Say, recorder: r, told: map[string]bool{}}
	var err error
	if c.keys, err = encryption.Private(g.Name(), settings.Decrypt); err != nil {
		return nil, err
	}
	admin := g.Cluster().Admin
	if settings.Schema.Word == spec.SchemaAuto {
		if admin == nil { // the schema of a topic may come later, but not without the admin API
			_, err = schema.Find(ctx, g.Name(), settings.Schema, "", nil)
			return nil, err
		}
		c.reader = schema.NewReader(nil, admin)
		return c, nil
	}
	if c.codec, err = schema.Find(ctx, g.Name(), settings.Schema, "", admin); err == nil && c.codec != nil {
		c.reader = schema.NewReader(c.codec, admin)
	}
	return c, err
}

// Complete adds to the specification of a consumer what the checks need.
func (c *Checks) Complete(to broker.ConsumerSpec) broker.ConsumerSpec {
	to.Chunks = broker.Chunks{Pending: c.settings.ChunksPending, Expire: c.settings.ChunksExpire}
	to.Decryption = broker.Decryption{Keys: c.keys, OnFailure: c.settings.CryptoFailure, Failed: c.undecrypted}
	if c.codec != nil {
		to.Schema = c.codec.Schema()
	}
	to.Discarded = c.discarded
	return to
}

// discarded counts an entry that the engine has thrown away, and tells of the first.
func (c *Checks) discarded(why string) {
	c.recorder.Count(metrics.Discarded, 1)
	c.recorder.Failed(1, broker.Other, "an entry was thrown away as damaged ("+why+"): it is acknowledged and was not received")
	if c.wire {
		c.once("entries are damaged (%s): they are acknowledged and not received; try: errors %s", why, c.group)
		return
	}
	c.once("the Go client throws entries away as damaged (%s), as it does with messages that have neither body nor properties; engine=wire receives those; try: set %s engine=wire", why, c.group)
}

// undecrypted counts an entry that cannot be decrypted, and tells of the first.
func (c *Checks) undecrypted(names []string, _ error) {
	c.recorder.Count(metrics.Undecrypted, 1)
	list := strings.Join(names, ", ")
	why := "decrypt has no key of this name"
	for _, key := range c.keys {
		for _, name := range names {
			if key.Name == name {
				why = "the private key does not fit it"
			}
		}
	}
	c.recorder.Failed(1, broker.Other, "an entry encrypted for "+list+" cannot be decrypted: "+why)
	fate := "nacked, and the Go client receives no more once as many have come as its queue holds"
	switch c.settings.CryptoFailure {
	case broker.CryptoDiscard:
		fate = "acknowledged and dropped"
	case broker.CryptoConsume:
		fate = "received as they are"
	}
	c.once("entries encrypted for %s cannot be decrypted, because %s; they are %s; try: show %s", list, why, fate, c.group)
}

// tellMax bounds the lines that a group tells of messages that it cannot decode.
const tellMax = 5

// once tells a line that was not told before.
func (c *Checks) once(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	c.mu.Lock()
	known := c.told[line] || len(c.told) >= tellMax
	if !known {
		c.told[line] = true
	}
	c.mu.Unlock()
	if !known {
		c.say("%s", line)
	}
}

// See counts what came in chunks and what does not fit its schema.
func (c *Checks) See(r *metrics.ReceiveRecorder, run []broker.Delivery) {
	for i := range run {
		d := &run[i]
		if d.Chunked {
			r.Count(metrics.Chunked, 1)
		}
		if c.reader == nil || d.Unreadable != broker.Readable { // an entry that cannot be read has a note of its own
			continue
		}
		if err := c.reader.Check(d.Topic, d.Version, d.Body); err != nil {
			r.Count(metrics.Undecoded, 1)
			r.Failed(1, broker.Other, "a message does not fit its schema: "+err.Error())
			c.once("messages do not fit their schema: %s; they are received and counted as undecoded", err)
		}
	}
}

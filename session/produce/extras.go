package produce

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/input"
	"pulsh/session/payload"
	"pulsh/session/schema"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// own returns the bodies that are the user's, nil for stamped ones.
func (o *opener) own() *payload.Content {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.encoding.extras == nil {
		return nil
	}
	return o.encoding.extras.Content
}

// makeExtras reads the files that the settings name, and returns what messages carry
// beside a stamped body; nil for nothing. codec is that of the schema, nil without one;
// before are the extras so far.
func (o *opener) makeExtras(settings spec.Producer, codec *schema.Codec, before *payload.Extras) (*payload.Extras, error) {
	if settings.Plain() {
		return nil, nil
	}
	if err := o.checkOrdering(settings); err != nil {
		return nil, err
	}
	x := &payload.Extras{
		Properties: settings.Properties, EventTime: settings.EventTime,
		Ordering: payload.NewKeyTable(settings.Ordering), Delay: settings.DeliverAfter,
	}
	var err error
	if x.Content, err = o.contentOf(settings, codec); err != nil {
		return nil, &broker.Error{Message: err.Error(), Try: tryBody(o.group.Name(), settings)}
	}
	if o.group.State() != snapshot.Starting { // a start counts from the first message on
		x.Continue(before)
	}
	return x, nil
}

// tryBody is what to try if bodies cannot be made.
func tryBody(name string, settings spec.Producer) string {
	if settings.Body.Own() {
		return "set " + name + " body=random"
	}
	if settings.Fields != "" {
		return "set " + name + " fields=none"
	}
	return "set " + name + " schema=none"
}

// checkOrdering refuses ordering keys where the broker would not see them.
func (o *opener) checkOrdering(settings spec.Producer) error {
	if settings.Ordering.Count() == 0 || settings.Batch <= 1 || settings.Chunking != 0 || !settings.DeliverAfter.IsZero() ||
		o.group.Host().EngineOf(settings.Engine) == broker.WireEngine {
		return nil
	}
	return &broker.Error{
		Message: "the Go client writes no ordering key into the metadata of a batch, so key_shared would not see it; batch=1 or engine=wire does",
		Try:     "set " + o.group.Name() + " engine=wire",
	}
}

// readContent reads bodies that are the user's, of most bytes at most.
func readContent(settings spec.Producer, most int64) (*payload.Content, error) {
	switch settings.Body {
	case payload.FileKind:
		file, err := payload.ParseFileBody(settings.Pattern)
		if err != nil {
			return nil, err
		}
		path := input.Home(file.Name)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return readFolder(path, most)
		}
		text, err := input.ReadRegular(path, most)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", file.Name, err)
		}
		content, err := payload.NewLines(text, file.Delimiter)
		if err != nil {
			return nil, fmt.Errorf("%s %w", file.Name, err)
		}
		return content, nil
	case payload.TemplateKind:
		text := settings.Pattern
		name, inFile := payload.TemplateFile(text)
		if inFile {
			read, err := input.ReadRegular(input.Home(name), payload.TemplateMax)
			if err != nil {
				return nil, fmt.Errorf("%s cannot be read: %w", name, err)
			}
			text = strings.TrimRight(read, "\r\n")
		}
		template, err := payload.ParseTemplate(text)
		switch {
		case err != nil && inFile:
			return nil, fmt.Errorf("%s: %w", name, err)
		case err != nil:
			return nil, err
		}
		return payload.NewTemplated(template), nil
	}
	return payload.NewContent([][]byte{{}}), nil
}

// readFolder reads the files of a folder, each of which is a body, by their names.
// Files whose names begin with a dot, and folders, are left out.
func readFolder(folder string, most int64) (*payload.Content, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read", folder)
	}
	var bodies [][]byte
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(folder, e.Name()))
		if strings.HasPrefix(e.Name(), ".") || err != nil || !info.Mode().IsRegular() {
			continue
		}
		if len(bodies) == payload.FilesMax {
			return nil, fmt.Errorf("%s has more than %d files", folder, payload.FilesMax)
		}
		body, err := input.Bytes(filepath.Join(folder, e.Name()), most)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", filepath.Join(folder, e.Name()), err)
		}
		most -= int64(len(body))
		bodies = append(bodies, body)
	}
	if len(bodies) == 0 {
		return nil, fmt.Errorf("%s contains no files", folder)
	}
	return payload.NewContent(bodies), nil
}

// warnOfDelay tells the user if the audit cannot follow the delays.
func (o *opener) warnOfDelay(settings spec.Producer) {
	if n := delayed(settings); n > delivery.MaxWindow {
		o.group.Say("deliver-after lets %d messages of each producer overtake one, and the audit follows %d: later ones would count as lost; try: set %s producers=%d",
			n, delivery.MaxWindow, o.group.Name(), min(settings.Workers, settings.ProducerCount()*int(n/delivery.MaxWindow+1)))
	}
}

// delayed returns about how many messages of one producer the broker may deliver before
// an earlier one, because their delays differ.
func delayed(settings spec.Producer) uint64 {
	apart := (settings.DeliverAfter.Most - settings.DeliverAfter.Least).Seconds()
	peak := settings.Rate.Peak(0)
	switch {
	case apart == 0:
		return 0
	case peak.IsMax():
		return delivery.MaxWindow
	}
	const margin = 1.25 // the workers do not use the producers evenly
	return uint64(min(apart*float64(peak)*margin/float64(settings.ProducerCount())+1, 1<<62))
}

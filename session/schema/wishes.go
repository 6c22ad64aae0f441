package schema

import (
	"fmt"
	"strconv"
	"strings"

	"pulsh/session/payload"
)

// wishes are what the user wants fields to contain, by their paths.
type wishes struct {
	byPath map[string]*payload.Template
	used   map[string]bool
	known  []string // paths of the schema
}

func newWishes(fields payload.Properties) (*wishes, error) {
	w := &wishes{byPath: map[string]*payload.Template{}, used: map[string]bool{}}
	list, err := payload.ParseFields(string(fields))
	for _, f := range list {
		w.byPath[f.Name] = f.Value
	}
	return w, err
}

// of returns what a field is to contain: what the user wants, or else what the schema
// itself says in an attribute; nil for neither.
func (w *wishes) of(path, attribute string) (*payload.Template, error) {
	w.known = append(w.known, path)
	if t := w.byPath[path]; t != nil {
		w.used[path] = true
		return t, nil
	}
	if attribute == "" {
		return nil, nil
	}
	t, err := payload.ParseField(attribute)
	if err != nil {
		return nil, fmt.Errorf("field %s: %w", path, err)
	}
	return t, nil
}

// left returns an error for a wish that no field took.
func (w *wishes) left() error {
	for path := range w.byPath {
		if !w.used[path] {
			const most = 12
			list := strings.Join(w.known[:min(len(w.known), most)], ", ")
			if len(w.known) > most {
				list += " …"
			}
			return fmt.Errorf("the schema has no field %q with a value of its own (%s)", path, list)
		}
	}
	return nil
}

// join returns the path of a field in a record.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// tries is how many values of a wish are tried before it is taken.
const tries = 200

// tried returns an error if a wish makes a value that read does not take.
func tried(path, what string, wish *payload.Template, read func(text string) bool) error {
	facts := payload.NewFacts(2)
	for i := range tries {
		text := string(wish.Append(nil, facts))
		if !read(text) {
			return fmt.Errorf("field %s is %s, and %q is none", path, what, text)
		}
		facts.Next(int64(i) * 1e9)
	}
	return nil
}

// whole reads a whole number of so many bits.
func whole(text string, bits int) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, bits)
	return n, err == nil
}

// unsigned reads a whole number from 0 on, of so many bits.
func unsigned(text string, bits int) (uint64, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, bits)
	return n, err == nil
}

// real reads a number.
func real(text string) (float64, bool) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return x, err == nil
}

// Values of fields that nobody describes.
const (
	wordsMax  = 24 // bytes of a text
	bytesMax  = 16
	numberMax = 1_000_000 // a whole number is below it
	itemsMax  = 3         // of a list or a map
	depthMax  = 3         // of records in records that the schema allows without end
	nestedMax = 64        // of records in records
	madeMax   = 8 << 20   // bytes of a message: more than any application has in one
	nodesMax  = 20_000    // fields of a schema, those of nested records counted each time
)

var errTooLarge = fmt.Errorf("the schema has more than %d fields", nodesMax)

func someText(f *payload.Facts) []byte {
	text := make([]byte, 4+f.Random().IntN(wordsMax-3))
	f.Words(text)
	return text
}

func someBytes(f *payload.Facts, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(f.Random().Uint32())
	}
	return b
}

// someReal is a number from 0 to 1,000 with two decimals.
func someReal(f *payload.Facts) float64 { return float64(f.Random().IntN(100_000)) / 100 }

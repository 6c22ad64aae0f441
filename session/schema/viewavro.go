package schema

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/hamba/avro/v2"

	"pulsh/session/payload"
)

// nameOf returns the name of a definition, which is its type where it has none.
func nameOf(a *avroForm) string {
	if named, ok := a.schema.(avro.NamedSchema); ok {
		return named.FullName()
	}
	return string(a.schema.Type())
}

// show returns a body as JSON, with the fields in the order of the schema.
func (a *avroForm) show(body []byte) ([]byte, error) {
	if a.recursive && len(body) > recursiveMax {
		return nil, fmt.Errorf("the schema contains itself, and the body has more than %s", payload.FormatBytes(recursiveMax))
	}
	if a.json {
		if err := a.checkJSON(body); err != nil {
			return nil, err
		}
		return body, nil
	}
	w := avroWriter{r: avro.NewReader(nil, 0, avro.WithReaderConfig(avroAPI)).Reset(body)}
	err := w.value(a.schema)
	if err != nil {
		return nil, err
	}
	if w.r.Peek(); w.r.Error == nil {
		return nil, errors.New("the body goes on after the record")
	}
	return w.out, nil
}

// avroWriter writes what it reads as JSON. The library's own values have no order of
// fields, and name the type of each value of a union.
type avroWriter struct {
	r   *avro.Reader
	out []byte
}

var (
	errEndsEarly = errors.New("the body ends too early")
	errShown     = fmt.Errorf("its JSON has more than %s", payload.FormatBytes(shownMost))
)

// broken returns why reading has failed.
func (w *avroWriter) broken() error {
	switch err := w.r.Error; {
	case err != nil && !strings.Contains(err.Error(), "avro: "):
		return errEndsEarly
	case err != nil:
		_, text, _ := strings.Cut(err.Error(), "avro: ")
		return errors.New(text)
	case len(w.out) > shownMost:
		return errShown
	}
	return nil
}

// value writes the next value.
func (w *avroWriter) value(s avro.Schema) error {
	if ref, ok := s.(*avro.RefSchema); ok {
		s = ref.Schema()
	}
	switch s := s.(type) {
	case *avro.RecordSchema:
		return w.record(s)
	case *avro.ArraySchema:
		return w.items('[', ']', func() error { return w.value(s.Items()) })
	case *avro.MapSchema:
		return w.items('{', '}', func() error {
			w.text(w.r.ReadString())
			w.out = append(w.out, ':')
			return w.value(s.Values())
		})
	case *avro.UnionSchema:
		types := s.Types()
		chosen := w.r.ReadLong()
		if err := w.broken(); err != nil {
			return err
		}
		if chosen < 0 || chosen >= int64(len(types)) {
			return fmt.Errorf("a union has no type %d", chosen)
		}
		return w.value(types[chosen])
	case *avro.EnumSchema:
		chosen := int(w.r.ReadInt())
		if err := w.broken(); err != nil {
			return err
		}
		if chosen < 0 || chosen >= len(s.Symbols()) {
			return fmt.Errorf("the enum %s has no symbol %d", s.Name(), chosen)
		}
		w.text(s.Symbols()[chosen])
	case *avro.FixedSchema:
		if s.Size() > bodyValueMax {
			return errShown
		}
		b := make([]byte, s.Size())
		w.r.Read(b)
		w.bytes(b, logicalOf(s))
	default:
		w.scalar(s)
	}
	return w.broken()
}

func (w *avroWriter) record(s *avro.RecordSchema) error {
	w.out = append(w.out, '{')
	for i, f := range s.Fields() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(f.Name())
		w.out = append(w.out, ':')
		if err := w.value(f.Type()); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return w.broken()
}

// items writes the blocks of an array or a map. A block may claim any number of items
// of no bytes: the bound of the JSON ends it.
func (w *avroWriter) items(open, end byte, one func() error) error {
	w.out = append(w.out, open)
	first := true
	for {
		count, _ := w.r.ReadBlockHeader()
		if err := w.broken(); err != nil {
			return err
		}
		if count == 0 {
			w.out = append(w.out, end)
			return nil
		}
		for ; count > 0; count-- {
			if !first {
				w.out = append(w.out, ',')
			}
			first = false
			if err := one(); err != nil {
				return err
			}
		}
	}
}

// logicalOf returns the logical type of a schema, nil for none.
func logicalOf(s avro.Schema) avro.LogicalSchema {
	if typed, ok := s.(avro.LogicalTypeSchema); ok {
		return typed.Logical()
	}
	return nil
}

func (w *avroWriter) scalar(s avro.Schema) {
	logical := logicalOf(s)
	switch s.Type() {
	case avro.Boolean:
		w.out = strconv.AppendBool(w.out, w.r.ReadBool())
	case avro.Int:
		w.number(int64(w.r.ReadInt()), logical)
	case avro.Long:
		w.number(w.r.ReadLong(), logical)
	case avro.Float:
		w.out = appendReal(w.out, float64(w.r.ReadFloat()), 32)
	case avro.Double:
		w.out = appendReal(w.out, w.r.ReadDouble(), 64)
	case avro.String:
		w.text(w.r.ReadString())
	case avro.Bytes:
		w.bytes(w.r.ReadBytes(), logical)
	default: // null
		w.out = append(w.out, "null"...)
	}
}

func (w *avroWriter) text(text string) { w.out = appendShown(w.out, text) }

// number writes a whole number, or the time that it stands for.
func (w *avroWriter) number(n int64, logical avro.LogicalSchema) {
	const clock = "15:04:05.999999"
	written := ""
	if logical != nil {
		switch logical.Type() {
		case avro.Date:
			written = instant(onDay(n, 0), time.DateOnly)
		case avro.TimeMillis:
			written = instant(time.UnixMilli(n), clock)
		case avro.TimeMicros:
			written = instant(time.UnixMicro(n), clock)
		case avro.TimestampMillis:
			written = instant(time.UnixMilli(n), time.RFC3339Nano)
		case avro.TimestampMicros:
			written = instant(time.UnixMicro(n), time.RFC3339Nano)
		case avro.LocalTimestampMillis:
			written = instant(time.UnixMilli(n), "2006-01-02T"+clock)
		case avro.LocalTimestampMicros:
			written = instant(time.UnixMicro(n), "2006-01-02T"+clock)
		}
	}
	if written == "" {
		w.out = strconv.AppendInt(w.out, n, 10)
		return
	}
	w.text(written)
}

// instant writes a time, and nothing where its year has not four digits.
func instant(t time.Time, layout string) string {
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(layout)
}

// decimalMost bounds the bytes of a decimal number that is written in digits, which costs
// the square of them.
const decimalMost = 1 << 10

// bytes writes bytes in base64, as Protobuf's JSON has them, or what they stand for.
func (w *avroWriter) bytes(b []byte, logical avro.LogicalSchema) {
	switch d, ok := logical.(*avro.DecimalLogicalSchema); {
	case ok && len(b) > 0 && len(b) <= decimalMost && d.Scale() >= 0 && d.Scale() <= decimalMost:
		n := new(big.Int).SetBytes(b)
		if b[0] > 0x7f { // two's complement
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
		}
		w.out = append(w.out, decimal(n, d.Scale())...)
	case logical != nil && logical.Type() == avro.UUID && len(b) == 16:
		w.text(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	default:
		w.text(base64.StdEncoding.EncodeToString(b))
	}
}

// decimal writes a number of so many hundredths or the like.
func decimal(n *big.Int, scale int) string {
	digits, sign := new(big.Int).Abs(n).String(), ""
	if n.Sign() < 0 {
		sign = "-"
	}
	if scale == 0 {
		return sign + digits
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	return sign + digits[:point] + "." + digits[point:]
}

// appendShown appends a text as JSON for people to read. What is not UTF-8 in it becomes U+FFFD.
func appendShown(to []byte, text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can always be written
	return append(to, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// appendReal appends a number as JSON, which has no infinity.
func appendReal(to []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return append(to, `"NaN"`...)
	case math.IsInf(x, 1):
		return append(to, `"Infinity"`...)
	case math.IsInf(x, -1):
		return append(to, `"-Infinity"`...)
	}
	return strconv.AppendFloat(to, x, 'g', -1, bits)
}

package schema

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"pulsh/session/broker"
)

// show returns a message as JSON, with the names of its .proto file and the fields that
// are at their default.
func (p *protoForm) show(body []byte) ([]byte, error) {
	if err := p.check(body); err != nil {
		return nil, err
	}
	m := dynamicpb.NewMessage(p.message)
	if err := proto.Unmarshal(body, m); err != nil {
		return nil, errors.New(reason(err))
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true, AllowPartial: true}.Marshal(m)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be written as JSON: " + reason(err))
	case len(text) > shownMost:
		return nil, errShown
	}
	return text, nil
}

// show returns a number or a truth value. Text and bytes show themselves.
func (p *primitive) show(body []byte) ([]byte, error) {
	if err := p.check(body); err != nil {
		return nil, err
	}
	switch p.kind {
	case "BOOLEAN":
		return strconv.AppendBool(nil, body[0] == 1), nil
	case "INT8":
		return strconv.AppendInt(nil, int64(int8(body[0])), 10), nil
	case "INT16":
		return strconv.AppendInt(nil, int64(int16(binary.BigEndian.Uint16(body))), 10), nil
	case "INT32":
		return strconv.AppendInt(nil, int64(int32(binary.BigEndian.Uint32(body))), 10), nil
	case "INT64":
		return strconv.AppendInt(nil, int64(binary.BigEndian.Uint64(body)), 10), nil
	case "FLOAT":
		return appendReal(nil, float64(math.Float32frombits(binary.BigEndian.Uint32(body))), 32), nil
	case "DOUBLE":
		return appendReal(nil, math.Float64frombits(binary.BigEndian.Uint64(body)), 64), nil
	}
	return nil, nil
}

// timeForm is a kind of schema for times, as the Java client encodes them. pulsh makes
// none.
type timeForm struct {
	size int
	at   func(body []byte) time.Time
	form string
}

// instants are the kinds for times: of milliseconds, of days, of nanoseconds of a day,
// of seconds and nanoseconds.
var instants = map[broker.SchemaKind]*timeForm{
	"DATE":            {8, millisIn, time.RFC3339Nano},
	"TIME":            {8, millisIn, "15:04:05.999"},
	"TIMESTAMP":       {8, millisIn, time.RFC3339Nano},
	"INSTANT":         {12, func(b []byte) time.Time { return time.Unix(number(b), int64(binary.BigEndian.Uint32(b[8:]))) }, time.RFC3339Nano},
	"LOCAL_DATE":      {8, func(b []byte) time.Time { return onDay(number(b), 0) }, time.DateOnly},
	"LOCAL_TIME":      {8, func(b []byte) time.Time { return onDay(0, number(b)) }, "15:04:05.999999999"},
	"LOCAL_DATE_TIME": {16, func(b []byte) time.Time { return onDay(number(b), number(b[8:])) }, "2006-01-02T15:04:05.999999999"},
}

// number reads the whole number of 64 bits that a body begins with.
func number(body []byte) int64 { return int64(binary.BigEndian.Uint64(body)) }

func millisIn(body []byte) time.Time { return time.UnixMilli(number(body)) }

// onDay returns an instant of a day, which may be any number.
func onDay(day, nanos int64) time.Time {
	const most = 1e7 // of a year that no form can write
	return time.Unix(min(max(day, -most), most)*86400, nanos)
}

func (f *timeForm) show(body []byte) ([]byte, error) {
	if len(body) != f.size {
		return nil, fmt.Errorf("a time of this kind has %d bytes, not %d", len(body), f.size)
	}
	written := instant(f.at(body), f.form)
	if written == "" {
		return nil, errors.New("its year is not one of 0 to 9999")
	}
	return appendShown(nil, written), nil
}

package probe

import (
	"encoding/binary"
	"errors"
	"io"
	"iter"
)

// The types of the commands of a greeting. A frame is its total size, the size of
// its command and the command, with sizes in big endian. A command is a protobuf
// message with its type in field 1 and its content in the field of the same number
// (PulsarApi.proto, BaseCommand).
const (
	commandConnect   = 2
	commandConnected = 3
	commandError     = 14
	commandChallenge = 36

	// protocolVersion is the version in CONNECT. Every broker accepts a newer one
	// and answers with its own.
	protocolVersion = 19

	// frameMax bounds an answer in bytes. CONNECTED has some 50, and ERROR a
	// sentence or a stack trace.
	frameMax = 64 << 10
)

// Values of ServerError in PulsarApi.proto.
const (
	authenticationError = 3
	authorizationError  = 4
	serviceNotReady     = 6
)

// errNotPulsar reports bytes that are not a Pulsar greeting.
var errNotPulsar = errors.New("these bytes are no frame of Pulsar")

// greeting is a broker's answer to CONNECT.
type greeting struct {
	command         uint64
	serverVersion   string
	protocolVersion uint64
	maxMessageSize  uint64
	errorCode       uint64
	errorText       string
}

// connectFrame returns a CONNECT frame, with the token unless it is empty.
func connectFrame(clientVersion, token string) []byte {
	connect := appendBytes(nil, 1, clientVersion)
	if token != "" {
		connect = appendBytes(connect, 3, token)
	}
	connect = appendNumber(connect, 4, protocolVersion)
	if token != "" {
		connect = appendBytes(connect, 5, "token")
	}
	command := appendNumber(nil, 1, commandConnect)
	command = appendBytes(command, commandConnect, string(connect))
	frame := binary.BigEndian.AppendUint32(nil, uint32(4+len(command)))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(command)))
	return append(frame, command...)
}

// The wire types of protobuf. A greeting has numbers and bytes; fields of the other
// types are skipped.
const (
	wireNumber = 0
	wireEight  = 1
	wireBytes  = 2
	wireFour   = 5
)

func appendNumber(b []byte, field int, n uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3|wireNumber), n)
}

func appendBytes(b []byte, field int, s string) []byte {
	b = binary.AppendUvarint(b, uint64(field)<<3|wireBytes)
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// readGreeting reads one frame and parses its command. It reads nothing after the
// frame, and at most frameMax bytes.
func readGreeting(r io.Reader) (greeting, error) {
	var sizes [8]byte
	if n, err := io.ReadFull(r, sizes[:]); err != nil {
		if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			return greeting{}, errNotPulsar
		}
		return greeting{}, err
	}
	if sizes[0] == 0x15 && sizes[1] == 3 { // a TLS alert of any version
		return greeting{}, errTLS
	}
	if string(sizes[:5]) == "HTTP/" {
		return greeting{}, errHTTP
	}
	total, size := binary.BigEndian.Uint32(sizes[:4]), binary.BigEndian.Uint32(sizes[4:])
	if total > frameMax || total < 4 || size > total-4 {
		return greeting{}, errNotPulsar
	}
	frame := make([]byte, total-4)
	if _, err := io.ReadFull(r, frame); err != nil {
		return greeting{}, err
	}
	return parseCommand(frame[:size])
}

// errTLS reports a TLS alert, the answer of a TLS server to a plain CONNECT.
var errTLS = errors.New("a TLS alert")

// errHTTP reports an answer in HTTP.
var errHTTP = errors.New("an answer in HTTP")

// parseCommand parses a command that answers CONNECT.
func parseCommand(b []byte) (greeting, error) {
	var g greeting
	var inner []byte
	for f := range fields(b) {
		switch f.number {
		case 0:
			return greeting{}, errNotPulsar
		case 1:
			g.command = f.value
		case g.command:
			inner = f.content
		}
	}
	for f := range fields(inner) {
		if f.number == 0 {
			return greeting{}, errNotPulsar
		}
		g.take(f)
	}
	switch g.command {
	case commandConnected, commandError, commandChallenge:
		return g, nil
	}
	return greeting{}, errNotPulsar
}

// take stores one field of CONNECTED or ERROR.
func (g *greeting) take(f field) {
	switch {
	case g.command == commandConnected && f.number == 1:
		g.serverVersion = string(f.content)
	case g.command == commandConnected && f.number == 2:
		g.protocolVersion = f.value
	case g.command == commandConnected && f.number == 3:
		g.maxMessageSize = f.value
	case g.command == commandError && f.number == 2:
		g.errorCode = f.value
	case g.command == commandError && f.number == 3:
		g.errorText = string(f.content)
	}
}

// field is one field of a protobuf message. Number 0, which no field has, marks a
// malformed message.
type field struct {
	number, value uint64
	content       []byte
}

// fields iterates over a protobuf message, up to its first malformed field.
func fields(b []byte) iter.Seq[field] {
	return func(yield func(field) bool) {
		for len(b) > 0 {
			f, length := nextField(b)
			b = b[length:]
			if !yield(f) || f.number == 0 {
				return
			}
		}
	}
}

// nextField returns the first field of a message and its length in bytes.
func nextField(b []byte) (field, int) {
	key, at := binary.Uvarint(b)
	if at <= 0 {
		return field{}, 0
	}
	f := field{number: key >> 3}
	size := uint64(0)
	switch key & 7 {
	case wireNumber, wireBytes:
		n, m := binary.Uvarint(b[at:])
		if m <= 0 {
			return field{}, 0
		}
		at += m
		if f.value = n; key&7 == wireBytes {
			f.value, size = 0, n
		}
	case wireEight:
		size = 8
	case wireFour:
		size = 4
	default:
		return field{}, 0
	}
	if size > uint64(len(b)-at) {
		return field{}, 0
	}
	end := at + int(size)
	f.content = b[at:end]
	return f, end
}

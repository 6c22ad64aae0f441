package payload

import "encoding/base64"

// StampProperty is the name of the property that holds the stamp of a message whose
// body is the user's.
const StampProperty = "pulsh"

// stampTextSize is the length of a stamp as text: Base64 without padding, because a
// property is UTF-8.
const stampTextSize = (StampSize*8 + 5) / 6

// AppendStampText appends a stamp as the text of a property.
func AppendStampText(b []byte, s Stamp) []byte {
	var raw [StampSize]byte
	PutStamp(raw[:], s)
	return base64.RawStdEncoding.AppendEncode(b, raw[:])
}

// ReadStampText reads the stamp of a property. It reports false for any other text.
func ReadStampText[T string | []byte](text T) (Stamp, bool) {
	if len(text) != stampTextSize {
		return Stamp{}, false
	}
	var encoded [stampTextSize]byte
	var raw [StampSize]byte
	copy(encoded[:], text)
	if n, err := base64.RawStdEncoding.Decode(raw[:], encoded[:]); err != nil || n != StampSize {
		return Stamp{}, false
	}
	return ReadStamp(raw[:])
}

package payload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limits of message keys.
const (
	// DefaultKeys is the number of keys if only their distribution is given.
	DefaultKeys = 10_000
	// MaxKeys bounds the number of keys. The table of a million unevenly
	// distributed keys takes 19 MB.
	MaxKeys = 1_000_000
	// MaxZipf bounds the exponent of Zipf's law. From here on practically every
	// message has the first key.
	MaxZipf = 10
)

// Keys describes the keys of messages. The zero Keys means no keys. Keys are
// comparable.
type Keys struct {
	count   int
	zipf    float64 // the exponent, or 0
	percent float64 // share of the messages with hot keys, or 0
	hot     int     // the number of hot keys
}

// ParseKeys reads keys. "none" is no keys. "10000" or "10k" is a number of
// equally likely keys. In "10k,zipf=1.1" the share of the key of rank r is
// proportional to 1/r^1.1. In "10k,hot=20%/3" 20 % of the messages have 3 keys
// and the others have the rest. Spaces may replace the commas, "keys=" may
// precede the number, and without a number there are DefaultKeys.
func ParseKeys(text string) (Keys, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(words) == 0 {
		return Keys{}, fmt.Errorf("%q is not a number of keys such as 10000 or 10k", text)
	}
	if len(words) == 1 && strings.TrimPrefix(words[0], "keys=") == "none" {
		return Keys{}, nil
	}
	var k Keys
	for _, word := range words {
		if err := k.parseWord(word); err != nil {
			return Keys{}, err
		}
	}
	if k.count == 0 {
		k.count = DefaultKeys
	}
	switch {
	case k.zipf > 0 && k.hot > 0:
		return Keys{}, fmt.Errorf("%q gives both zipf and hot, which exclude each other", text)
	case k.hot >= k.count:
		return Keys{}, fmt.Errorf("%q has %d hot keys of %d keys, which leaves no key for the other messages", text, k.hot, k.count)
	}
	return k, nil
}

func (k *Keys) parseWord(word string) error {
	name, value, named := strings.Cut(word, "=")
	if !named {
		name, value = "keys", word
	}
	given := false
	var err error
	switch name {
	case "keys":
		given = k.count > 0
		k.count, err = parseKeyCount(value)
	case "zipf":
		given = k.zipf > 0
		k.zipf, err = strconv.ParseFloat(value, 64)
		if err != nil || !(k.zipf > 0 && k.zipf <= MaxZipf) {
			err = fmt.Errorf("%q is not an exponent for zipf, above 0 and up to %d", value, MaxZipf)
		}
	case "hot":
		given = k.hot > 0
		k.percent, k.hot, err = parseHot(value)
	default:
		return fmt.Errorf("%q is not an option of keys (keys, zipf, hot)", word)
	}
	if given {
		return fmt.Errorf("%q gives %s twice", word, name)
	}
	return err
}

func parseKeyCount(text string) (int, error) {
	digits, unit := text, 1.0
	switch {
	case strings.HasSuffix(text, "k"):
		digits, unit = strings.TrimSuffix(text, "k"), 1e3
	case strings.HasSuffix(text, "M"):
		digits, unit = strings.TrimSuffix(text, "M"), 1e6
	}
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is not a number of keys such as 10000 or 10k", text)
	}
	value, err := strconv.ParseFloat(digits, 64)
	n := math.Round(value*unit*1e6) / 1e6
	if err == nil && n > MaxKeys {
		return 0, fmt.Errorf("%q is more than the 1,000,000 keys that there may be", text)
	}
	if err != nil || n < 1 || n != math.Trunc(n) {
		return 0, fmt.Errorf("%q is not a number of keys such as 10000 or 10k", text)
	}
	return int(n), nil
}

func parseHot(text string) (percent float64, keys int, err error) {
	wrong := fmt.Errorf("%q is not a share of messages and a number of hot keys such as 20%%/3", text)
	share, count, ok := strings.Cut(text, "%/")
	if !ok {
		return 0, 0, wrong
	}
	percent, err = strconv.ParseFloat(share, 64)
	if err != nil || !(percent > 0 && percent <= 100) {
		return 0, 0, wrong
	}
	keys, err = strconv.Atoi(count)
	if err != nil || keys < 1 {
		return 0, 0, wrong
	}
	return percent, keys, nil
}

// String writes the keys as ParseKeys reads them.
func (k Keys) String() string {
	if k.count == 0 {
		return "none"
	}
	text := strconv.Itoa(k.count)
	if k.zipf > 0 {
		text += ",zipf=" + strconv.FormatFloat(k.zipf, 'g', -1, 64)
	}
	if k.hot > 0 {
		text += ",hot=" + strconv.FormatFloat(k.percent, 'g', -1, 64) + "%/" + strconv.Itoa(k.hot)
	}
	return text
}

// UnmarshalText reads the keys as ParseKeys does.
func (k *Keys) UnmarshalText(text []byte) error {
	parsed, err := ParseKeys(string(text))
	if err != nil {
		return err
	}
	*k = parsed
	return nil
}

// Count returns the number of keys, 0 for none.
func (k Keys) Count() int { return k.count }

// weight returns a number that is proportional to the share of a rank.
func (k Keys) weight(rank int) float64 {
	switch {
	case k.zipf > 0:
		return math.Pow(float64(rank+1), -k.zipf)
	case k.hot > 0 && rank < k.hot:
		return k.percent / float64(k.hot)
	case k.hot > 0:
		return (100 - k.percent) / float64(k.count-k.hot)
	}
	return 1
}

package spec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// texts converts words to plain strings.
func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func readTopic(into *string, text string) error {
	if strings.HasPrefix(text, patternMark) || strings.Contains(text, ",") {
		return fmt.Errorf("%q is several topics; this setting takes one", text)
	}
	name, err := broker.ParseTopic(text)
	if err == nil {
		*into = name.Short()
	}
	return err
}

// subscriptionMax bounds the name of a subscription in bytes: it becomes part
// of a path in the cluster's metadata.
const subscriptionMax = 256

func readSubscription(into *string, text string) error {
	switch {
	case text == "":
		return fmt.Errorf("a subscription needs a name")
	case len(text) > subscriptionMax:
		return fmt.Errorf("a subscription name of %d bytes exceeds the limit of %d", len(text), subscriptionMax)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("%q is not a subscription name: no spaces and no /", text)
	}
	*into = text
	return nil
}

func readProducers(into *int, text string) error {
	switch text {
	case "auto":
		*into = 0
		return nil
	case "each":
		*into = ProducersEach
		return nil
	}
	return readCount(into, text, "producers", 1, ProducersEach-1)
}

func writeProducers(n int) string {
	switch n {
	case 0:
		return "auto"
	case ProducersEach:
		return "each"
	}
	return strconv.Itoa(n)
}

// ParseCount reads a whole number from 0 on, such as 8, 10k or 2M.
func ParseCount(text string) (int, error) {
	n, err := parseWhole(text, countMax)
	return int(n), err
}

// parseWhole is ParseCount for numbers up to most.
func parseWhole(text string, most int64) (int64, error) {
	digits, unit := text, int64(1)
	switch {
	case strings.HasSuffix(text, "k"):
		digits, unit = text[:len(text)-1], 1e3
	case strings.HasSuffix(text, "M"):
		digits, unit = text[:len(text)-1], 1e6
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case (err != nil || n > most/unit) && most == countMax: // a limit of no setting
		return 0, fmt.Errorf("%q is too large", text)
	case err != nil || n > most/unit:
		return 0, fmt.Errorf("%q is too large; at most %d", text, most)
	}
	return n * unit, nil
}

// countMax bounds a typed number. It is beyond all limits, and the sum of two
// still fits an int of 32 bits.
const countMax = 1e9

// readCount reads a whole number from least to most. name is what the error
// calls it.
func readCount(into *int, text, name string, least, most int) error {
	n, err := ParseCount(text)
	switch {
	case err != nil:
		return err
	case n > most:
		return fmt.Errorf("%s must be at most %d", name, most)
	case n < least:
		return fmt.Errorf("%s must be at least %d", name, least)
	}
	*into = n
	return nil
}

func readBytes(into *int, text string) error {
	n, err := payload.ParseBytes(text)
	switch {
	case err != nil:
		return err
	case n < BatchBytesMin || n > BatchBytesMax:
		return fmt.Errorf("%q is not a batch size from %s to %s", text,
			payload.FormatBytes(BatchBytesMin), payload.FormatBytes(BatchBytesMax))
	}
	*into = int(n)
	return nil
}

func readDuration(into *time.Duration, text string, least, most time.Duration) error {
	d, err := pacing.ParseDuration(text)
	switch {
	case err != nil:
		return err
	case d < least:
		return fmt.Errorf("%q is too short; at least %s", text, pacing.FormatDuration(least))
	case d > most:
		return fmt.Errorf("%q is too long; at most %s", text, pacing.FormatDuration(most))
	}
	*into = d
	return nil
}

// BatchBy says which messages of a producer may share a batch.
type BatchBy string

// The broker delivers a whole batch to the consumer of its first message's key.
// Batches of one key each keep the order of every key under key_shared, but
// cost the client many more batches.
const (
	ByAny BatchBy = "any"
	ByKey BatchBy = "key"
)

func batchBys() []BatchBy { return []BatchBy{ByAny, ByKey} }

// UnmarshalText reads any or key. The error is a sentence that quotes the text.
func (b *BatchBy) UnmarshalText(text []byte) error {
	if by := BatchBy(text); by != ByAny && by != ByKey {
		return fmt.Errorf("%q is neither any nor key", text)
	}
	*b = BatchBy(text)
	return nil
}

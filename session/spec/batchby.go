package spec

import "fmt"

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

package payload

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func mustSize(t testing.TB, text string) Size {
	t.Helper()
	s, err := ParseSize(text)
	require.NoError(t, err)
	return s
}

func mustBodies(t testing.TB, size string, kind Kind, slots int) *Bodies {
	t.Helper()
	b, err := NewBodies(specOf(mustSize(t, size), kind), slots, 7)
	require.NoError(t, err)
	return b
}

// specOf is the Spec of one kind, with the text that a pattern needs.
func specOf(size Size, kind Kind) Spec {
	spec := Spec{Size: size, Kind: kind}
	if kind == PatternKind {
		spec.Pattern = "abc"
	}
	return spec
}

func TestStampRoundTrip(t *testing.T) {
	for _, s := range []Stamp{{}, {1, 2, 3, 4}, {^uint64(0), MaxSequence, -1, MaxFailed}} {
		b := make([]byte, 40)
		PutStamp(b, s)
		got, ok := ReadStamp(b)
		require.True(t, ok)
		require.Equal(t, s, got)
		require.Equal(t, "plsh", string(b[:4]))
		require.Equal(t, make([]byte, 8), b[StampSize:])
		_, ok = ReadStamp(b[:StampSize-1])
		require.False(t, ok)
		for i := range 5 {
			b[i] ^= 1
			_, ok = ReadStamp(b)
			require.False(t, ok, "byte %d", i)
			b[i] ^= 1
		}
	}
	_, ok := ReadStamp(nil)
	require.False(t, ok)
	require.Panics(t, func() { PutStamp(make([]byte, StampSize-1), Stamp{}) })
}

func TestKinds(t *testing.T) {
	for i, name := range KindNames() {
		k, pattern, err := ParseBody(name)
		require.NoError(t, err)
		require.Equal(t, Kind(i), k)
		require.Equal(t, name, FormatBody(k, pattern))
		require.Equal(t, name, k.String())
	}
	for text, want := range map[string]string{
		"noise":       `"noise" is not a kind of body (random, text, sequential, zero, pattern(TEXT), none, file(FILE), template(TEXT))`,
		"pattern":     `"pattern" is not a kind of body (random, text, sequential, zero, pattern(TEXT), none, file(FILE), template(TEXT))`,
		"pattern()":   "a pattern needs a text (pattern(TEXT))",
		"pattern(abc": `"pattern(abc" has no closing parenthesis (pattern(TEXT))`,
		"pattern(" + strings.Repeat("a", PatternMax+1) + ")": "a pattern of 4097 bytes exceeds the limit of 4096",
	} {
		_, _, err := ParseBody(text)
		require.EqualError(t, err, want)
	}
	_, err := ParseKind("pattern(TEXT)")
	require.Error(t, err, "a kind without its text")
}

func TestPatternRepeatsItsText(t *testing.T) {
	b, err := NewBodies(Spec{Size: mustSize(t, "40"), Kind: PatternKind, Pattern: "abc"}, 3, 1)
	require.NoError(t, err)
	for slot := range b.Slots() {
		require.Equal(t, "abcabcab", string(b.Body(slot)[StampSize:]))
	}
}

func TestSlotsDoNotTouch(t *testing.T) {
	for _, size := range []string{"100", "32", "1KiB", "33..977", "lognormal(200,1)"} {
		b := mustBodies(t, size, ZeroKind, 50)
		for slot := range b.Slots() {
			for range 100 {
				body := b.Body(slot)
				require.Equal(t, len(body), cap(body))
				for i := range body {
					body[i] = byte(slot + 1)
				}
			}
		}
		for slot := range b.Slots() {
			body := b.Body(slot)
			require.Equal(t, bytes.Repeat([]byte{byte(slot + 1)}, StampSize), body[:StampSize])
			for _, c := range body {
				require.Contains(t, []byte{0, byte(slot + 1)}, c)
			}
		}
	}
}

func TestOneSlotStillFollowsTheSize(t *testing.T) {
	for _, text := range []string{"256..4KiB", "lognormal(1KiB,0.5)"} {
		size := mustSize(t, text)
		b := mustBodies(t, text, ZeroKind, 1)
		sum, seen := 0.0, map[int]bool{}
		for range sizeTurns {
			n := len(b.Body(0))
			require.True(t, n >= size.Min() && n <= size.Max())
			sum += float64(n)
			seen[n] = true
		}
		require.InEpsilon(t, size.Mean(), sum/sizeTurns, 0.002)
		require.Greater(t, len(seen), 1000)
	}
}

func TestBodiesAreBoundedInMemory(t *testing.T) {
	for _, c := range []struct {
		size  string
		slots int
		want  int
	}{
		{"1KiB", 2000, 2000}, {"5MiB", 1000, 12}, {"64MiB", 1000, 1}, {"1KiB", 1 << 20, 1 << 16},
		{"32..64MiB", 10, 1},
	} {
		b := mustBodies(t, c.size, ZeroKind, c.slots)
		require.Equal(t, c.want, b.Slots(), c.size)
		require.LessOrEqual(t, len(b.arena), ArenaLimit)
		require.NotEmpty(t, b.Body(b.Slots()-1))
	}
}

func TestBodiesRefuse(t *testing.T) {
	_, err := NewBodies(Spec{}, 1, 0)
	require.EqualError(t, err, "a body needs a size such as 1KiB")
	_, err = NewBodies(Spec{Size: mustSize(t, "1KiB")}, 0, 0)
	require.EqualError(t, err, "0 slots are not enough for one body")
	_, err = NewBodies(Spec{Size: mustSize(t, "1KiB"), Kind: PatternKind}, 1, 0)
	require.EqualError(t, err, "a pattern needs a text (pattern(TEXT))")
}

func TestSameSeedSameBodies(t *testing.T) {
	for i := range KindNames() {
		spec := specOf(mustSize(t, "100..300"), Kind(i))
		a, err := NewBodies(spec, 20, 5)
		require.NoError(t, err)
		b, err := NewBodies(spec, 20, 5)
		require.NoError(t, err)
		c, err := NewBodies(spec, 20, 6)
		require.NoError(t, err)
		require.Equal(t, a, b)
		require.NotEqual(t, a, c)
	}
}

// deflated returns how many times smaller DEFLATE's fastest level, which like
// LZ4 lives on repeated passages, makes a batch of stamped bodies.
func deflated(t *testing.T, kind Kind, size string, batch int) float64 {
	t.Helper()
	b := mustBodies(t, size, kind, batch)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	require.NoError(t, err)
	total := 0
	for slot := range batch {
		body := b.Body(slot)
		PutStamp(body, Stamp{Producer: 99, Sequence: uint64(slot), Due: int64(slot) * 20_000})
		total += len(body)
		_, err := w.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	size64, err := io.Copy(io.Discard, &packed)
	require.NoError(t, err)
	return float64(total) / float64(size64)
}

func TestKindsCompressAsTheySay(t *testing.T) {
	require.InDelta(t, 1, deflated(t, RandomKind, "1KiB", 100), 0.05)
	require.InDelta(t, 5, deflated(t, TextKind, "1KiB", 100), 1.5)
	require.InDelta(t, 5, deflated(t, TextKind, "16KiB", 8), 1.5)
	require.Greater(t, deflated(t, SequentialKind, "1KiB", 100), 10.0)
	require.Greater(t, deflated(t, ZeroKind, "1KiB", 100), 10.0)
}

func TestSequentialBodiesCount(t *testing.T) {
	body := mustBodies(t, "600", SequentialKind, 3).Body(2)
	for i := StampSize; i < len(body); i++ {
		require.Equal(t, byte(i), body[i])
	}
}

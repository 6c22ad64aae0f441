package payload

import "math/rand/v2"

// The mixture of TextKind, chosen by measuring LZ4 on batches of bodies.
const (
	// freshLetters is how many new letters follow each repeated passage.
	freshLetters = 7
	// passageLength is how many letters are repeated at a time.
	passageLength = 44
	// ownHistory is how many letters a body has before it repeats itself. Until
	// then it repeats phrases that all bodies share, as records share the names
	// of their fields, so that small bodies compress in a batch.
	ownHistory = 96
	// phraseBookLength is the total length of the shared phrases.
	phraseBookLength = 256
)

// A textWriter writes made-up text that repeats passages of itself.
type textWriter struct {
	random  *rand.Rand
	phrases []byte
}

func newTextWriter(source rand.Source) *textWriter {
	w := &textWriter{random: rand.New(source), phrases: make([]byte, phraseBookLength)}
	w.words(w.phrases)
	return w
}

// by returns a writer of the same phrases that makes its choices with another source.
func (w *textWriter) by(source rand.Source) textWriter {
	return textWriter{random: rand.New(source), phrases: w.phrases}
}

// write fills body with a few fresh letters and an earlier passage in turn.
func (w *textWriter) write(body []byte) {
	for at := 0; at < len(body); {
		end := min(at+freshLetters, len(body))
		w.words(body[at:end])
		at = end
		history := body[:at]
		if at < ownHistory {
			history = w.phrases
		}
		from := w.random.IntN(len(history) - passageLength + 1)
		at += copy(body[at:], history[from:from+passageLength])
	}
}

// syllable appends a consonant and a vowel.
func (w *textWriter) syllable(b []byte) []byte {
	const consonants, vowels = "bdfgklmnprstv", "aeiou"
	pick := w.random.Uint32()
	return append(b, consonants[pick%uint32(len(consonants))], vowels[pick>>8%uint32(len(vowels))])
}

// words fills b with syllables and spaces.
func (w *textWriter) words(b []byte) {
	const consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
	for i := range b {
		switch pick := w.random.Uint32(); {
		case i%7 == 6:
			b[i] = ' '
		case i%2 == 0:
			b[i] = consonants[pick%uint32(len(consonants))]
		default:
			b[i] = vowels[pick%uint32(len(vowels))]
		}
	}
}

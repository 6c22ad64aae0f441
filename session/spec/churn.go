package spec

import (
	"fmt"
	"math"
	"strings"
	"time"

	"pulsh/session/pacing"
)

// Churn is the periodic replacement of a share of a group's consumers. It is
// comparable. The zero Churn is off.
type Churn struct {
	Share Share
	Every time.Duration
}

// Limits of churn. A round must end before the next one begins, and a thousand
// consumers take half a second to subscribe.
const (
	ChurnMin     = time.Second
	ChurnMax     = 24 * time.Hour
	churnDefault = 30 * time.Second
)

// ParseChurn reads off, 10%/30s, or 10%, which means every 30 s. The error is a
// sentence that quotes the text.
func ParseChurn(text string) (Churn, error) {
	text = strings.TrimSpace(text)
	if text == "off" {
		return Churn{}, nil
	}
	share, every, timed := strings.Cut(text, "/")
	c := Churn{Every: churnDefault}
	var err error
	if c.Share, err = ParseShare(share); err != nil {
		return Churn{}, err
	}
	if c.Share == 0 {
		return Churn{}, fmt.Errorf("%q changes nothing; off ends it", text)
	}
	if timed {
		if err := readDuration(&c.Every, strings.TrimSpace(every), ChurnMin, ChurnMax); err != nil {
			return Churn{}, err
		}
	}
	return c, nil
}

// String writes the churn as ParseChurn reads it.
func (c Churn) String() string {
	if c == (Churn{}) {
		return "off"
	}
	return c.Share.String() + "/" + pacing.FormatDuration(c.Every)
}

// Of returns how many of n consumers one round replaces, at least one.
func (c Churn) Of(n int) int {
	if n == 0 {
		return 0
	}
	return max(1, int(math.Round(float64(n)*float64(c.Share)/100)))
}

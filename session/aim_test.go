package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// The rate is a mean over a second, and so is the target that it is compared with: a
// group that keeps to a ramp does not look late.
func TestTheTargetOfARampIsThatOfTheRate(t *testing.T) {
	for text, constant := range map[string]bool{"ramp(1k..15k,14s)": false, "sine(2k,50%,10s)": false, "2k": true} {
		t.Run(text, func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				t := v.t
				shape, err := pacing.ParseShape(text)
				require.NoError(t, err)
				v.produce(1, func(s *spec.Producer) { s.Rate = shape })
				for range 60 {
					time.Sleep(200 * time.Millisecond)
					p := v.fast().Producer
					if v.fast().Running < 500*time.Millisecond {
						continue
					}
					require.InEpsilon(t, p.Expected(), p.Rate, 0.03, "after %s", v.fast().Running)
					require.InEpsilon(t, p.Aim(), p.Rate, 0.03)
					if constant {
						require.EqualValues(t, p.Target, p.Aim())
					}
				}
			})
		})
	}
}

package group

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A trouble that lasts is reported once, attempts become rarer, and the end is told.
func TestASupervisorRepairsWithGrowingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		trouble, failure := errors.New("lost"), errors.New("refused")
		var attempts []time.Duration
		var reported []string
		var lasted time.Duration
		repair := Repair{
			Report: func(err error, isNew bool) {
				if isNew {
					reported = append(reported, err.Error())
				}
			},
			Do: func(context.Context) error {
				attempts = append(attempts, time.Since(begin))
				if len(attempts) >= 9 {
					trouble, failure = nil, nil
				}
				return failure
			},
			Done: func(after time.Duration) { lasted = after },
		}
		repair.Failed = repair.Report
		s := NewSupervisor(nil)
		s.check = func(ctx context.Context, _ bool) { s.Attempt(ctx, trouble, repair) }
		s.Start()
		s.Start() // does nothing
		s.Wake()
		time.Sleep(time.Minute)
		s.Stop()
		require.Equal(t, []string{"lost", "refused"}, reported)
		require.Equal(t, attempts[8], lasted)
		waits := make([]time.Duration, 8)
		for i := range waits {
			waits[i] = attempts[i+1] - attempts[i]
		}
		require.Equal(t, []time.Duration{
			100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
			1600 * time.Millisecond, 3200 * time.Millisecond, 5 * time.Second, 5 * time.Second,
		}, waits)
		trouble = errors.New("lost")
		s.Start()
		s.Wake()
		time.Sleep(time.Second)
		s.Stop()
		require.Equal(t, []string{"lost", "refused", "lost"}, reported, "it is new again after the group was well")
	})
}

// A command that stops the supervisor in the middle of a repair is not told that
// the repair failed.
func TestASupervisorIsInterruptedQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, failed := make(chan struct{}), 0
		s := NewSupervisor(nil)
		s.check = func(ctx context.Context, _ bool) {
			s.Attempt(ctx, errors.New("lost"), Repair{
				Report: func(error, bool) {},
				Do: func(ctx context.Context) error {
					close(began)
					<-ctx.Done()
					return ctx.Err()
				},
				Failed: func(error, bool) { failed++ },
			})
		}
		s.Start()
		s.Wake()
		<-began
		s.Stop()
		require.Zero(t, failed)
	})
}

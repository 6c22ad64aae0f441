package lang

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// sentence is an error of another package that says who has not answered.
type sentence struct{}

func (sentence) Error() string  { return "the broker does not answer" }
func (sentence) Advice() string { return "status" }
func (sentence) Unwrap() error  { return context.DeadlineExceeded }

// "timed out" is for what has no sentence of its own.
func TestAnErrorKeepsItsSentence(t *testing.T) {
	require.Equal(t, "timed out", AsError(fmt.Errorf("asking: %w", context.DeadlineExceeded)).Message)
	require.Equal(t, "cannot start fast: the broker does not answer", AsError(fmt.Errorf("cannot start fast: %w", sentence{})).Message)
	require.Equal(t, "interrupted", AsError(context.Canceled).Message)
}

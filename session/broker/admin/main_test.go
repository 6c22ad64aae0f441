package admin

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"pulsh/session/broker/local/localtest"
)

// TestMain lets a test start a real Pulsar, and holds that no call leaves a
// goroutine behind.
func TestMain(m *testing.M) {
	code := localtest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

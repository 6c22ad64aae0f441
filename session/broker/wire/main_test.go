package wire

import (
	"os"
	"testing"

	"pulsh/session/broker/local/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

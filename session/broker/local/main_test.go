package local_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
)

// userWord makes the test binary a user of a server: it starts or joins the
// one of a folder, says so, and waits to be killed or asked to leave.
const userWord = "be-a-user"

func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == userWord {
		os.Exit(beUser(os.Args[2], os.Args[3]))
	}
	if len(os.Args) > 1 && os.Args[1] == local.FakeServerWord {
		os.Exit(local.FakeServer(os.Args[2:]))
	}
	code := localtest.Main(m)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func beUser(dir, libraries string) int {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	s, err := local.Start(ctx, local.Config{
		Dir: dir, Libraries: libraries, JavaFlags: []string{"-XX:TieredStopAtLevel=1"}, BrokerPort: local.AnyPort, WebPort: local.AnyPort, ZooKeeperPort: local.AnyPort,
	})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println(s.Origin(), s.URL(), s.Status().PID)
	<-asked
	if err := s.Release(ctx); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

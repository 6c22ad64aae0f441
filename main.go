// Pulsh is an interactive load shell for Apache Pulsar.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"

	"pulsh/commands/lang"
	"pulsh/session/broker/local"
	"pulsh/shell/start"
)

// version is set by the linker.
var version = "0.1.0"

//go:embed profiles.toml
var builtinProfiles []byte

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program. It returns the exit code: 0 done, 1 a command or an
// expectation failed, 2 usage, 3 no connection, 130 interrupted.
func run(args []string, stdin, stdout, stderr *os.File) int {
	if len(args) > 0 && args[0] == local.SuperviseWord {
		return local.Supervise(args[1:])
	}
	options, err := start.ReadOptions(args, os.Getenv)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return lang.ExitUsage
	}
	if asked, err := start.About(options, version, builtinProfiles, stdout); asked {
		if err != nil {
			fmt.Fprintln(stderr, err)
			return lang.ExitFailed
		}
		return lang.ExitDone
	}
	logrus.SetOutput(io.Discard) // the client logs through the global logger in places, which would spoil the screen
	return start.Run(options, version, builtinProfiles, start.Streams{In: stdin, Out: stdout, Err: stderr})
}

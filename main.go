// Pulsh is an interactive load shell for Apache Pulsar.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/sirupsen/logrus"

	"pulsh/commands"
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
	switch {
	case err != nil:
		fmt.Fprintln(stderr, err)
		return commands.ExitUsage
	case options.Help:
		fmt.Fprint(stdout, start.Usage)
		return commands.ExitDone
	case options.Version:
		fmt.Fprintf(stdout, "pulsh %s · %s · pulsar-client-go %s\n", version, runtime.Version(), clientVersion())
		return commands.ExitDone
	}
	tuneRuntime()
	return start.Run(options, version, builtinProfiles, start.Streams{In: stdin, Out: stdout, Err: stderr})
}

// gcPercent trades memory for time: measured, a collection at four times the
// live heap instead of twice costs a tenth less CPU per message.
const gcPercent = 400

// tuneRuntime leaves alone what the user has set. The client logs through the
// global logger in places, which would spoil the screen.
func tuneRuntime() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	logrus.SetOutput(io.Discard)
}

// clientVersion is that of the Pulsar client, from the build's own record.
func clientVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/apache/pulsar-client-go" {
			return m.Version
		}
	}
	return "unknown"
}

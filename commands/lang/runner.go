package lang

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// Config is what a Runner runs lines with. Only Language must be set.
type Config struct {
	Language *Language
	// Host is what the owner of the language needs to run and to complete its
	// commands; Call.Host and Scene.Host hand it on.
	Host any
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Confirm asks a question with the answer yes or no, and returns no when
	// ctx ends; nil where there is nobody to ask, as in a script.
	Confirm func(ctx context.Context, question string) bool
	// Yes answers every question with yes, without asking.
	Yes bool
	// Speed divides what wait and at wait for; 0 is 1.
	Speed float64
	// Version is that of the program, for recordings.
	Version string
	// Variables are set from the beginning: by flags and by the environment.
	Variables []Variable
	// Ran is told of each command that has run; nil tells nobody.
	Ran func(c *Call, err error)
	// Turned is told when a file is run for one turn of a for or a repeat, as in
	// w=4; nil tells nobody.
	Turned func(turn string)
}

// Runner runs and completes lines. Execute and RunScript are for one goroutine at
// a time; any goroutine may call the other methods.
type Runner struct {
	Config Config
	vars   atomic.Pointer[Variables] // of typed lines; never changed, only replaced
	Past   journal
	Task   atomic.Pointer[Progress]
	// recording is the one that goes on, or nil; it belongs to the goroutine that
	// executes.
	recording *recording
}

// NewRunner returns a Runner.
func NewRunner(config Config) *Runner {
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Runner{Config: config}
	vars := NewScope(config.Variables)
	c.vars.Store(&vars)
	return c
}

// execution is what the lines of one file, or of one typed line, share.
type execution struct {
	*Runner
	Out       io.Writer
	depth     int    // of run within run
	Turn      string // of a for or repeat, as in w=4; "" outside
	keepGoing bool
	report    func(error)
	began     time.Time // of the file
	planned   time.Time // the place in its plan that was reached
	Result    *Result
}

// Language is the one whose commands the Runner runs.
func (c *Runner) Language() *Language { return c.Config.Language }

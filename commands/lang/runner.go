package lang

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// Config configures a Runner. Only Language must be set.
type Config struct {
	Language *Language
	// Host is for the commands and completions of the owner of the language, as
	// Call.Config.Host and Scene.Host.
	Host any
	// Now returns the time; nil is time.Now.
	Now func() time.Time
	// Confirm asks the user a question and returns the answer, false when ctx ends.
	// It is nil if nobody can be asked, as in a script.
	Confirm func(ctx context.Context, question string) bool
	// Yes answers all questions with yes.
	Yes bool
	// Protected returns the name of the cluster if it is protected, else "": questions
	// are then asked in spite of Yes, and where nobody can be asked, AllowProtected is
	// needed beside Yes. It may be nil.
	Protected      func() string
	AllowProtected bool
	// Speed divides the durations of wait and at; 0 is 1.
	Speed float64
	// Version is the version of the program, for recordings.
	Version string
	// Variables are the variables of flags and of the environment.
	Variables []Variable
	// Ran is called after each command; it may be nil.
	Ran func(c *Call, err error)
	// Turned is called before each run of a for or repeat, with its name as in w=4;
	// it may be nil.
	Turned func(turn string)
}

// Runner runs and completes lines. One goroutine at a time may call Execute and
// RunScript; any goroutine may call the other methods.
type Runner struct {
	Config Config
	vars   atomic.Pointer[variables] // of typed lines; replaced, never changed
	past   journal
	task   atomic.Pointer[Progress]
	aborts aborts
	// recording is the present recording, or nil; only the goroutine that executes
	// uses it.
	recording *recording
}

// NewRunner returns a Runner.
func NewRunner(config Config) *Runner {
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Runner{Config: config}
	vars := newScope(config.Variables)
	c.vars.Store(&vars)
	return c
}

// execution is the state that the commands of a script or of a typed line share.
type execution struct {
	*Runner
	Out       io.Writer
	depth     int    // of nested scripts
	Turn      string // of a for or repeat, as in w=4; "" outside
	keepGoing bool
	report    func(error)
	began     time.Time // start of the script
	planned   time.Time // the last offset of `at`
	result    *Result
}

// Language returns the language of the Runner.
func (c *Runner) Language() *Language { return c.Config.Language }

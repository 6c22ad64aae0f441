package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.uber.org/goleak"
)

const toyVariable = "PULSH_TOY"

// TestMain runs the toy shell in place of the tests if the variable is set. The
// tests start their own binary with it, on a terminal of its own.
func TestMain(m *testing.M) {
	if os.Getenv(toyVariable) != "" {
		os.Exit(toyMain())
	}
	os.Exit(m.Run())
}

// toyMain runs a shell with a simple executor and simple frames. Words in the
// variable change its behaviour.
func toyMain() int {
	words := " " + os.Getenv(toyVariable) + " "
	has := func(w string) bool { return strings.Contains(words, " "+w+" ") }
	toy := &toy{notes: make(chan string, 100), asked: make(chan Question)}
	cfg := Config{
		Executor: toy, Notes: toy.notes, Questions: toy.asked,
		Progress: func(_ time.Time, took time.Duration) string {
			return fmt.Sprintf("██░░ 50 %%  %ds", int(took.Seconds()))
		},
		Greeting: []string{"toy shell", fmt.Sprintf("pid %d", os.Getpid())},
		Stdin:    os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Unfinished: func(line string) bool { return strings.Count(line, "'")%2 == 1 },
		StatusLine: func() string { return "toy status" },
		Scroll:     func(pages int) { toy.notes <- fmt.Sprintf("page %+d", pages) },
		Waits:      func(line string) bool { return line == "sleep 3" },
		Summary:    func() []string { return []string{"toy summary"} },
		Keys: map[int]func() (string, string){
			2: func() (string, string) { return "echo F2", "" },
			3: func() (string, string) { return "", "no group" },
		},
	}
	cfg.History = OpenHistory(os.Getenv("TOY_HISTORY"), func(line string) { toy.notes <- line })
	if !has("noframes") {
		cfg.Frames = toy.frame(has("freeze"))
	}
	if has("first") {
		cfg.First = Task{"opening", func(ctx context.Context, out io.Writer) error {
			<-ctx.Done()
			fmt.Fprintln(out, "opened all the same")
			return ctx.Err()
		}}
	}
	if has("slowclose") {
		cfg.Close = func(ctx context.Context) { <-ctx.Done() }
	}
	if has("stuckclose") {
		cfg.Close = func(context.Context) { select {} }
	}
	if has("batch") {
		cfg.Batch, cfg.Lines = true, []string{"echo one", "fail", "echo two"}
	}
	if has("lines") {
		cfg.Lines = []string{"echo first", "echo second"}
	}
	if has("busy") {
		for range 2 {
			go func() {
				for x := 0; ; x++ {
					_ = x
				}
			}()
		}
	}
	code := Run(context.Background(), cfg)
	if has("leaks") {
		if err := goleak.Find(); err != nil {
			fmt.Println("LEAK", err)
			return 99
		}
		fmt.Println("no leak")
	}
	return code
}

type toy struct {
	notes chan string
	asked chan Question
}

// Execute runs a line of the toy language.
func (y *toy) Execute(ctx context.Context, line string, out io.Writer) error {
	words := strings.Fields(line)
	arg := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), words[0]))
	n, _ := strconv.Atoi(arg)
	switch words[0] {
	case "echo":
		fmt.Fprintln(out, "  "+arg)
	case "seq":
		for i := 1; i <= n; i++ {
			fmt.Fprintf(out, "line %d\n", i)
		}
	case "sleep":
		select {
		case <-time.After(time.Duration(n) * time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	case "notes":
		for i := 1; i <= n; i++ {
			y.notes <- fmt.Sprintf("note %d", i)
		}
	case "sure":
		answer := make(chan bool, 1)
		y.asked <- Question{"are you sure?", answer}
		fmt.Fprintln(out, "  sure:", <-answer)
	case "stray":
		fmt.Println("stray stdout")
		fmt.Fprintln(os.Stderr, "stray stderr")
		log.Print("stray log")
		logrus.Warn("stray logrus")
	case "fail":
		return errors.New("       ^^^^ \"fail\" fails\n  try: echo")
	case "panic":
		panic("toy panic")
	case "quit":
		return fmt.Errorf("leaving: %w", ErrQuit)
	default:
		return fmt.Errorf("  ^^ no command %q", words[0])
	}
	return nil
}

// Complete completes the words of the toy language.
func (y *toy) Complete(text string, cursor int) (out []Suggestion, from int) {
	word := text[:cursor]
	if strings.Contains(word, " ") {
		return nil, cursor
	}
	for _, w := range []string{"echo", "seq", "sleep", "notes", "stray", "fail", "panic", "quit"} {
		if strings.HasPrefix(w, word) {
			out = append(out, Suggestion{Text: w, Description: "what " + w + " does"})
		}
	}
	return out, 0
}

// frame returns rows with their own numbers: Gnn in each row of the graph, STATE
// and CLOCK in the status rows.
func (y *toy) frame(freeze bool) func(time.Time, int, int) Frame {
	begun := time.Now()
	return func(now time.Time, width, height int) Frame {
		tick := int(now.Sub(begun) / (100 * time.Millisecond))
		if freeze {
			tick = 7
		}
		f := Frame{Status: []string{fmt.Sprintf("\x1b[32mSTATE\x1b[0m %06d", tick), fmt.Sprintf("CLOCK %06d of %d, %d", tick, width, height)}}
		rows := height - len(f.Status)
		if rows < 5 {
			f.Status = f.Status[1:]
			return f
		}
		level := tick % rows
		for i := range min(rows, 11) {
			mark := "─"
			if i == level {
				mark = "█"
			}
			f.Graph = append(f.Graph, fmt.Sprintf("G%02d ┤\x1b[36m%s%s\x1b[0m", i, strings.Repeat("╌", max(width-8, 0)), mark))
		}
		return f
	}
}

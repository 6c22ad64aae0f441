package editor

import (
	"strings"

	prompt "github.com/c-bata/go-prompt"
)

// writer is the ConsoleWriter that go-prompt draws on. Nothing of it is shown:
// the line is drawn from its text, and a Flush says when. It belongs to the
// goroutine that is in go-prompt's Input.
type writer struct {
	draw func()
	mute bool // the line was ended: what stands on the screen stays
}

var _ prompt.ConsoleWriter = (*writer)(nil)

// WriteStr tells by a line feed at its end that the line was ended.
func (w *writer) WriteStr(s string) { w.mute = w.mute || strings.HasSuffix(s, "\n") }

// Flush draws the line.
func (w *writer) Flush() error {
	if !w.mute {
		w.draw()
	}
	return nil
}

// The rest of the interface has no meaning here: the screen has the cursor, and
// the title belongs to the user.

// WriteRaw does nothing.
func (w *writer) WriteRaw([]byte) {}

// Write does nothing.
func (w *writer) Write([]byte) {}

// WriteRawStr does nothing.
func (w *writer) WriteRawStr(string) {}

// EraseScreen does nothing.
func (w *writer) EraseScreen() {}

// EraseUp does nothing.
func (w *writer) EraseUp() {}

// EraseDown does nothing.
func (w *writer) EraseDown() {}

// EraseStartOfLine does nothing.
func (w *writer) EraseStartOfLine() {}

// EraseEndOfLine does nothing.
func (w *writer) EraseEndOfLine() {}

// EraseLine does nothing.
func (w *writer) EraseLine() {}

// ShowCursor does nothing.
func (w *writer) ShowCursor() {}

// HideCursor does nothing.
func (w *writer) HideCursor() {}

// CursorGoTo does nothing.
func (w *writer) CursorGoTo(_, _ int) {}

// CursorUp does nothing.
func (w *writer) CursorUp(int) {}

// CursorDown does nothing.
func (w *writer) CursorDown(int) {}

// CursorForward does nothing.
func (w *writer) CursorForward(int) {}

// CursorBackward does nothing.
func (w *writer) CursorBackward(int) {}

// AskForCPR does nothing.
func (w *writer) AskForCPR() {}

// SaveCursor does nothing.
func (w *writer) SaveCursor() {}

// UnSaveCursor does nothing.
func (w *writer) UnSaveCursor() {}

// ScrollDown does nothing.
func (w *writer) ScrollDown() {}

// ScrollUp does nothing.
func (w *writer) ScrollUp() {}

// SetTitle does nothing.
func (w *writer) SetTitle(string) {}

// ClearTitle does nothing.
func (w *writer) ClearTitle() {}

// SetColor does nothing.
func (w *writer) SetColor(prompt.Color, prompt.Color, bool) {}

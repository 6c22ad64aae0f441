package shell

import (
	"pulsh/shell/screen"
	"pulsh/shell/tty"
)

// display is the screen for the editor. It paints the input line at once,
// without the loop, because an echo must not wait for a frame.
type display struct{ *screen.Screen }

// SetPrompt shows an input line.
func (d display) SetPrompt(v screen.View) {
	d.Screen.SetPrompt(v)
	d.Paint()
}

// Clear moves all output into the scrollback.
func (d display) Clear() {
	d.Screen.Clear()
	d.Paint()
}

// suspend stops the program for Ctrl-Z. It runs on the goroutine of the key
// reader.
func (l *loop) suspend() {
	l.giveBack()
	tty.Suspend()
	if err := l.term.Raw(); err != nil {
		l.screen.Print(err.Error())
	}
	l.screen.Resize(l.term.Size())
	l.screen.Start()
}

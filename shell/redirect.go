package shell

import (
	"io"
	"log"
	"os"

	"github.com/sirupsen/logrus"
)

// redirect leads what libraries write to os.Stdout, os.Stderr and the standard
// logs into w, so that it cannot spoil the screen. The file descriptors
// themselves stay, for the trace of a panic. The function it returns undoes it
// and waits until all is handed on.
func redirect(w io.Writer, guard func()) (undo func(), err error) {
	in, out, err := os.Pipe()
	if err != nil {
		return func() {}, err
	}
	stdout, stderr := os.Stdout, os.Stderr
	logTo, logrusTo := log.Writer(), logrus.StandardLogger().Out
	os.Stdout, os.Stderr = out, out
	log.SetOutput(out)
	logrus.SetOutput(out)

	done := make(chan struct{})
	go func() {
		defer close(done)
		defer guard()
		_, _ = io.Copy(w, in) // ends with the pipe; w never fails
	}()
	return func() {
		os.Stdout, os.Stderr = stdout, stderr
		log.SetOutput(logTo)
		logrus.SetOutput(logrusTo)
		out.Close()
		<-done
		in.Close()
	}, nil
}

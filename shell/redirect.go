package shell

import (
	"io"
	"log"
	"os"

	"github.com/sirupsen/logrus"
)

// redirect sends the output of os.Stdout, os.Stderr and the standard loggers to
// w, so that libraries cannot disturb the screen. The file descriptors stay, for
// the trace of a panic. undo restores everything and waits until w has all
// output.
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

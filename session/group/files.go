package group

import (
	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/pacing"
)

// readTrace reads the file of a trace; ~ is the home folder.
func readTrace(file string) (string, error) {
	return input.ReadRegular(input.Home(file), pacing.TraceMax)
}

// LoadRate reads the files of the traces in a rate. try is a line to type instead,
// if one cannot be read.
func LoadRate(rate pacing.Shape, try string) (pacing.Shape, error) {
	loaded, err := rate.Load(readTrace)
	if err != nil {
		return rate, &broker.Error{Message: err.Error(), Try: try}
	}
	return loaded, nil
}

// LoadChange is LoadRate for a change of the rate of the group of this name.
func LoadChange(change pacing.Change, name string) (pacing.Change, error) {
	loaded, err := change.Load(readTrace)
	if err != nil {
		return change, &broker.Error{Message: err.Error(), Try: "rate " + name + " 50k"}
	}
	return loaded, nil
}

package probe

import "errors"

// Fault says why a host is of no use, so that whoever asked can tell what to try.
type Fault uint8

// The faults.
const (
	Unclear      Fault = iota
	Refused            // nobody listens there
	UnknownHost        // the name has no address
	Silent             // nothing came in time
	Closed             // the connection is taken, and closed without an answer
	NotPulsar          // something else answers
	HTTP               // what answers is a server of HTTP, as an admin API is
	WantsTLS           // it speaks TLS, and was spoken to without
	WithoutTLS         // it does not speak TLS, and was spoken to with it
	Untrusted          // nobody trusted has signed its certificate
	OtherHost          // its certificate is made for another host
	NotReady           // it is a Pulsar that is starting
	NoToken            // it lets nobody in without authentication, and there is none
	TokenRefused       // it does not accept the token
)

// String is the fault in a few words, for a row that has no room for a sentence.
func (f Fault) String() string {
	switch f {
	case Refused:
		return "connection refused"
	case UnknownHost:
		return "unknown host"
	case Silent:
		return "silent"
	case Closed:
		return "closes connections"
	case NotPulsar, HTTP:
		return "no Pulsar there"
	case NotReady:
		return "not ready"
	case TokenRefused:
		return "token refused"
	case NoToken:
		return "no token"
	case WantsTLS, WithoutTLS, Untrusted, OtherHost:
		return "TLS fault"
	}
	return "unreachable"
}

// Failure is the Cause of the errors of Dial.
type Failure struct {
	Fault Fault
	Host  string // host:port that failed
	Err   error  // what the network or the broker said, or nil
}

// Error is what the network or the broker said.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Host
	}
	return f.Err.Error()
}

// Unwrap is what the network said.
func (f *Failure) Unwrap() error { return f.Err }

// FailureOf finds the failure in an error of Dial; one that is Unclear is in
// any other error.
func FailureOf(err error) Failure {
	var f *Failure
	if errors.As(err, &f) {
		return *f
	}
	return Failure{Err: err}
}

// Brief is the fault in a few words.
func (f *Failure) Brief() string { return f.Fault.String() }

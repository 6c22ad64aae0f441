package probe

import "errors"

// Fault is the reason why a host cannot be used. It lets callers advise what to
// try.
type Fault uint8

// The faults.
const (
	Unclear      Fault = iota
	Refused            // nothing listens on the port
	UnknownHost        // the name has no address
	Silent             // no answer came in time
	Closed             // the host accepts connections and closes them without an answer
	NotPulsar          // something other than Pulsar answers
	HTTP               // an HTTP server answers, as an admin API is one
	WantsTLS           // the port speaks TLS and the URL does not
	WithoutTLS         // the URL speaks TLS and the port does not
	Untrusted          // no trusted authority has signed the certificate
	OtherHost          // the certificate is valid for other hosts
	NotReady           // the broker is starting
	NoToken            // the cluster requires authentication, and no token is set
	TokenRefused       // the cluster does not accept the token
	OutOfDate          // the certificate has expired or is not valid yet
	TLSRefused         // the host refuses the TLS handshake, as one that requires a client certificate
)

// String returns the fault in a few words, for a row without room for a sentence.
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
	case WantsTLS, WithoutTLS, Untrusted, OtherHost, OutOfDate, TLSRefused:
		return "TLS fault"
	}
	return "unreachable"
}

// Passing reports whether the fault may pass by itself, as while a cluster starts:
// nothing listens yet, its name is not known yet, or it does not answer yet.
func (f Fault) Passing() bool {
	switch f {
	case Refused, UnknownHost, Silent, Closed, NotReady:
		return true
	}
	return false
}

// Failure is the Cause of the errors of Dial.
type Failure struct {
	Fault Fault
	Host  string // host:port that failed
	Err   error  // error of the network or the broker, or nil
}

// Error returns the text of Err, or the host.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Host
	}
	return f.Err.Error()
}

// Passing is that of the Fault.
func (f *Failure) Passing() bool { return f.Fault.Passing() }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// FailureOf returns the Failure in an error of Dial. For any other error it
// returns one whose Fault is Unclear.
func FailureOf(err error) Failure {
	var f *Failure
	if errors.As(err, &f) {
		return *f
	}
	return Failure{Err: err}
}

// Brief returns the fault in a few words.
func (f *Failure) Brief() string { return f.Fault.String() }

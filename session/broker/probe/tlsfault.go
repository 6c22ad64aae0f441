package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
)

// dateFormat is how the dates of a certificate are shown.
const dateFormat = "2006-01-02 15:04 MST"

// tlsFault returns the fault of TLS in an error and its sentence, or Unclear.
func tlsFault(at string, err error) (Fault, string) {
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return certificateFault(at, certificate)
	case errors.As(err, &record):
		return WithoutTLS, withoutTLS(at)
	}
	if why := alertOf(err); why != "" {
		return TLSRefused, fmt.Sprintf("%s refuses the TLS handshake: %s", at, why)
	}
	return Unclear, ""
}

func withoutTLS(at string) string {
	return fmt.Sprintf("%s does not speak TLS; without it the URL begins with %s", at, plainScheme)
}

// certificateFault returns the fault of a certificate.
func certificateFault(at string, err error) (Fault, string) {
	var hostname x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &hostname):
		return OtherHost, fmt.Sprintf("the certificate of %s is not trusted here: it is not valid for %q", at, hostname.Host)
	case errors.As(err, &authority):
		return Untrusted, fmt.Sprintf("the certificate of %s is not trusted here: it is signed by an unknown authority", at)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return OutOfDate, fmt.Sprintf("the certificate of %s is valid only from %s to %s", at,
			invalid.Cert.NotBefore.Format(dateFormat), invalid.Cert.NotAfter.Format(dateFormat))
	}
	return Untrusted, fmt.Sprintf("the certificate of %s is not trusted here", at)
}

// alertOf returns the reason of a TLS alert from the server, or "". Package tls
// does not export the type of an alert, so its text is read. In TLS 1.3 a server
// that misses a client certificate says so only after the handshake.
func alertOf(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		if strings.Contains(err.Error(), "tls: server selected unsupported protocol version") {
			return "it speaks only versions before TLS 1.2"
		}
		return ""
	}
	alert, _ := strings.CutPrefix(op.Err.Error(), "tls: ")
	switch alert {
	case "certificate required", "bad certificate":
		return "it requires a client certificate, which pulsh cannot present"
	case "handshake failure": // in TLS 1.2 also for a missing client certificate
		return "it accepts none of the ciphers, or requires a client certificate"
	case "protocol version not supported":
		return "it speaks other versions of TLS"
	}
	return alert
}

package start

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/probe"
	"pulsh/shell/frames"
)

// otherTime bounds the requests that find the cause of a fault.
const otherTime = time.Second

// The lines that forward the ports of a Pulsar in Kubernetes, with the service names of
// Apache Pulsar's chart.
const (
	forwardMessages = "kubectl port-forward -n pulsar svc/pulsar-proxy 6650"
	forwardAdmin    = "kubectl port-forward -n pulsar svc/pulsar-broker 8080"
)

// advice returns the lines to try after a fault, the likeliest first: commands of
// pulsh with a prompt, else of a shell.
func advice(ctx context.Context, t broker.Target, err error, prompt bool) []frames.Try {
	f := probe.FailureOf(err)
	a := adviser{target: t, prompt: prompt}
	if _, outside := errors.AsType[*probe.Failure](err); !outside { // a file or a setting: another cluster would not help
		return []frames.Try{a.connect("once that is mended", func(*broker.Target) {})}
	}
	switch f.Fault {
	case probe.Refused:
		return append(a.local(), a.elsewhere("elsewhere"),
			frames.Try{Line: forwardMessages, For: "in Minikube"}, frames.Try{Line: forwardAdmin, For: "its admin API"})
	case probe.UnknownHost:
		return append(a.inside(f.Host), a.elsewhere("elsewhere"))
	case probe.HTTP:
		return []frames.Try{a.connect("the usual port of the service URL", func(t *broker.Target) {
			host, _, _ := net.SplitHostPort(f.Host)
			t.URL, t.AdminURL = "pulsar://"+net.JoinHostPort(host, probe.DefaultPort), "http://"+f.Host
		})}
	case probe.WantsTLS:
		return []frames.Try{a.scheme("pulsar+ssl", "with TLS")}
	case probe.WithoutTLS:
		return []frames.Try{a.withoutTLS()}
	case probe.Closed:
		return a.closed(ctx, f.Host)
	case probe.Untrusted:
		return []frames.Try{
			a.connect("with the CA certificate of the server", func(t *broker.Target) { t.TrustFile = "ca.pem" }),
			a.connect("without verifying the server, in a trusted network", func(t *broker.Target) { t.TLSCheck = broker.TLSNone })}
	case probe.OtherHost:
		return []frames.Try{
			a.connect("whatever host it is made for", func(t *broker.Target) { t.TLSCheck = broker.TLSAnyHost }),
			a.elsewhere("by the name in the certificate")}
	case probe.NoToken, probe.TokenRefused:
		return []frames.Try{a.withToken(f.Host)}
	case probe.NotReady:
		return []frames.Try{a.connect("again, in a moment", func(*broker.Target) {})}
	}
	return append([]frames.Try{a.elsewhere("elsewhere")}, a.local()...)
}

// adviser builds lines that connect.
type adviser struct {
	target broker.Target
	prompt bool
}

func (a adviser) local() []frames.Try {
	line, embedded := "local start", "local start embedded"
	if !a.prompt {
		line, embedded = "pulsh --local", "pulsh --embedded"
	}
	return []frames.Try{{Line: line, For: "here (Java 17, 0.5 GiB)"}, {Line: embedded, For: "here, in memory, at once"}}
}

// elsewhere returns the line for another cluster.
func (a adviser) elsewhere(why string) frames.Try {
	line := "connect pulsar://host:6650"
	if !a.prompt {
		line = "pulsh --url pulsar://host:6650"
	}
	return frames.Try{Line: line, For: why}
}

// connect returns the line that connects to the target after a change.
func (a adviser) connect(why string, change func(*broker.Target)) frames.Try {
	t := a.target
	change(&t)
	line, names := "connect "+t.URL, []string{" admin=", " token_file=", " trust_certs=", " tls_check="}
	if !a.prompt {
		line, names = "pulsh --url "+t.URL, []string{" --admin-url ", " --token-file ", " --trust-certs ", " --tls-check "}
	}
	for i, value := range []string{t.AdminURL, t.TokenFile, t.TrustFile, string(t.TLSCheck)} {
		if value != "" {
			line += names[i] + value
		}
	}
	for _, f := range broker.LoginFields() {
		switch value := *f.Field(&t.Login); {
		case value == "":
		case a.prompt:
			line += " " + f.Name + "=" + value
		case f.Name != "password_env": // PULSH_PASSWORD stays as it is
			line += " " + dashed(flagName(f.Name)) + " " + value
		}
	}
	if a.prompt && t.TokenEnv != "" {
		line += " token_env=" + t.TokenEnv
	}
	return frames.Try{Line: line, For: why}
}

// scheme returns the line for the same address with another scheme.
func (a adviser) scheme(scheme, why string) frames.Try {
	return a.connect(why, func(t *broker.Target) {
		_, rest, _ := strings.Cut(t.URL, "://")
		t.URL = scheme + "://" + rest
	})
}

// withToken returns the line for the same address with a token, and with TLS if the
// address is of another machine.
func (a adviser) withToken(host string) frames.Try {
	why := "with a token of this cluster"
	if name, _, _ := net.SplitHostPort(host); strings.HasPrefix(a.target.URL, plainScheme) && !isLoopback(name) {
		a.target.URL, why = "pulsar+ssl://"+net.JoinHostPort(name, tlsPort), why+", over TLS so that nobody else can read it"
	}
	return a.connect(why, func(t *broker.Target) {
		*t = withoutLogin(*t)
		t.TokenFile = "token.txt"
	})
}

// withoutLogin returns a target without credentials.
func withoutLogin(t broker.Target) broker.Target {
	t.TokenFile, t.TokenEnv, t.Token = "", "", broker.Secret{}
	t.Login, t.Password, t.OAuth = broker.Login{}, broker.Secret{}, broker.Secret{}
	return t
}

// The beginning of URLs without TLS, and the usual port of those with it.
const (
	plainScheme = "pulsar://"
	tlsPort     = "6651"
)

// isLoopback reports whether a host is this machine.
func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, thisHost) || ip != nil && ip.IsLoopback()
}

// withoutTLS returns the line for the same address without TLS. It has no credentials,
// which would be sent in the clear.
func (a adviser) withoutTLS() frames.Try {
	why := "without TLS"
	if a.target.LoginSource() != "" {
		why += " and without the login, which anyone on the way could read"
	}
	a.target = withoutLogin(a.target)
	return a.scheme("pulsar", why)
}

// inside returns the lines for an unknown host name, which may be the name of a service
// in Kubernetes.
func (a adviser) inside(host string) []frames.Try {
	name, _, _ := net.SplitHostPort(host)
	service, _, dotted := strings.Cut(name, ".")
	if dotted && !strings.Contains(name, ".svc") {
		return nil
	}
	return []frames.Try{
		{Line: "kubectl port-forward svc/" + service + " 6650", For: "if it is a service in Kubernetes, and then"},
		a.connect("", func(t *broker.Target) { t.URL, t.AdminURL = defaultURL, "" }),
	}
}

// closed returns the lines for a host that closes the connection: it may want TLS, or
// it is a port-forward to a pod that is gone. The check sends no secret.
func (a adviser) closed(ctx context.Context, host string) []frames.Try {
	asking, cancel := context.WithTimeout(ctx, otherTime)
	defer cancel()
	if _, err := (probe.Dialer{TLS: &tls.Config{InsecureSkipVerify: true}}).Dial(asking, "pulsar+ssl://"+host); err == nil { // only whether it speaks TLS at all
		return []frames.Try{a.scheme("pulsar+ssl", "it speaks TLS")}
	}
	return []frames.Try{
		{Line: forwardMessages, For: "restart the port-forward, whose pod is gone"},
		a.connect("and again", func(*broker.Target) {}),
		a.elsewhere("elsewhere"),
	}
}

// adminFault returns advice if the admin API does not answer, else nil. A session
// without it works in part.
func adminFault(ctx context.Context, s *session.Session, t broker.Target, prompt bool) []string {
	admin := s.Admin()
	if admin == nil {
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, otherTime)
	defer cancel()
	_, err := admin.Version(asking)
	if err == nil || ctx.Err() != nil {
		return nil
	}
	fault, a := err.Error(), adviser{target: t, prompt: prompt}
	tries := []frames.Try{{Line: forwardAdmin, For: "in Minikube"}, a.connect("elsewhere", func(t *broker.Target) { t.AdminURL = "http://host:8080" })}
	u, parseErr := url.Parse(t.AdminURL)
	if parseErr == nil {
		if _, err := (probe.Dialer{}).Dial(asking, "pulsar://"+u.Host); err == nil {
			fault = t.AdminURL + " is the port of the service URL, not of the admin API"
			tries = []frames.Try{a.connect("the usual port of the admin API", func(t *broker.Target) { t.AdminURL = "http://" + u.Hostname() + ":8080" })}
		}
	}
	return frames.Advice(fault+"; backlog, seek and topics need the admin API", tries)
}

package start

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/dial"
	"pulsh/shell/frames"
)

// answering is a listener on this machine that answers each connection in its
// own way, until the test ends.
func answering(t *testing.T, answer func(net.Conn)) (host string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				answer(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return l.Addr().String()
}

// frame is an answer of Pulsar: a command and its content, which is short.
func frame(command byte, content ...byte) []byte {
	body := append([]byte{0x08, command, command<<3 | 2, byte(len(content))}, content...)
	if command > 15 {
		body = append([]byte{0x08, command, command<<3 | 2 | 0x80, command >> 4, byte(len(content))}, content...)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(4+len(body)))
	return append(binary.BigEndian.AppendUint32(out, uint32(len(body))), body...)
}

// greets answers a CONNECT as a Pulsar does, and closes on anything else.
func greets(answer []byte) func(net.Conn) {
	return func(conn net.Conn) {
		var size [4]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil || binary.BigEndian.Uint32(size[:]) > 1<<16 {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(size[:]))); err == nil {
			conn.Write(answer)
			io.Copy(io.Discard, conn)
		}
	}
}

var (
	welcome  = frame(3, append([]byte{0x0a, 5}, "4.0.8"...)...)
	refusal3 = frame(14, append([]byte{0x08, 0, 0x10, 3, 0x1a, 2}, "no"...)...)
)

// columns are blanks whose number depends on the address.
var columns = regexp.MustCompile(`(\S) {3,}`)

// page connects, and is what the user reads when that fails; "" if it does not.
func page(t *testing.T, target broker.Target, prompt bool) string {
	t.Helper()
	s := session.New(dial.Cluster)
	defer s.Close(context.WithoutCancel(t.Context()))
	err := s.Connect(t.Context(), target)
	if err != nil {
		return strings.Join(frames.Advice(err.Error(), advice(t.Context(), target, err, prompt)), "\n")
	}
	return strings.Join(adminFault(t.Context(), s, target, prompt), "\n")
}

func TestEveryFaultAtTheStartHasItsAdvice(t *testing.T) {
	certificates := httptest.NewUnstartedServer(http.NotFoundHandler())
	certificates.StartTLS()
	defer certificates.Close()
	over := func(then func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			secure := tls.Server(conn, &tls.Config{Certificates: certificates.TLS.Certificates})
			if secure.Handshake() == nil {
				then(secure)
			}
		}
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "4.0.8") }))
	defer api.Close()
	silent := make(chan struct{})
	defer close(silent)
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("c2VjcmV0\n"), 0o600))
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())

	pulsar, wants := answering(t, greets(welcome)), answering(t, greets(refusal3))
	secured := answering(t, over(greets(welcome)))
	for _, c := range []struct {
		name   string
		target broker.Target
		want   string // of the prompt, HOST being the address
	}{
		{"nobody listens", broker.Target{URL: "pulsar://" + free.Addr().String()}, `no Pulsar answers at pulsar://HOST (connection refused)
  try: local start   here (Java 17, 0.5 GiB)
       local start embedded   here, in memory, at once
       connect pulsar://host:6650   elsewhere
       kubectl port-forward -n pulsar svc/pulsar-proxy 6650   in Minikube
       kubectl port-forward -n pulsar svc/pulsar-broker 8080   its admin API`},
		{"a token file that is not there", broker.Target{URL: "pulsar://" + free.Addr().String(), TokenFile: "/nowhere/token"}, `the token file /nowhere/token cannot be read: no such file or directory
  try: connect pulsar://HOST token_file=/nowhere/token   once that is mended`},
		{"a service's name", broker.Target{URL: "pulsar://pulsar-proxy.pulsar.svc.invalid:6650"}, `no host "pulsar-proxy.pulsar.svc.invalid" is known, of pulsar://HOST
  try: kubectl port-forward svc/pulsar-proxy 6650   if it is a service in Kubernetes, and then
       connect pulsar://localhost:6650
       connect pulsar://host:6650   elsewhere`},
		{"the admin port", broker.Target{URL: "pulsar://" + api.Listener.Addr().String()}, `pulsar://HOST answers in HTTP: it is a port for admin requests, not for messages
  try: connect pulsar://127.0.0.1:6650 admin=http://HOST   the usual port of the service URL`},
		{"the port for messages as the admin port", broker.Target{URL: "pulsar://" + pulsar, AdminURL: "http://" + pulsar}, `http://HOST is the port of the service URL, not of the admin API; backlog, seek and topics need the admin API
  try: connect pulsar://HOST admin=http://127.0.0.1:8080   the usual port of the admin API`},
		{"no admin API", broker.Target{URL: "pulsar://" + pulsar, AdminURL: "http://" + free.Addr().String()}, `no admin API answers at http://FREE (connection refused); backlog, seek and topics need the admin API
  try: kubectl port-forward -n pulsar svc/pulsar-broker 8080   in Minikube
       connect pulsar://HOST admin=http://host:8080   elsewhere`},
		{"all is well", broker.Target{URL: "pulsar://" + pulsar, AdminURL: api.URL}, ""},
		{"a port-forward without a pod", broker.Target{URL: "pulsar://" + answering(t, func(net.Conn) {})}, `pulsar://HOST takes the connection and closes it without an answer
  try: kubectl port-forward -n pulsar svc/pulsar-proxy 6650   restart the port-forward, whose pod is gone
       connect pulsar://HOST   and again
       connect pulsar://host:6650   elsewhere`},
		{"plain against TLS", broker.Target{URL: "pulsar://" + secured, AdminURL: "http://a:8080"}, `pulsar://HOST takes the connection and closes it without an answer
  try: connect pulsar+ssl://HOST admin=http://a:8080   it speaks TLS`},
		{"plain against TLS that says so", broker.Target{URL: "pulsar://" + answering(t, greets([]byte{0x15, 3, 3, 0, 2, 2, 50, 0}))}, `pulsar://HOST speaks TLS; its URL begins with pulsar+ssl://
  try: connect pulsar+ssl://HOST   with TLS`},
		{"TLS against plain", broker.Target{URL: "pulsar+ssl://" + pulsar}, `pulsar+ssl://HOST does not speak TLS; without it the URL begins with pulsar://
  try: connect pulsar://HOST   without TLS`},
		{"TLS with a token against plain", broker.Target{URL: "pulsar+ssl://" + pulsar, TokenFile: token}, `pulsar+ssl://HOST does not speak TLS; without it the URL begins with pulsar://
  try: connect pulsar://HOST   without TLS and without the login, which anyone on the way could read`},
		{"a certificate that nobody signed", broker.Target{URL: "pulsar+ssl://" + secured}, `the certificate of pulsar+ssl://HOST is not trusted here: it is signed by an unknown authority
  try: connect pulsar+ssl://HOST trust_certs=ca.pem   with the CA certificate of the server
       connect pulsar+ssl://HOST tls_check=none   without verifying the server, in a trusted network`},
		{"unchecked", broker.Target{URL: "pulsar+ssl://" + secured, TLSCheck: broker.TLSNone}, ""},
		{"no token", broker.Target{URL: "pulsar://" + wants}, `the Pulsar at pulsar://HOST lets nobody in without authentication, and there is no token
  try: connect pulsar://HOST token_file=token.txt   with a token of this cluster`},
		{"the wrong token", broker.Target{URL: "pulsar://" + wants, TokenFile: token}, `the Pulsar at pulsar://HOST does not accept the token: no
  try: connect pulsar://HOST token_file=token.txt   with a token of this cluster`},
		{"something else", broker.Target{URL: "pulsar://" + answering(t, func(c net.Conn) { io.WriteString(c, "+OK who is there?\r\n"); io.Copy(io.Discard, c) })}, `pulsar://HOST answers, but not as a Pulsar
  try: connect pulsar://host:6650   elsewhere
       local start   here (Java 17, 0.5 GiB)
       local start embedded   here, in memory, at once`},
		{"silence", broker.Target{URL: "pulsar://" + answering(t, func(c net.Conn) { <-silent })}, `pulsar://HOST is silent: no answer within 2s
  try: connect pulsar://host:6650   elsewhere
       local start   here (Java 17, 0.5 GiB)
       local start embedded   here, in memory, at once`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, host, _ := strings.Cut(c.target.URL, "://")
			got := page(t, c.target, true)
			named := strings.ReplaceAll(strings.ReplaceAll(got, host, "HOST"), free.Addr().String(), "FREE")
			require.Equal(t, c.want, columns.ReplaceAllString(named, "$1   "))
			for line := range strings.SplitSeq(got, "\n") {
				line = strings.TrimPrefix(strings.TrimSpace(line), "try: ")
				if typed, _, _ := strings.Cut(line, "   "); strings.HasPrefix(typed, "connect ") || strings.HasPrefix(typed, "local ") {
					_, err := commands.ParseScript("page", typed)
					require.NoError(t, err, "what is offered can be typed")
				}
			}
			for line := range strings.SplitSeq(page(t, c.target, false), "\n") {
				line = strings.TrimPrefix(strings.TrimSpace(line), "try: ")
				if typed, _, _ := strings.Cut(line, "   "); strings.HasPrefix(typed, "pulsh ") {
					_, err := read(strings.TrimPrefix(typed, "pulsh "))
					require.NoError(t, err, typed)
				}
				require.False(t, strings.HasPrefix(line, "connect "), "there is no prompt")
			}
		})
	}
}

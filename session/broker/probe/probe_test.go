package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
)

func TestMain(m *testing.M) {
	code := localtest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestParseURL(t *testing.T) {
	for typed, want := range map[string]string{
		"pulsar://localhost":          "pulsar://localhost:6650",
		"pulsar://localhost:6651/":    "pulsar://localhost:6651",
		"pulsar+ssl://b.example":      "pulsar+ssl://b.example:6651",
		"pulsar://a:1,b:2,c":          "pulsar://a:1,b:2,c:6650",
		"pulsar://[::1]":              "pulsar://[::1]:6650",
		"pulsar://[fe80::1]:7":        "pulsar://[fe80::1]:7",
		"pulsar://pulsar_broker:6650": "pulsar://pulsar_broker:6650",
	} {
		u, err := ParseURL(typed)
		require.NoError(t, err, typed)
		require.Equal(t, want, u.String())
	}
	for typed, want := range map[string]string{
		"http://localhost:8080":     `"http://localhost:8080" is an admin URL; the URL for messages begins with pulsar:// or pulsar+ssl://`,
		"kafka://localhost":         `"kafka://localhost" is not a Pulsar URL: it begins with "kafka://", not with pulsar:// or pulsar+ssl://`,
		"localhost:6650":            `"localhost:6650" is not a Pulsar URL: it begins with pulsar:// or pulsar+ssl://`,
		"":                          `"" is not a Pulsar URL: it begins with pulsar:// or pulsar+ssl://`,
		"pulsar://":                 `"pulsar://" is not a Pulsar URL: "" is not a host`,
		"pulsar://a,,b":             `"pulsar://a,,b" is not a Pulsar URL: "" is not a host`,
		"pulsar://a:0":              `"pulsar://a:0" is not a Pulsar URL: "0" is not a port (1 to 65535)`,
		"pulsar://a:65536":          `"pulsar://a:65536" is not a Pulsar URL: "65536" is not a port (1 to 65535)`,
		"pulsar://a:":               `"pulsar://a:" is not a Pulsar URL: "" is not a port (1 to 65535)`,
		"pulsar://a b":              `"pulsar://a b" is not a Pulsar URL: "a b" is not a host`,
		"pulsar://a/b":              `"pulsar://a/b" is not a Pulsar URL: "a/b" is not a host`,
		"pulsar://[1.2.3.4]:1":      `"pulsar://[1.2.3.4]:1" is not a Pulsar URL: "[1.2.3.4]" is not an IPv6 address`,
		"pulsar://[::1":             `"pulsar://[::1" is not a Pulsar URL: "[:" is not an IPv6 address`,
		"pulsar://me:secret@host":   `"pulsar://me:secret@host" is not a Pulsar URL: it holds no user or password; a token comes from a file or a variable`,
		"pulsar://a" + repeat(",a"): `17 hosts are more than a Pulsar URL may have, 16`,
	} {
		_, err := ParseURL(typed)
		require.EqualError(t, err, want)
	}
	_, err := ParseURL("localhost:6650")
	var e *broker.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "connect pulsar://localhost:6650", e.Try)
}

func repeat(s string) string { return strings.Repeat(s, 16) }

// listen answers every connection with one function, which gets the bytes of a
// CONNECT that were read.
func listen(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer conn.Close()
				answer(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wait.Wait()
	})
	return l.Addr().String()
}

// says answers a CONNECT with these bytes.
func says(t *testing.T, answer []byte) string {
	return listen(t, func(conn net.Conn) {
		frame := make([]byte, len(connectFrame(clientVersion, "")))
		if _, err := io.ReadFull(conn, frame); err == nil && bytes.Equal(frame, connectFrame(clientVersion, "")) {
			conn.Write(answer)
		}
	})
}

func frameOf(command int, content []byte) []byte {
	body := appendNumber(nil, 1, uint64(command))
	body = appendBytes(body, command, string(content))
	frame := binary.BigEndian.AppendUint32(nil, uint32(4+len(body)))
	return append(binary.BigEndian.AppendUint32(frame, uint32(len(body))), body...)
}

func connected(version string) []byte {
	return frameOf(commandConnected, appendNumber(appendNumber(appendBytes(nil, 1, version), 2, 21), 3, 5<<20))
}

func refusing(code uint64, text string) []byte {
	return frameOf(commandError, appendBytes(appendNumber(appendNumber(nil, 1, 0), 2, code), 3, text))
}

func TestConnected(t *testing.T) {
	for said, want := range map[string]string{"4.0.8": "4.0.8", "Pulsar Server4.0.8": "4.0.8", "\x1b[1m4.0\nx": "[1m4.0"} {
		host := says(t, connected(said))
		answer, err := Dial(t.Context(), "pulsar://"+host)
		require.NoError(t, err)
		require.Positive(t, answer.Took)
		answer.Took = 0
		require.Equal(t, Answer{Host: host, Version: want, ProtocolVersion: 21, MessageSizeMax: 5 << 20}, answer)
	}
}

func TestAuthenticationIsAnAnswer(t *testing.T) {
	for _, frame := range [][]byte{refusing(3, "Failed to authenticate"), refusing(4, "no"), frameOf(commandChallenge, nil)} {
		answer, err := Dial(t.Context(), "pulsar://"+says(t, frame))
		require.NoError(t, err)
		require.True(t, answer.AuthRequired)
		require.Empty(t, answer.Version)
	}
}

func TestATokenIsPresented(t *testing.T) {
	const secret = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0"
	present := Dialer{Token: func() (string, error) { return secret, nil }}
	answering := func(answer []byte) string {
		return "pulsar://" + listen(t, func(conn net.Conn) {
			frame := make([]byte, len(connectFrame(clientVersion, secret)))
			if _, err := io.ReadFull(conn, frame); err == nil && bytes.Equal(frame, connectFrame(clientVersion, secret)) {
				conn.Write(answer)
			}
		})
	}
	answer, err := present.Dial(t.Context(), answering(connected("4.0.8")))
	require.NoError(t, err)
	require.False(t, answer.AuthRequired)
	url := answering(refusing(authenticationError, "no such token: "+secret))
	_, err = present.Dial(t.Context(), url)
	require.EqualError(t, err, "the Pulsar at "+url+" does not accept the token: no such token: …")
	require.Equal(t, TokenRefused, FailureOf(err).Fault)
	require.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret)
	_, err = Dialer{Token: func() (string, error) { return "", errors.New("the file is empty") }}.Dial(t.Context(), "pulsar://127.0.0.1:1")
	require.EqualError(t, err, "the file is empty")
	require.Equal(t, NoToken, FailureOf(err).Fault)
	require.Equal(t, Unclear, FailureOf(io.EOF).Fault)
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   []byte
		category broker.Category
		want     string
	}{
		{"error", refusing(0, "too old\nat org.apache"), broker.Other, "the Pulsar at pulsar://HOST refuses: too old"},
		{"not ready", refusing(6, "still starting"), broker.Disconnected, "the Pulsar at pulsar://HOST is not ready: still starting"},
		{"http", []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), broker.Other, "pulsar://HOST answers in HTTP: it is a port for admin requests, not for messages"},
		{"short", []byte("+OK"), broker.Other, "pulsar://HOST answers, but not as a Pulsar"},
		{"another command", frameOf(18, nil), broker.Other, "pulsar://HOST answers, but not as a Pulsar"},
		{"broken command", []byte{0, 0, 0, 6, 0, 0, 0, 2, 0xff, 0xff}, broker.Other, "pulsar://HOST answers, but not as a Pulsar"},
		{"cut off", connected("4.0.8")[:12], broker.Disconnected, "pulsar://HOST takes the connection and closes it without an answer"},
		{"nothing", nil, broker.Disconnected, "pulsar://HOST takes the connection and closes it without an answer"},
		{"tls alert", []byte{0x15, 3, 3, 0, 2, 2, 50, 0}, broker.Disconnected, "pulsar://HOST speaks TLS; its URL begins with pulsar+ssl://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			host := says(t, c.answer)
			_, err := Dial(t.Context(), "pulsar://"+host)
			var e *broker.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, strings.Replace(c.want, "HOST", host, 1), e.Message)
			require.Equal(t, c.category, e.Category)
		})
	}
}

func TestSilence(t *testing.T) {
	host := listen(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := Dial(ctx, "pulsar://"+host)
	var e *broker.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, broker.Timeout, e.Category)
	require.Equal(t, "pulsar://"+host+" is silent: no answer within 20ms", e.Message)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = Dial(ctx, "pulsar://"+host)
	require.EqualError(t, err, "stopped while asking pulsar://"+host)
}

func TestRefusedAndUnknown(t *testing.T) {
	host := refusedHost(t)
	_, err := Dial(t.Context(), "pulsar://"+host)
	var e *broker.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "no Pulsar answers at pulsar://"+host+" (connection refused)", e.Message)
	require.Equal(t, "local start", e.Try)
	_, err = Dial(t.Context(), "pulsar://nowhere.invalid")
	require.EqualError(t, err, `no host "nowhere.invalid" is known, of pulsar://nowhere.invalid:6650`)
}

// refusedHost is an address where nobody listens.
func refusedHost(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestTheFirstHostThatAnswersIsTaken(t *testing.T) {
	dead, alive := refusedHost(t), says(t, connected("4.0.8"))
	answer, err := Dial(t.Context(), "pulsar://"+dead+","+alive)
	require.NoError(t, err)
	require.Equal(t, alive, answer.Host)
	_, err = Dial(t.Context(), "pulsar://"+dead+","+says(t, nil))
	require.EqualError(t, err, "none of 2 hosts can be used; no Pulsar answers at pulsar://"+dead+" (connection refused)")
}

func TestTLS(t *testing.T) {
	certificates := httptest.NewUnstartedServer(http.NotFoundHandler())
	certificates.StartTLS()
	defer certificates.Close()
	server := &tls.Config{Certificates: certificates.TLS.Certificates}
	host := listen(t, func(conn net.Conn) {
		secure := tls.Server(conn, server)
		if _, err := io.ReadFull(secure, make([]byte, len(connectFrame(clientVersion, "")))); err == nil {
			secure.Write(connected("4.0.8"))
			return
		}
		io.Copy(io.Discard, conn) // read what is left: closing too early would reset the connection
	})
	_, err := Dial(t.Context(), "pulsar+ssl://"+host)
	require.EqualError(t, err, "the certificate of pulsar+ssl://"+host+" is not trusted here: it is signed by an unknown authority")
	roots := certificates.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	answer, err := Dialer{TLS: &tls.Config{RootCAs: roots}}.Dial(t.Context(), "pulsar+ssl://"+host)
	require.NoError(t, err)
	require.Equal(t, "4.0.8", answer.Version)
	_, err = Dialer{TLS: &tls.Config{RootCAs: roots, ServerName: "other.test"}}.Dial(t.Context(), "pulsar+ssl://"+host)
	require.EqualError(t, err, "the certificate of pulsar+ssl://"+host+` is not trusted here: it is not valid for "other.test"`)

	later := &tls.Config{RootCAs: roots, Time: func() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }}
	_, err = Dialer{TLS: later}.Dial(t.Context(), "pulsar+ssl://"+host)
	require.EqualError(t, err, "the certificate of pulsar+ssl://"+host+" is valid only from 1970-01-01 00:00 UTC to 2084-01-29 16:00 UTC")
	require.Equal(t, OutOfDate, FailureOf(err).Fault)

	plain := listen(t, func(conn net.Conn) { io.WriteString(conn, "hello, who is there?"); io.Copy(io.Discard, conn) })
	_, err = Dial(t.Context(), "pulsar+ssl://"+plain)
	require.EqualError(t, err, "pulsar+ssl://"+plain+" does not speak TLS; without it the URL begins with pulsar://")
	closing := listen(t, func(conn net.Conn) { conn.Read(make([]byte, 1)) }) // as Pulsar does: the record is no frame
	_, err = Dial(t.Context(), "pulsar+ssl://"+closing)
	require.Equal(t, WithoutTLS, FailureOf(err).Fault)
}

func TestTLSHandshakesThatAreRefused(t *testing.T) {
	certificates := httptest.NewUnstartedServer(http.NotFoundHandler())
	certificates.StartTLS()
	defer certificates.Close()
	roots := certificates.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	const certificate = "it requires a client certificate, which pulsh cannot present"
	for _, c := range []struct {
		server *tls.Config
		want   string
	}{
		{&tls.Config{ClientAuth: tls.RequireAnyClientCert}, certificate},
		{&tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, "it accepts none of the ciphers, or requires a client certificate"},
		{&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "it speaks other versions of TLS"},
	} {
		c.server.Certificates = certificates.TLS.Certificates
		host := listen(t, func(conn net.Conn) {
			tls.Server(conn, c.server).Handshake()
			io.Copy(io.Discard, conn)
		})
		_, err := Dialer{TLS: &tls.Config{RootCAs: roots}}.Dial(t.Context(), "pulsar+ssl://"+host)
		require.EqualError(t, err, "pulsar+ssl://"+host+" refuses the TLS handshake: "+c.want)
		require.Equal(t, TLSRefused, FailureOf(err).Fault)
		require.Equal(t, "TLS fault", FailureOf(err).Fault.String())
	}
}

func TestPulsarAnswers(t *testing.T) {
	server := localtest.Start(t)
	answer, err := Dial(t.Context(), server.URL())
	require.NoError(t, err)
	require.Regexp(t, `^\d+\.\d+\.\d+`, answer.Version)
	require.Equal(t, 5<<20, answer.MessageSizeMax)
	require.False(t, answer.AuthRequired)
	_, err = Dial(t.Context(), "pulsar://"+strings.TrimPrefix(server.AdminURL(), "http://"))
	require.Equal(t, HTTP, FailureOf(err).Fault, "%v", err)
	_, err = Dial(t.Context(), strings.Replace(server.URL(), "pulsar", "pulsar+ssl", 1))
	require.Equal(t, WithoutTLS, FailureOf(err).Fault, "%v", err)
}

// FuzzGreeting holds that no bytes make the reader fail otherwise than with an
// error, nor read more than a frame.
func FuzzGreeting(f *testing.F) {
	for _, seed := range [][]byte{connected("4.0.8"), refusing(3, "no"), connectFrame("x", ""), []byte("HTTP/1.1 200 OK\r\n"), {0, 0, 0, 4, 0, 0, 0, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		g, err := readGreeting(r)
		require.LessOrEqual(t, len(data)-r.Len(), frameMax+4)
		if err != nil {
			require.Zero(t, g)
			return
		}
		require.Contains(t, []uint64{commandConnected, commandError, commandChallenge}, g.command)
		require.LessOrEqual(t, len(g.serverVersion)+len(g.errorText), len(data))
		require.LessOrEqual(t, len([]rune(oneLine(g.errorText))), textMax)
	})
}

// FuzzParseURL holds that what is read can be written and read again.
func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{"pulsar://a:1,b", "pulsar+ssl://[::1]:5", "localhost", "http://x", "pulsar://a%20"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		u, err := ParseURL(typed)
		if err != nil {
			return
		}
		again, err := ParseURL(u.String())
		require.NoError(t, err)
		require.Equal(t, u, again)
	})
}

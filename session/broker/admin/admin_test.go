package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// pretend is an admin API of canned answers by "METHOD path"; it keeps what it
// was asked, with query and body.
type pretend struct {
	*httptest.Server
	answers map[string]answer

	mu     sync.Mutex
	asked  []string
	tokens []string
}

type answer struct {
	status int
	body   string
}

func ok(body string) answer { return answer{http.StatusOK, body} }

func refused(status int, reason string) answer {
	return answer{status, fmt.Sprintf(`{"reason":%q}`, reason)}
}

func serve(t *testing.T, answers map[string]answer) (*pretend, *Admin) {
	t.Helper()
	p := &pretend{answers: answers}
	p.Server = httptest.NewServer(p)
	a, err := New(p.URL, Options{Token: func() (string, error) { return "s3cret\n", nil }})
	require.NoError(t, err)
	t.Cleanup(func() {
		a.Close()
		p.Close()
	})
	return p, a
}

func (p *pretend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), "/admin/v2/")
	p.mu.Lock()
	p.tokens = append(p.tokens, r.Header.Get("Authorization"))
	found, known := p.answers[line]
	if r.URL.RawQuery != "" {
		line += "?" + r.URL.RawQuery
	}
	if len(body) > 0 {
		line += " " + string(body)
	}
	p.asked = append(p.asked, line)
	p.mu.Unlock()
	if !known {
		found = refused(http.StatusNotFound, "nothing at "+line)
	}
	w.WriteHeader(found.status)
	io.WriteString(w, found.body)
}

func (p *pretend) questions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

func TestNewReadsTheAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"http://localhost":           "http://localhost:8080",
		"https://pulsar.example":     "https://pulsar.example:8443",
		"http://localhost:8081/":     "http://localhost:8081",
		"http://[::1]":               "http://[::1]:8080",
		"https://gate:9000/clusters": "https://gate:9000/clusters",
	} {
		a, err := New(typed, Options{})
		require.NoError(t, err, typed)
		require.Equal(t, want, a.URL())
	}
	for typed, want := range map[string]string{
		"localhost:8080":          `"localhost:8080" is not an admin URL (http://host:8080 or https://host:8443)`,
		"pulsar://localhost:6650": `"pulsar://localhost:6650" is the URL for messages; the admin URL begins with http:// or https://`,
		"ftp://localhost":         `"ftp://localhost" is not an admin URL: it begins with "ftp://", not with http:// or https://`,
		"http://":                 `"http://" is not an admin URL (http://host:8080 or https://host:8443)`,
		"http://h?a=b":            `"http://h?a=b" is not an admin URL (http://host:8080 or https://host:8443)`,
		"http://me:secret@host":   `an admin URL holds no user or password; a token comes from a file or a variable`,
	} {
		_, err := New(typed, Options{})
		require.EqualError(t, err, want)
	}
}

func TestVersion(t *testing.T) {
	p, a := serve(t, map[string]answer{"GET brokers/version": ok("4.0.8")})
	version, err := a.Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, "4.0.8", version)
	require.Equal(t, []string{"Bearer s3cret"}, p.tokens)
}

func TestVersionOfSomethingElse(t *testing.T) {
	for _, found := range []answer{ok("<html>hello</html>"), ok("hello"), refused(404, "no such page"), ok("")} {
		_, a := serve(t, map[string]answer{"GET brokers/version": found})
		_, err := a.Version(t.Context())
		require.EqualError(t, err, a.URL()+" answers, but not as Pulsar's admin API")
	}
}

func TestRefusalsAreSentences(t *testing.T) {
	long := strings.Repeat("long ", 100)
	for _, c := range []struct {
		answer   answer
		category broker.Category
		want     string
	}{
		{refused(401, "Token is expired"), broker.NotAuthorised, `URL does not accept the token: Token is expired`},
		{refused(403, "bob lacks consume"), broker.NotAuthorised, `URL does not allow to unload fast: bob lacks consume`},
		{refused(404, "Topic not found"), broker.Gone, `cannot unload fast: Topic not found`},
		{answer{404, "<html>no</html>"}, broker.Gone, `cannot unload fast: not found`},
		{refused(412, "Precondition failed.\n\tat org.apache"), broker.Other, `cannot unload fast: Precondition failed`},
		{refused(412, ""), broker.Other, `cannot unload fast (status 412)`},
		{refused(429, ""), broker.Throttled, `URL accepts no more requests for now`},
		{answer{500, "Bearer s3cret was sent\r\nand more"}, broker.Other, `cannot unload fast (status 500): Bearer … was sent`},
		{answer{503, "\x1b[31mnot yet"}, broker.Disconnected, `URL is not ready to unload fast (status 503): [31mnot yet`},
		{answer{302, ""}, broker.Other, `cannot unload fast (status 302)`},
		{refused(500, "\n --- An unexpected error ---\n\nMessage: no ledger 5\n\nStacktrace:"), broker.Other, `cannot unload fast (status 500): no ledger 5`},
		{refused(500, long), broker.Other, `cannot unload fast (status 500): ` + long[:159] + "…"},
	} {
		_, a := serve(t, map[string]answer{"PUT persistent/public/default/fast/unload": c.answer})
		err := a.Unload(t.Context(), "fast")
		require.EqualError(t, err, strings.Replace(c.want, "URL", a.URL(), 1))
		var e *broker.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.category, e.Category)
		var r *refusal
		require.ErrorAs(t, err, &r)
		require.Equal(t, c.answer.status, r.status)
		require.NotContains(t, r.Error(), "s3cret")
	}
}

func TestNoTokenIsSaid(t *testing.T) {
	p, _ := serve(t, map[string]answer{"GET brokers/version": refused(401, "Authentication required")})
	a, err := New(p.URL, Options{})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.Version(t.Context())
	require.EqualError(t, err, p.URL+" requires a token, and none is set")
	require.Equal(t, []string{""}, p.tokens)
}

func TestTokenIsReadEachTime(t *testing.T) {
	p, _ := serve(t, map[string]answer{"GET brokers/version": ok("4.0.8")})
	next := []string{"one", "two"}
	a, err := New(p.URL, Options{Token: func() (string, error) {
		if len(next) == 0 {
			return "", errors.New("token.jwt is empty")
		}
		token := next[0]
		next = next[1:]
		return token, nil
	}})
	require.NoError(t, err)
	defer a.Close()
	for range 2 {
		_, err = a.Version(t.Context())
		require.NoError(t, err)
	}
	_, err = a.Version(t.Context())
	require.EqualError(t, err, "the token for the admin API cannot be read: token.jwt is empty")
	require.Equal(t, []string{"Bearer one", "Bearer two"}, p.tokens)
}

func TestNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	a, err := New("http://"+l.Addr().String(), Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	var e *broker.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "no admin API answers at "+a.URL()+" (connection refused)", e.Message)
	require.Equal(t, broker.Disconnected, e.Category)
	require.Equal(t, "local start", e.Try)

	a, err = New("http://nowhere.invalid", Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, `no host "nowhere.invalid" is known, of http://nowhere.invalid:8080`)
}

func TestSilenceEndsAtTheDeadline(t *testing.T) {
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer silent.Close()
	defer close(release)
	a, err := New(silent.URL, Options{Timeout: 20 * time.Millisecond})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.Version(t.Context())
	var e *broker.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, broker.Timeout, e.Category)
	require.Equal(t, silent.URL+" did not answer in time to ask for the version", e.Message)

	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Version(stopped)
	require.EqualError(t, err, "stopped while about to ask for the version")
}

// answering returns the address of a server that answers each request with the
// same bytes.
func answering(t *testing.T, said string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Read(make([]byte, 1024)) // the request: an answer before it would be an idle connection's
			io.WriteString(c, said)
			c.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		wait.Wait()
	})
	return l.Addr().String()
}

func TestNotEvenHTTP(t *testing.T) {
	a, err := New("http://"+answering(t, "SSH-2.0-OpenSSH_9\r\n\r\n"), Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, a.URL()+" answers, but not as Pulsar's admin API")
}

func TestTLSMistakes(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	a, err := New(strings.Replace(plain.URL, "http:", "https:", 1), Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, a.URL()+" does not speak TLS; without it the URL begins with http://")

	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "4.0.8") }))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	a, err = New(secure.URL, Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, "the certificate of "+secure.URL+" is signed by an unknown authority")

	a, err = New(strings.Replace(secure.URL, "https:", "http:", 1), Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, a.URL()+" speaks TLS; its URL begins with https://")
	alerting := answering(t, "\x15\x03\x01\x00\x02\x02\x50") // as a server that does not guess what it was asked
	a, err = New("http://"+alerting, Options{})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, a.URL()+" speaks TLS; its URL begins with https://")

	trusting := secure.Client().Transport.(*http.Transport).TLSClientConfig
	a, err = New(secure.URL, Options{TLS: trusting})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.Version(t.Context())
	require.NoError(t, err)

	late := trusting.Clone()
	late.Time = func() time.Time { return time.Date(2100, 1, 2, 3, 4, 0, 0, time.UTC) }
	a, err = New(secure.URL, Options{TLS: late})
	require.NoError(t, err)
	_, err = a.Version(t.Context())
	require.EqualError(t, err, "the certificate of "+secure.URL+" is valid only from 1970-01-01 00:00 UTC to 2084-01-29 16:00 UTC")
}

// endless answers with a status and a body without an end.
func endless(t *testing.T, status int) *Admin {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(publishedHeader, "2026-11-26T00:00:00Z")
		w.WriteHeader(status)
		chunk := make([]byte, 1<<20)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	a, err := New(server.URL, Options{})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

func TestAnAnswerIsBounded(t *testing.T) {
	a := endless(t, http.StatusOK)
	_, err := a.Version(t.Context())
	require.EqualError(t, err, "the answer of "+a.URL()+" is longer than 1 MiB")
	_, err = a.Topics(t.Context(), "")
	require.EqualError(t, err, "the answer of "+a.URL()+" is longer than 64 MiB")
	e, err := a.Entry(t.Context(), "fast", broker.MessageID{Ledger: 1, Partition: -1})
	require.NoError(t, err, "the body of an entry is not read")
	require.Equal(t, 1, e.Messages)
	require.EqualError(t, endless(t, http.StatusInternalServerError).Unload(t.Context(), "fast"), "cannot unload fast (status 500)")
}

// FuzzReason holds that what is quoted of a broker is one short line without
// the token and without control characters.
func FuzzReason(f *testing.F) {
	for _, seed := range []string{`{"reason":"no"}`, `{"message":"s3cret"}`, "a\nb", "<html>", "\x1b[2J", `{"reason":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reason := brief(reasonOf(body, "s3cret"))
		require.LessOrEqual(t, len([]rune(reason)), reasonMax)
		require.NotContains(t, reason, "s3cret")
		require.NotContains(t, reason, "\n")
		require.NotContains(t, reason, "\x1b")
	})
}

func body(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

package admin

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const secret = "s3cret"

// gate is a broker that owns no topic and redirects calls. It counts the tokens
// that it has seen, by path.
type gate struct {
	*httptest.Server
	to       string // scheme and host
	resource string // of the redirect, or "" for the one that was asked
	brokers  answer
	lookup   answer

	mu    sync.Mutex
	asked []string
}

func newGate(t *testing.T) *gate {
	g := &gate{brokers: refused(403, "for administrators"), lookup: refused(404, "no")}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked = append(g.asked, r.URL.EscapedPath())
	g.mu.Unlock()
	say := func(a answer) {
		w.WriteHeader(a.status)
		io.WriteString(w, a.body)
	}
	switch {
	case r.URL.Path == "/admin/v2/brokers":
		say(g.brokers)
	case strings.HasPrefix(r.URL.Path, "/lookup/"):
		say(g.lookup)
	default:
		to := g.resource
		if to == "" {
			to = r.URL.EscapedPath()
		}
		w.Header().Set("Location", g.to+to)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

func (g *gate) admin(t *testing.T, token string) *Admin {
	t.Helper()
	a, err := New(g.URL, Options{Token: func() (string, error) { return token, nil }})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

const unload = "PUT persistent/public/default/a%2Bb/unload"

func TestTheTokenGoesToTheBrokersOfTheCluster(t *testing.T) {
	owner, _ := serve(t, map[string]answer{unload: {204, ""}})
	host := strings.TrimPrefix(owner.URL, "http://")
	for name, c := range map[string]struct{ brokers, lookup answer }{
		"listed":    {ok(`["other:8080","` + host + `"]`), refused(404, "no")},
		"looked up": {refused(403, "for administrators"), ok(`{"brokerUrl":"pulsar://x:1","httpUrl":"` + owner.URL + `"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			g.to, g.brokers, g.lookup = owner.URL, c.brokers, c.lookup
			a := g.admin(t, secret)
			for range 2 {
				require.NoError(t, a.Unload(t.Context(), "a+b"))
			}
			require.Equal(t, "Bearer "+secret, owner.tokens[len(owner.tokens)-1])
			want := []string{"/admin/v2/persistent/public/default/a%2Bb/unload", "/admin/v2/brokers"}
			if name == "looked up" {
				want = append(want, "/lookup/v2/topic/persistent/public/default/a%2Bb")
			}
			require.Equal(t, append(want, want[0]), g.asked, "a known broker is not asked for again")
		})
	}
}

func TestTheTokenGoesNowhereElse(t *testing.T) {
	stranger, _ := serve(t, map[string]answer{unload: {204, ""}})
	for name, c := range map[string]struct{ brokers, lookup answer }{
		"not listed":        {ok(`["other:8080"]`), refused(404, "no")},
		"another port":      {ok(`["127.0.0.1:1"]`), ok(`{"httpUrl":"http://127.0.0.1:1"}`)},
		"no list":           {refused(403, "no"), refused(403, "no")},
		"a list of else":    {ok(`{"a":1}`), ok(`[]`)},
		"redirected list":   {answer{307, ""}, answer{307, ""}},
		"by another scheme": {refused(403, "no"), ok(`{"httpUrlTls":"` + strings.Replace(stranger.URL, "http", "https", 1) + `"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			g.to, g.brokers, g.lookup = stranger.URL, c.brokers, c.lookup
			require.EqualError(t, g.admin(t, secret).Unload(t.Context(), "a+b"), fmt.Sprintf(
				"%s redirects the request to %s, which is not a known broker of this cluster; the token is not sent there", g.URL, stranger.URL))
			require.Empty(t, stranger.questions())
		})
	}
	g := newGate(t)
	g.to = stranger.URL
	require.NoError(t, g.admin(t, "").Unload(t.Context(), "a+b"), "without a token there is nothing to keep")
	require.Equal(t, []string{""}, stranger.tokens)
}

func TestRedirectsThatAreRefused(t *testing.T) {
	g := newGate(t)
	a := g.admin(t, secret)
	g.to = strings.Replace(g.URL, "http:", "https:", 1)
	require.EqualError(t, a.Unload(t.Context(), "fast"), fmt.Sprintf("%s redirects the request to %s; from http it may only go to http", g.URL, g.to))
	g.to = g.URL
	require.EqualError(t, a.Unload(t.Context(), "fast"), g.URL+" redirects the request more than 5 times")
	for _, other := range []string{"/admin/v2/persistent/public/default/slow/unload", "/", "/admin/v2/persistent/public/default/fast", "/x%2Fadmin%2Fv2/fast/unload"} {
		g.resource = other
		require.EqualError(t, a.Unload(t.Context(), "fast"), g.URL+" redirects the request to another resource, at "+g.URL)
	}
	g.to, g.resource = "http://me:pass@host", "/x"
	require.EqualError(t, a.Unload(t.Context(), "fast"), g.URL+" redirects the request to no address")
	g.to, g.resource = "", ""
	require.EqualError(t, a.Unload(t.Context(), "fast"), g.URL+" redirects the request more than 5 times")
}

func TestAnAddressWithAPathIsRedirectedToABroker(t *testing.T) {
	owner, _ := serve(t, map[string]answer{unload: {204, ""}})
	g := newGate(t)
	g.to, g.resource = owner.URL, "/admin/v2/persistent/public/default/a%2Bb/unload"
	g.brokers = ok(`["` + strings.TrimPrefix(owner.URL, "http://") + `"]`)
	a, err := New(g.URL+"/clusters/one", Options{Token: func() (string, error) { return "", nil }})
	require.NoError(t, err)
	defer a.Close()
	require.NoError(t, a.Unload(t.Context(), "a+b"))
}

package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"pulsh/session/broker"
)

// call is one request. Its path is below /admin/v2, already escaped.
type call struct {
	method string
	path   string
	query  url.Values
	body   any    // sent as JSON unless nil
	doing  string // what the user wanted, for the sentence: "read the statistics of orders"
}

// do makes a call and returns the body of its answer, or a *broker.Error.
func (a *Admin) do(ctx context.Context, c call) ([]byte, error) {
	body, _, err := a.ask(ctx, c)
	return body, err
}

// ask makes a call and returns the body and the header of its answer.
func (a *Admin) ask(ctx context.Context, c call) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	token, err := a.token()
	if err != nil {
		return nil, nil, &broker.Error{Category: broker.NotAuthorised,
			Message: "the token for the admin API cannot be read: " + err.Error(), Cause: err}
	}
	token = strings.TrimSpace(token)
	var body []byte
	if c.body != nil {
		if body, err = json.Marshal(c.body); err != nil {
			return nil, nil, fmt.Errorf("a request to %s cannot be written: %w", c.doing, err)
		}
	}
	response, err := a.send(ctx, c, token, body)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, responseMax+1))
	switch {
	case err != nil:
		return nil, nil, a.unreachable(ctx, c, err)
	case len(answer) > responseMax:
		return nil, nil, &broker.Error{Category: broker.Other,
			Message: fmt.Sprintf("the answer of %s is longer than %d MiB", a.base.Host, responseMax>>20)}
	case response.StatusCode >= http.StatusMultipleChoices:
		return nil, nil, a.refusal(c, response, answer, token)
	}
	return answer, response.Header, nil
}

// send makes the request and follows redirects to the broker that owns the
// topic. The token travels on because Pulsar's brokers are one cluster, but
// never to another scheme: https must not become http.
func (a *Admin) send(ctx context.Context, c call, token string, body []byte) (*http.Response, error) {
	target := a.base.JoinPath("admin/v2", c.path)
	target.RawQuery = c.query.Encode()
	for range redirectsMax + 1 {
		request, err := http.NewRequestWithContext(ctx, c.method, target.String(), bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("a request to %s cannot be made: %w", c.doing, err)
		}
		request.Header.Set("Accept", "application/json, text/plain")
		if body != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := a.client.Do(request)
		if err != nil {
			return nil, a.unreachable(ctx, c, err)
		}
		if !redirected(response.StatusCode) {
			return response, nil
		}
		response.Body.Close()
		if target, err = a.next(target, response.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
	return nil, &broker.Error{Category: broker.Other,
		Message: fmt.Sprintf("%s sends the request on and on, more than %d times", a.base, redirectsMax)}
}

// redirected tells whether a status sends the same request elsewhere. Those
// that would turn it into a GET (301 to 303) come from something that is not
// Pulsar and are refused like any other status.
func redirected(status int) bool {
	return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
}

// next is where a redirect leads.
func (a *Admin) next(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" || to.Host == "" {
		return nil, &broker.Error{Category: broker.Other,
			Message: fmt.Sprintf("%s sends the request on, but to no address", a.base), Cause: err}
	}
	if to.Scheme != from.Scheme {
		return nil, &broker.Error{Category: broker.Other, Message: fmt.Sprintf(
			"%s sends the request on to %s://%s; from %s it may only go to %s", a.base, to.Scheme, to.Host, from.Scheme, from.Scheme)}
	}
	return to, nil
}

// get makes a GET and reads its JSON into a value.
func (a *Admin) get(ctx context.Context, path string, query url.Values, into any, doing string) error {
	answer, err := a.do(ctx, call{method: http.MethodGet, path: path, query: query, doing: doing})
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(answer)) == 0 {
		return nil // Pulsar's way to say that nothing is set
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return a.notPulsar(err)
	}
	return nil
}

// change asks for a change and ignores what the answer holds.
func (a *Admin) change(ctx context.Context, c call) error {
	_, err := a.do(ctx, c)
	return err
}

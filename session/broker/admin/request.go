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

// The bounds of an answer in bytes, by what is asked. The statistics of
// broker.MaxPartitions partitions take some 20 MB, and a list of 300,000 topics
// 12 MB; everything else fits into a page. A refusal is a sentence, or a stack
// trace of which the first line is read.
const (
	longAnswer  = 64 << 20
	shortAnswer = 1 << 20
	refusalMax  = 256 << 10
)

// call is one request.
type call struct {
	method string
	at     path
	query  url.Values
	body   any    // sent as JSON unless nil
	doing  string // the user's intention, for error messages: "read the statistics of orders"
	max    int64  // bound of the answer in bytes; 0 means shortAnswer
	unread bool   // the answer's body is not wanted
}

// change makes a call whose answer has no content of interest.
func (a *Admin) change(ctx context.Context, c call) error {
	_, _, err := a.ask(ctx, c)
	return err
}

// get makes a GET request and decodes the JSON of its answer into a value. An
// empty answer is an error: a proxy that drops bodies must not look like a
// cluster without topics.
func (a *Admin) get(ctx context.Context, c call, into any) error {
	set, err := a.getOptional(ctx, c, into)
	if err == nil && !set {
		return a.notPulsar(nil)
	}
	return err
}

// getOptional is get for what may be unset, as a policy: Pulsar then answers with
// no content, and into stays as it is.
func (a *Admin) getOptional(ctx context.Context, c call, into any) (set bool, err error) {
	c.method = http.MethodGet
	answer, _, err := a.ask(ctx, c)
	if err != nil {
		return false, err
	}
	answer = bytes.TrimSpace(answer)
	if len(answer) == 0 || string(answer) == "null" {
		return false, nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return false, a.notPulsar(err)
	}
	return true, nil
}

// ask makes a call and returns the body and the header of its answer. The error
// is a *broker.Error.
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
	refused := response.StatusCode >= http.StatusMultipleChoices
	if c.unread && !refused {
		return nil, response.Header, nil
	}
	limit := max(c.max, shortAnswer)
	if refused {
		limit = refusalMax
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return nil, nil, a.unreachable(ctx, c, err)
	case refused:
		return nil, nil, a.refused(c, response.StatusCode, answer, token)
	case int64(len(answer)) > limit:
		return nil, nil, &broker.Error{Category: broker.Other,
			Message: fmt.Sprintf("the answer of %s is longer than %d MiB", a.base, limit>>20)}
	}
	return answer, response.Header, nil
}

// send makes the request and follows redirects, which lead to the broker that
// owns the topic.
func (a *Admin) send(ctx context.Context, c call, token string, body []byte) (*http.Response, error) {
	target := a.base.JoinPath(apiRoot, c.at.escaped)
	target.RawQuery = c.query.Encode()
	for range redirectsMax + 1 {
		response, err := a.sendOnce(ctx, c.method, target, token, body)
		if err != nil {
			return nil, a.unreachable(ctx, c, err)
		}
		if !redirected(response.StatusCode) {
			return response, nil
		}
		response.Body.Close()
		if target, err = a.follow(ctx, c, target, response.Header.Get("Location"), token); err != nil {
			return nil, err
		}
	}
	return nil, &broker.Error{Category: broker.Other,
		Message: fmt.Sprintf("%s redirects the request more than %d times", a.base, redirectsMax)}
}

// sendOnce makes one request and follows nothing.
func (a *Admin) sendOnce(ctx context.Context, method string, target *url.URL, token string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json, text/plain")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return a.client.Do(request)
}

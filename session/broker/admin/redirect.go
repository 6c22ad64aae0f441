package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pulsh/session/broker"
)

// The roots of the APIs that are used.
const (
	apiRoot    = "admin/v2"
	lookupRoot = "lookup/v2/topic"
)

// redirected reports whether a status sends the same request elsewhere. The
// others (301 to 303) would turn it into a GET; they do not come from Pulsar and
// are refused like any other status.
func redirected(status int) bool {
	return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
}

// follow returns the target of a redirect. It refuses one that leads to another
// scheme, to another resource, or, with a token, to a host that is not a broker
// of the cluster: the token goes only where the cluster itself sends it.
func (a *Admin) follow(ctx context.Context, c call, from *url.URL, location, token string) (*url.URL, error) {
	refuse := func(try, format string, args ...any) (*url.URL, error) {
		return nil, &broker.Error{Category: broker.Other, Message: a.base.String() + " redirects the request " + fmt.Sprintf(format, args...), Try: try}
	}
	to, err := from.Parse(location)
	if err != nil || location == "" || to.Host == "" || to.User != nil {
		return refuse("", "to no address")
	}
	at := to.Scheme + "://" + to.Host
	if to.Scheme != from.Scheme {
		return refuse("", "to %s; from %s it may only go to %s", at, from.Scheme, from.Scheme)
	}
	// An address may have a path before the API's, and a broker has none.
	want, err := url.PathUnescape("/" + apiRoot + "/" + c.at.escaped)
	if err != nil || !strings.HasSuffix(to.Path, want) {
		return refuse("", "to another resource, at %s", at)
	}
	if token != "" && to.Host != a.base.Host && !a.isBroker(ctx, c, to, token) {
		return refuse("connect pulsar://host:6650 admin="+at, "to %s, which is not a known broker of this cluster; the token is not sent there", at)
	}
	return to, nil
}

// isBroker reports whether the cluster names a host as one of its brokers. The
// answer is remembered until a host is not found. The list of brokers is for
// administrators; to others the look-up of the call's topic names its owner.
func (a *Admin) isBroker(ctx context.Context, c call, to *url.URL, token string) bool {
	a.mu.Lock()
	known := a.brokers[to.Host]
	a.mu.Unlock()
	if known {
		return true
	}
	found := a.listsBroker(ctx, to, token) || c.at.topic.Local != "" && a.owns(ctx, c.at.topic, to, token)
	if found {
		a.mu.Lock()
		a.brokers[to.Host] = true
		a.mu.Unlock()
	}
	return found
}

// listsBroker asks for the list of brokers. It names each by the host and the
// port of its plain admin API, if it has one; with TLS the port may differ, and
// the certificate proves the host.
func (a *Admin) listsBroker(ctx context.Context, to *url.URL, token string) bool {
	var listed []string
	if !a.trusted(ctx, a.base.JoinPath(apiRoot, "brokers"), token, &listed) {
		return false
	}
	return slices.ContainsFunc(listed, func(id string) bool {
		u, err := url.Parse(to.Scheme + "://" + id)
		return err == nil && (u.Host == to.Host || to.Scheme == "https" && u.Hostname() == to.Hostname())
	})
}

// owns asks which broker owns a topic.
func (a *Admin) owns(ctx context.Context, topic broker.TopicName, to *url.URL, token string) bool {
	var owner struct{ HTTPURL, HTTPURLTLS string }
	if !a.trusted(ctx, a.base.JoinPath(lookupRoot, topicPath(topic).escaped), token, &owner) {
		return false
	}
	return slices.ContainsFunc([]string{owner.HTTPURL, owner.HTTPURLTLS}, func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && u.Scheme == to.Scheme && u.Host == to.Host
	})
}

// trusted asks the address that the user gave, and no other: it follows no
// redirect.
func (a *Admin) trusted(ctx context.Context, at *url.URL, token string, into any) bool {
	response, err := a.sendOnce(ctx, http.MethodGet, at, token, nil)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK &&
		json.NewDecoder(io.LimitReader(response.Body, shortAnswer)).Decode(into) == nil
}

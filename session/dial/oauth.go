package dial

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/secret"
)

const (
	// issuerTimeout bounds both requests to an issuer. A connection waits for it.
	issuerTimeout = 5 * time.Second
	// discoveryMax bounds the description of an issuer, in bytes: usual ones have 3 KB.
	discoveryMax = 256 << 10
	// discoveryPath is the path of the description, below that of the issuer.
	discoveryPath = "/.well-known/openid-configuration"
)

// issuer gets tokens by OAuth 2.0 client credentials. Its methods are safe for
// concurrent use.
type issuer struct {
	target broker.Target
	client *http.Client

	mu    sync.Mutex
	valid *oauth2.Token // nil before the first
}

// newIssuer returns the issuer of a target. The certificate of an issuer is
// always checked, since the client's secret is sent there.
func newIssuer(t broker.Target) (*issuer, error) {
	u, err := url.Parse(t.OAuthIssuer)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("%q is not the URL of an issuer such as https://auth.example.com", secret.Redact(t.OAuthIssuer))
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("the issuer's URL begins with http://, and the client's secret would be sent in the clear; use https://")
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TrustFile != "" {
		if secure.RootCAs, err = trusted(t.TrustFile); err != nil {
			return nil, err
		}
	}
	i := &issuer{target: t, client: &http.Client{Timeout: issuerTimeout, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure}}}
	if _, err := i.credentials(); err != nil {
		return nil, err
	}
	return i, nil
}

// clientCredentials are the contents of an OAuth 2.0 file.
type clientCredentials struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// credentials reads the client's credentials, each time, since the file may be
// replaced.
func (i *issuer) credentials() (clientCredentials, error) {
	text, name := i.target.OAuth.Reveal(), "the OAuth 2.0 credentials"
	if file := i.target.OAuthFile; file != "" {
		var err error
		name = "the OAuth 2.0 file " + file
		if text, err = input.Read(file, input.SecretMax); err != nil {
			return clientCredentials{}, fmt.Errorf("%s cannot be read: %w", name, err)
		}
	}
	var c clientCredentials
	if json.Unmarshal([]byte(text), &c) != nil || c.ID == "" || c.Secret == "" { // the cause may quote the secret
		return c, fmt.Errorf("%s must be JSON with client_id and client_secret", name)
	}
	return c, nil
}

// token returns a valid token, the present one as long as it is valid.
func (i *issuer) token() (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.valid.Valid() {
		return i.valid.AccessToken, nil
	}
	c, err := i.credentials()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), issuerTimeout)
	defer cancel()
	at, err := i.endpoint(ctx)
	if err != nil {
		return "", err
	}
	config := clientcredentials.Config{ClientID: c.ID, ClientSecret: c.Secret, TokenURL: at, EndpointParams: url.Values{}}
	if i.target.OAuthAudience != "" {
		config.EndpointParams.Set("audience", i.target.OAuthAudience)
	}
	config.Scopes = strings.Fields(i.target.OAuthScope)
	token, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, i.client))
	if err != nil {
		return "", i.refused(err, c.Secret)
	}
	i.valid = token
	return token.AccessToken, nil
}

// endpoint asks the issuer for the URL that gives tokens.
func (i *issuer) endpoint(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(i.target.OAuthIssuer, "/")+discoveryPath, nil)
	if err != nil {
		return "", err
	}
	response, err := i.client.Do(request)
	if err != nil {
		return "", fmt.Errorf("the OAuth 2.0 issuer %s cannot be reached: %s", i.target.OAuthIssuer, withoutURL(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, discoveryMax))
	var described struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(body, &described) != nil || described.TokenEndpoint == "" {
		return "", fmt.Errorf("%s is no OAuth 2.0 issuer: it has no description at %s", i.target.OAuthIssuer, discoveryPath)
	}
	// An issuer by https must not lead to an endpoint by http.
	from, to := strings.SplitN(i.target.OAuthIssuer, ":", 2)[0], strings.SplitN(described.TokenEndpoint, ":", 2)[0]
	if to != "https" && to != from {
		return "", fmt.Errorf("the OAuth 2.0 issuer %s leads to %s, where the client's secret would be sent in the clear", i.target.OAuthIssuer, to+"://")
	}
	return described.TokenEndpoint, nil
}

// refused returns the error of a token that was not given.
func (i *issuer) refused(err error, clientSecret string) error {
	var said *oauth2.RetrieveError
	if !errors.As(err, &said) {
		return fmt.Errorf("the OAuth 2.0 issuer %s gives no token: %s", i.target.OAuthIssuer, withoutURL(err))
	}
	reason := strings.TrimSuffix(said.ErrorCode+": "+said.ErrorDescription, ": ")
	if said.ErrorCode == "" {
		reason = said.Response.Status
	}
	reason = secret.Redact(strings.ReplaceAll(reason, clientSecret, secret.Hidden))
	return fmt.Errorf("the OAuth 2.0 issuer %s gives no token: %.200s", i.target.OAuthIssuer, reason)
}

// withoutURL returns the text of an error of the HTTP client without the method
// and the URL. The error itself is not passed on: a fault of the issuer's
// certificate would read as one of the cluster's.
func withoutURL(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}

package clientconf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

const webToken = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0"

// shipped is how the file looks that comes with Pulsar, filled in.
const shipped = `# Configuration for pulsar-client and pulsar-admin CLI tools
# URL for Pulsar REST API (for admin operations)
webServiceUrl=https://broker.example.com:8443/
brokerServiceUrl=pulsar+ssl://broker.example.com:6651/
authPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken
authParams=token:` + webToken + `
tlsAllowInsecureConnection=false
tlsEnableHostnameVerification=false
tlsTrustCertsFilePath=/etc/ssl/ca.pem
useKeyStoreTls=false
proxyServiceUrl=
`

func TestTheShippedFile(t *testing.T) {
	c, err := Parse(shipped, "client.conf")
	require.NoError(t, err)
	require.Equal(t, webToken, c.Token.Reveal())
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", c, c, c), webToken)
	c.Token = broker.Secret{}
	require.Equal(t, Conf{
		URL: Value{"pulsar+ssl://broker.example.com:6651", 4}, AdminURL: Value{"https://broker.example.com:8443", 3},
		SecretLine: 6, TrustFile: Value{"/etc/ssl/ca.pem", 9}, TLSCheck: broker.TLSAnyHost, TLSCheckLine: 8,
	}, c)
}

func TestTokens(t *testing.T) {
	const plugin = "authPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken\n"
	for params, want := range map[string]string{
		"token:" + webToken: webToken, webToken: webToken, `{"token":"` + webToken + `"}`: webToken,
		"file:///run/token": "/run/token", "file:/run/token": "/run/token", "file:token": "token",
	} {
		c, err := Parse(plugin+"authParams="+params, "f")
		require.NoError(t, err, params)
		require.Equal(t, want, c.Token.Reveal()+c.TokenFile.Text, params)
		require.Empty(t, c.Notes)
	}
	for params, says := range map[string]string{"file:": "names no file", "{\"secret\":\"" + webToken + "\"}": "no token stands in the braces"} {
		_, err := Parse(plugin+"authParams="+params, "f")
		require.ErrorContains(t, err, "f:2: authParams: ")
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), webToken)
	}
	c, err := Parse("authParams=token:"+webToken, "f")
	require.NoError(t, err)
	require.False(t, c.Token.Held(), "without a plugin there is no authentication")
}

func TestWhatIsNotDoneIsNoted(t *testing.T) {
	c, err := Parse("authPlugin=org.apache.pulsar.client.impl.auth.AuthenticationAthenz\nauthParams={\"privateKey\":\""+webToken+"\"}\n"+
		"useKeyStoreTls=true\nproxyServiceUrl=pulsar+ssl://p:6651\n", "f")
	require.NoError(t, err)
	require.Equal(t, []string{
		"f:1: pulsh does not know authPlugin org.apache.pulsar.client.impl.auth.AuthenticationAthenz; it knows AuthenticationToken, AuthenticationTls, AuthenticationBasic and AuthenticationOAuth2",
		"f:3: useKeyStoreTls is not done: pulsh reads certificates in PEM, from tlsTrustCertsFilePath",
		"f:4: proxyServiceUrl is not done: give the proxy as brokerServiceUrl",
	}, c.Notes)
	require.NotContains(t, strings.Join(c.Notes, ""), webToken)
}

// login parses a file with a plugin and its authParams.
func login(t *testing.T, plugin, params string) Conf {
	t.Helper()
	c, err := Parse("authPlugin="+plugin+"\nauthParams="+params+"\n", "f")
	require.NoError(t, err, params)
	require.Empty(t, c.Notes)
	return c
}

func TestOtherWaysOfAuthentication(t *testing.T) {
	const classPrefix = "org.apache.pulsar.client.impl.auth."
	for _, params := range []string{"tlsCertFile:/c.pem,tlsKeyFile:/k.pem", `{"tlsCertFile":"/c.pem","tlsKeyFile":"/k.pem"}`, "tlsCertFile:file:///c.pem, tlsKeyFile:file:///k.pem"} {
		c := login(t, classPrefix+"AuthenticationTls", params)
		require.Equal(t, map[string]Value{"tls_cert": {"/c.pem", 2}, "tls_key": {"/k.pem", 2}}, c.Login, params)
	}
	c := login(t, "tls", "\ntlsCertificateFilePath=/c.pem\ntlsKeyFilePath=/k.pem")
	require.Equal(t, map[string]Value{"tls_cert": {"/c.pem", 3}, "tls_key": {"/k.pem", 4}}, c.Login)
	for _, params := range []string{`{"userId":"me","password":"hunter:2"}`, "me:hunter:2"} {
		c = login(t, classPrefix+"AuthenticationBasic", params)
		require.Equal(t, map[string]Value{"user": {"me", 2}}, c.Login)
		require.Equal(t, "hunter:2", c.Password.Reveal())
		require.NotContains(t, fmt.Sprintf("%+v", c), "hunter")
	}
	c = login(t, classPrefix+"oauth2.AuthenticationOAuth2", `{"type":"client_credentials","privateKey":"file:///key.json","issuerUrl":"https://auth/","audience":"urn:a","scope":"s"}`)
	require.Equal(t, map[string]Value{"oauth_issuer": {"https://auth/", 2}, "oauth_file": {"/key.json", 2}, "oauth_audience": {"urn:a", 2}, "oauth_scope": {"s", 2}}, c.Login)
	c = login(t, "oauth2", `{"privateKey":"data:application/json;base64,eyJjbGllbnRfaWQiOiJhIn0=","issuerUrl":"https://auth"}`)
	require.Equal(t, `{"client_id":"a"}`, c.OAuth.Reveal())
	for text, says := range map[string]string{
		"authPlugin=tls\nauthParams=tlsCertFile:/c": "authPlugin tls needs tlsCertFile and tlsKeyFile",
		"authPlugin=tls":                                            "authPlugin tls needs tlsCertFile and tlsKeyFile",
		"authPlugin=basic\nauthParams=hunter2":                      "basic authentication needs",
		"authPlugin=basic\nauthParams={hunter2":                     "not a JSON object",
		"authPlugin=oauth2\nauthParams={\"issuerUrl\":\"hunter2\"}": "needs issuerUrl and privateKey",
		"authPlugin=oauth2\nauthParams={\"privateKey\":\"data:,hunter2!\",\"issuerUrl\":\"https://a\"}": "not base64",
	} {
		_, err := Parse(text, "f")
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestTLS(t *testing.T) {
	for text, want := range map[string]broker.TLSCheck{
		"": "", "tlsAllowInsecureConnection=true\ntlsEnableHostnameVerification=true": broker.TLSNone,
		"tlsEnableHostnameVerification=true": broker.TLSFull, "tlsEnableHostnameVerification = FALSE": broker.TLSAnyHost,
	} {
		c, err := Parse(text, "f")
		require.NoError(t, err)
		require.Equal(t, want, c.TLSCheck, text)
	}
	c, err := Parse("useTls=true\nbrokerServiceUrl=pulsar://b:6651", "f")
	require.NoError(t, err)
	require.Equal(t, "pulsar+ssl://b:6651", c.URL.Text)
	_, err = Parse("\nuseTls=yes", "f")
	require.EqualError(t, err, `f:2: useTls: "yes" is neither true nor false`)
	_, err = Parse("useTls="+webToken, "f")
	require.EqualError(t, err, `f:1: useTls: "(hidden)" is neither true nor false`)
	_, err = Parse("brokerServiceUrl=http://b:8080", "f")
	require.EqualError(t, err, `f:1: brokerServiceUrl: "http://b:8080" is not a URL such as pulsar://localhost:6650`)
}

func TestProperties(t *testing.T) {
	said, err := properties("a=1\n b : 2\nc 3\n! no\n#no\nd=\\\n  4\\\n5\ne\\ f=g\\u0041\\t\\q\nh\n\nlast=x\\", "f")
	require.NoError(t, err)
	require.Equal(t, map[string]Value{
		"a": {"1", 1}, "b": {"2", 2}, "c": {"3", 3}, "d": {"45", 6}, "e f": {"gA\tq", 9}, "h": {"", 10}, "last": {"x", 12},
	}, said)
	for _, text := range []string{`a=\u12`, `a=\uXYZW`, `\u=1`} {
		_, err := properties(text, "f")
		require.ErrorContains(t, err, "f:1: ", text)
	}
}

func TestAByteOrderMarkIsSkipped(t *testing.T) {
	c, err := Parse("\xef\xbb\xbfbrokerServiceUrl=pulsar://b:6650\r\n", "f")
	require.NoError(t, err)
	require.Equal(t, Value{"pulsar://b:6650", 1}, c.URL)
	_, err = Parse("\xff\xfeb\x00", "f")
	require.EqualError(t, err, "f cannot be read: it is UTF-16; save it as UTF-8")
}

// A token in a wrong place is refused or noted, and not quoted.
func TestSecretsInWrongPlaces(t *testing.T) {
	const plugin = "authPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken\n"
	for _, text := range []string{
		plugin + "authParams=file:" + webToken, "brokerServiceUrl=pulsar://b:6650?token=" + webToken, "webServiceUrl=http://" + webToken + "@b:8080",
		"brokerServiceUrl=" + webToken, "authPlugin=Authentication" + webToken, "tlsAllowInsecureConnection=" + webToken, webToken + "=\\u12", "tlsTrustCertsFilePath=" + webToken,
	} {
		c, err := Parse(text, "f")
		require.NotContains(t, fmt.Sprint(c, c.Notes, err), webToken, text)
		require.True(t, err != nil || len(c.Notes) > 0, text)
	}
}

// FuzzParse looks for panics, and for secrets in errors and notes.
func FuzzParse(f *testing.F) {
	f.Add(shipped)
	f.Add("authPlugin=" + webToken)
	f.Add("a=\\u00e9\\\n  b\n:=\\")
	f.Fuzz(func(t *testing.T, text string) {
		text = "authParams=token:" + webToken + "\n" + text
		c, err := Parse(text, "f")
		if err != nil {
			require.NotContains(t, err.Error(), webToken)
		}
		require.NotContains(t, fmt.Sprintf("%+v", c), webToken)
	})
}

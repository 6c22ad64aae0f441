package secret

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const webTokenText = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"

func TestRedactHidesSecretsInWrongPlaces(t *testing.T) {
	for text, want := range map[string]string{
		webTokenText: "(hidden)",
		"connect pulsar://h:1?token=" + webTokenText:   "connect pulsar://h:1?token=(hidden)",
		"pulsar://h:1?token=plain&a=b":                 "pulsar://h:1?token=(hidden)&a=b",
		"connect pulsar://:pass@h:6650":                "connect pulsar://(hidden)@h:6650",
		"connect pulsar+ssl://me:a/b@h":                "connect pulsar+ssl://me:a/b@h", // no URL has a slash before its user
		`token = "SECRET words"  # mine`:               `token = (hidden)  # mine`,
		`"token" = 'SECRET'`:                           `"token" = (hidden)`,
		"token = SECRET":                               "token = (hidden)",
		`{"client_secret":"abc","x":1}`:                `{"client_secret":(hidden),"x":1}`,
		"authParams=token:abc":                         "authParams=(hidden)",
		"let password=hunter2 rate=5":                  "let password=(hidden) rate=5",
		"token_file = \"/run/token\" token_env=PULSAR": "token_file = \"/run/token\" token_env=PULSAR",
		"produce start token rate=5k":                  "produce start token rate=5k",
		"set fast topic=my-token":                      "set fast topic=my-token",
		"the Pulsar at pulsar://h:1 does not accept the token: Failed to authenticate": "the Pulsar at pulsar://h:1 does not accept the token: Failed to authenticate",
		"[connection] holds no password; use password_file or password_env":            "[connection] holds no password; use password_file or password_env",
		"'password':hunter2": "'password':(hidden)",
		"eyJ.x":              "eyJ.x",
	} {
		require.Equal(t, want, Redact(text))
		require.Equal(t, text != want, In(text), text)
	}
}

func TestATokenIsNoFile(t *testing.T) {
	require.NoError(t, CheckFile("/run/secrets/token.txt"))
	err := CheckFile("./" + webTokenText)
	require.ErrorContains(t, err, "this is a token")
	require.NotContains(t, err.Error(), webTokenText)
}

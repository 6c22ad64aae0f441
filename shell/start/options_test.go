package start

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// read reads options from words, of which those with an equals sign before any
// flag are the environment.
func read(words string) (Options, error) {
	env := map[string]string{}
	args := strings.Fields(words)
	for len(args) > 0 && strings.HasPrefix(args[0], "PULSH_") {
		name, value, _ := strings.Cut(args[0], "=")
		env[name], args = value, args[1:]
	}
	return ReadOptions(args, func(name string) string { return env[name] })
}

func TestOptions(t *testing.T) {
	const here, api = "pulsar://localhost:6650", "http://localhost:8080"
	for _, c := range []struct {
		words string
		want  Options
	}{
		{"", Options{URL: here, AdminURL: api}},
		{"--url pulsar://b:6650", Options{URL: "pulsar://b:6650"}},
		{"--url pulsar+ssl://b:6651 --admin-url https://b:8443", Options{URL: "pulsar+ssl://b:6651", AdminURL: "https://b:8443"}},
		{"--admin-url http://b:8080", Options{URL: here, AdminURL: "http://b:8080"}},
		{"PULSH_URL=pulsar://e:6650", Options{URL: "pulsar://e:6650"}},
		{"PULSH_URL=pulsar://e:6650 PULSH_ADMIN_URL=http://e:8080", Options{URL: "pulsar://e:6650", AdminURL: "http://e:8080"}},
		{"PULSH_URL=pulsar://e:6650 --url pulsar://f:6650", Options{URL: "pulsar://f:6650"}},
		{"PULSH_ADMIN_URL=http://e:8080 --admin-url http://f:8080", Options{URL: here, AdminURL: "http://f:8080"}},
		{"PULSH_URL=pulsar://e:6650 --local", Options{URL: here, AdminURL: api, Local: true}},
		{"--local --keep-local", Options{URL: here, AdminURL: api, Local: true, KeepLocal: true}},
		{"PULSH_TOKEN=secret", Options{URL: here, AdminURL: api, TokenEnv: "PULSH_TOKEN"}},
		{"PULSH_TOKEN=secret PULSH_TOKEN_FILE=/e", Options{URL: here, AdminURL: api, TokenFile: "/e"}},
		{"PULSH_TOKEN=secret --token-file /f", Options{URL: here, AdminURL: api, TokenFile: "/f"}},
		{"PULSH_TOKEN_FILE=/e --token-file /f", Options{URL: here, AdminURL: api, TokenFile: "/f"}},
		{"PULSH_TRUST_CERTS=/e", Options{URL: here, AdminURL: api, TrustFile: "/e"}},
		{"PULSH_TRUST_CERTS=/e --trust-certs /f", Options{URL: here, AdminURL: api, TrustFile: "/f"}},
		{"PULSH_PROFILE=low", Options{URL: here, AdminURL: api, Profile: "low"}},
		{"PULSH_PROFILE=low --profile high", Options{URL: here, AdminURL: api, Profile: "high"}},
		{"-f a -e list -f b -e status -k", Options{URL: here, AdminURL: api, Files: []string{"a", "b"}, Lines: []string{"list", "status"}, KeepGoing: true}},
		{"-f -", Options{URL: here, AdminURL: api, Files: []string{"-"}}},
		{"--check a", Options{URL: here, AdminURL: api, Check: "a"}},
		{"--no-color --cpuprofile p", Options{URL: here, AdminURL: api, NoColour: true, CPUProfile: "p"}},
		{"--version", Options{URL: here, AdminURL: api, Version: true}},
		{"-h", Options{Help: true}},
	} {
		t.Run(c.words, func(t *testing.T) {
			got, err := read(c.words)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, len(c.want.Files)+len(c.want.Lines) > 0, got.Batch())
			require.NotContains(t, fmt.Sprintf("%+v", got), "secret")
		})
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	for words, says := range map[string]string{
		"--nonsense":                       "there is no option -nonsense\n  try: pulsh --help",
		"--url":                            "needs an argument: -url\n  try: pulsh --help",
		"smoke.pulsh":                      "\"smoke.pulsh\" is no option; a script runs with -f\n  try: pulsh -f smoke.pulsh",
		"--url http://b":                   "--url: ",
		"PULSH_URL=b:6650":                 "PULSH_URL: ",
		"--admin-url pulsar://b":           "--admin-url: ",
		"PULSH_ADMIN_URL=b":                "PULSH_ADMIN_URL: ",
		"--local --url pulsar://b":         "--local runs a Pulsar here, and --url names another\n  try: pulsh --local",
		"--url pulsar://me:secret@b:6650":  "a URL with a password would end up in files and on the screen",
		"PULSH_TOKEN=secret --nonsense":    "there is no option",
		"PULSH_TOKEN=secret --url http://": "--url: ",
	} {
		t.Run(words, func(t *testing.T) {
			_, err := read(words)
			require.ErrorContains(t, err, says)
			require.ErrorContains(t, err, "\n  try: ")
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestUsageNamesEveryOption(t *testing.T) {
	var o Options
	o.flags().VisitAll(func(f *flag.Flag) { require.Regexp(t, `(?m)^  (--[a-z-]+, )?--?`+f.Name+`\b|--`+f.Name+`\b`, Usage) })
	for _, name := range []string{envURL, envAdminURL, envTokenFile, envToken, envTrustFile, envProfile} {
		require.Contains(t, Usage, name)
	}
}

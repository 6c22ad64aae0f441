package start

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
	"pulsh/session/broker"
	"pulsh/session/profile"
)

// read reads options from words, of which those with an equals sign before any
// flag are the environment.
func read(words string) (Options, error) {
	args, env := split(words)
	return ReadOptions(args, func(name string) string { return env[name] })
}

func split(words string) (args []string, env map[string]string) {
	env = map[string]string{}
	args = strings.Fields(words)
	for len(args) > 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(args[0]) {
		name, value, _ := strings.Cut(args[0], "=")
		env[name], args = value, args[1:]
	}
	return args, env
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		words string
		want  Options
	}{
		{"", Options{}},
		{"--url pulsar://b:6650", Options{Flags: Level{URL: Setting{"pulsar://b:6650", "--url"}}}},
		{"PULSH_URL=pulsar://e:6650 --url=pulsar://f:6650", Options{
			Flags: Level{URL: Setting{"pulsar://f:6650", "--url"}}, Environment: Level{URL: Setting{"pulsar://e:6650", "PULSH_URL"}}}},
		{"PULSH_TOKEN=secret PULSH_TOKEN_FILE=/e --tls-check none", Options{Flags: Level{TLSCheck: Setting{"none", "--tls-check"}},
			Environment: Level{TokenFile: Setting{"/e", "PULSH_TOKEN_FILE"}, TokenEnv: Setting{"PULSH_TOKEN", "PULSH_TOKEN"}}}},
		{"PULSH_PROFILE=low", Options{Profile: Setting{"low", "PULSH_PROFILE"}}},
		{"PULSH_PROFILE=low --profile high", Options{Profile: Setting{"high", "--profile"}}},
		{"PULSAR_CLIENT_CONF=/c PULSAR_HOME=/p", Options{ClientConf: Setting{"/c", "PULSAR_CLIENT_CONF"}, PulsarHome: "/p"}},
		{"--local --keep-local", Options{Local: true, KeepLocal: true}},
		{"--embedded --memory 64MiB", Options{Embedded: true, Memory: 64 << 20}},
		{"--listen 127.0.0.1:1", Options{Embedded: true, Listen: "127.0.0.1:1"}},
		{"broker --listen 0.0.0.0:1 --admin-listen localhost:2 --listen-remote", Options{Broker: true, Listen: "0.0.0.0:1", AdminListen: "localhost:2", ListenRemote: true}},
		{"--batch-index", Options{Embedded: true, BrokerBatchIndex: true}},
		{"broker --serve-token t --serve-cert c --serve-key k", Options{Broker: true, BrokerToken: "t", BrokerCert: "c", BrokerKey: "k"}},
		{"--yes -e list", Options{Lines: []string{"list"}, Yes: true}},
		{"-f a -e list -f b -e status -k", Options{Files: []string{"a", "b"}, Lines: []string{"list", "status"}, KeepGoing: true}},
		{"-f -", Options{Files: []string{"-"}}},
		{"--check a", Options{Check: "a"}},
		{"--no-color --cpuprofile p", Options{NoColor: true, CPUProfile: "p"}},
		{"--pprof 6060", Options{Pprof: "127.0.0.1:6060"}},
		{"--pprof :6060", Options{Pprof: "127.0.0.1:6060"}},
		{"--pprof 0.0.0.0:6060 --pprof-remote", Options{Pprof: "0.0.0.0:6060", PprofRemote: true}},
		{"--completion fish", Options{Completion: "fish"}},
		{"--list-profiles --man", Options{ListProfiles: true, Man: true}},
		{"--version", Options{Version: true}},
		{"--help", Options{Help: true}},
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
		"--nonsense":                         "unknown option --nonsense\n  try: pulsh --help",
		"--profil low":                       "unknown option --profil\n  try: pulsh --profile low",
		"--clientconf=x":                     "unknown option --clientconf\n  try: pulsh --client-conf conf/client.conf",
		"--url":                              "--url needs a value, URL\n  try: pulsh --url pulsar://localhost:6650",
		"version":                            "unknown argument \"version\"; it is an option\n  try: pulsh --version",
		"smoke.pulsh":                        "unknown argument \"smoke.pulsh\"; to run a script: pulsh -f smoke.pulsh\n  try: pulsh -f smoke.pulsh",
		"eyJhbGciOiJIUzI1NiJ9.secret.secret": "a token is no argument; write it into a file, or set PULSH_TOKEN to it",
		"--token-file eyJhbGciOiJIUzI1NiJ9.secret.secret":                      "--token-file: this is a token, and the name of a file was expected",
		"--url pulsar://h:1?token=eyJhbGciOiJIUzI1NiJ9.secret.secret":          "--url: a URL with a token would end up in files and on the screen",
		"--admin-url http://h:1/?token=secret":                                 "--admin-url: a URL with a token would end up in files and on the screen",
		"--url eyJhbGciOiJIUzI1NiJ9.secret.secret":                             "--url: a URL with a token",
		"PULSH_TOKEN_FILE=eyJhbGciOiJIUzI1NiJ9.secret.secret --url pulsar://h": "PULSH_TOKEN_FILE: this is a token",

		"--url http://b":                  "--url: \"http://b\" is not a URL such as pulsar://localhost:6650\n  try: pulsh --url pulsar://localhost:6650",
		"PULSH_URL=b:6650":                "PULSH_URL: ",
		"--admin-url pulsar://b":          "--admin-url: ",
		"PULSH_ADMIN_URL=b":               "PULSH_ADMIN_URL: ",
		"PULSH_TLS_CHECK=some":            "PULSH_TLS_CHECK: \"some\" is not a way to check certificates; there are full, any-host, none\n  try: pulsh --tls-check full",
		"--token-file=":                   "--token-file: there is no value\n  try: pulsh --token-file token.txt",
		"--local --url pulsar://b":        "--local and --url exclude each other\n  try: pulsh --local",
		"--url pulsar://me:secret@b:6650": "a URL with a password would end up in files and on the screen",
		"PULSH_TOKEN=secret --nonsense":   "unknown option",
		"PULSH_TOKEN=secret --url http:/": "--url: ",
		"--pprof nowhere":                 "--pprof: \"nowhere\" is not an address such as 127.0.0.1:6060\n  try: pulsh --pprof 127.0.0.1:6060",
		"--pprof 0.0.0.0:6060":            "--pprof 0.0.0.0:6060 can be reached by other machines; that needs --pprof-remote\n  try: pulsh --pprof 127.0.0.1:6060",
		"--embedded --local":              "--embedded excludes --local and --url\n  try: pulsh --embedded",
		"broker -e list":                  "pulsh broker serves other programs and runs no commands",
		"broker --listen 0.0.0.0:1":       "other machines could reach this address",
		"broker --serve-cert c":           "a certificate needs its private key, and a key its certificate\n  try: pulsh broker --serve-cert broker.pem --serve-key broker-key.pem",
		"--listen nowhere":                "\"nowhere\" is not an address, host:port\n  try: pulsh --listen 127.0.0.1:6650",
		"--memory 1MiB":                   "\"1MiB\" is less than 16MiB",
		"--completion tcsh":               "--completion: no completion for shell \"tcsh\" (bash, zsh, fish)\n  try: pulsh --completion bash",
		"--profile 1st":                   "--profile: \"1st\" is not a name: it must begin with a letter\n  try: pulsh --profile low",
	} {
		t.Run(words, func(t *testing.T) {
			_, err := read(words)
			require.ErrorContains(t, err, says)
			require.NotContains(t, err.Error(), "secret")
			_, try, found := strings.Cut(err.Error(), "\n  try: pulsh ")
			require.True(t, found)
			_, err = read(try)
			require.NoError(t, err, "what is offered works")
		})
	}
}

func TestEveryExampleOfAnOptionIsAccepted(t *testing.T) {
	for _, row := range optionList() {
		o, err := read(row.example())
		require.NoError(t, err, row.name)
		require.NotEqual(t, Options{}, o, "%s changes nothing", row.name)
		require.Regexp(t, `^[a-zA-Z]`, row.doc)
		require.NotRegexp(t, `\.$`, row.doc)
		if row.variable != "" {
			_, err := read(row.variable + "=" + row.sample)
			require.NoError(t, err)
		}
		for _, word := range row.words {
			_, err := read(row.flag() + " " + word)
			require.NoError(t, err)
		}
	}
}

// TestWhatIsPrintedNamesEveryOption holds the usage, the manual page and the
// completions to the one list.
func TestWhatIsPrintedNamesEveryOption(t *testing.T) {
	printed := map[string]string{"usage": Usage(), "manual": strings.ReplaceAll(manual("0.1.0"), `\-`, "-")}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		printed[shell] = completion(shell)
	}
	for name, text := range printed {
		for _, row := range optionList() {
			flag := row.flag()
			if name == "fish" {
				flag = strings.Replace(strings.Replace(flag, "--", "-l ", 1), " -", " -s ", 1)
				if len(row.name) == 1 {
					flag = "-s " + row.name
				}
			}
			require.Contains(t, text, flag, name)
			if name == "usage" || name == "manual" {
				require.Contains(t, text, row.variable)
			}
		}
	}
	for line := range strings.SplitSeq(Usage(), "\n") {
		require.NotContains(t, line, "\t")
	}
	for _, section := range commands.Manual() {
		for _, entry := range section.Entries {
			require.Contains(t, manual("0.1.0"), roffText(entry.Call))
		}
	}
}

func TestTheManualIsRoff(t *testing.T) {
	for i, line := range strings.Split(strings.TrimSpace(manual("0.1.0")), "\n") {
		require.NotRegexp(t, `^'`, line, i)
		if strings.HasPrefix(line, ".") {
			require.Regexp(t, `^\.(TH|SH|SS|PP|TP|nh)\b`, line, i)
		}
		require.NotRegexp(t, `[^\x20-\x7e]`, line, "%d: only what every terminal has: %s", i, line)
		require.NotRegexp(t, `\\[^e&\-(f[]`, line, i)
	}
}

// TestBashCompletes runs the completion in bash, which is where make runs.
func TestBashCompletes(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "pulsh.bash")
	require.NoError(t, os.WriteFile(script, []byte(completion("bash")), 0o600))
	for _, name := range []string{"a file.pulsh", "other.pulsh"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	out, err := exec.Command("bash", "-n", script).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for words, want := range map[string][]string{
		"--tls-check ": {"full", "any-host", "none"}, "--tls-check a": {"any-host"}, "--pp": {"--pprof", "--pprof-remote"},
		"--completion z": {"zsh"}, "-f a": {"a file.pulsh"}, "--check o": {"other.pulsh"}, "--url ": nil, "--profile sust": {"sustained"},
	} {
		previous, current, _ := strings.Cut(words, " ")
		array := fmt.Sprintf("%q %q", os.Getenv(binaryVariable), previous)
		if strings.Contains(words, " ") {
			array += fmt.Sprintf(" %q", current)
		}
		cmd := exec.Command("bash", "-c", fmt.Sprintf("source %q; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _pulsh; "+
			`for word in "${COMPREPLY[@]}"; do echo "$word"; done`, script, array))
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
		out, err := cmd.Output()
		require.NoError(t, err, words)
		var got []string
		if text := strings.TrimSpace(string(out)); text != "" {
			got = strings.Split(text, "\n")
		}
		require.ElementsMatch(t, want, got, words)
	}
}

// world is a library with one saved profile, and files to name.
type place struct {
	library profile.Library
	dir     string
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{dir: t.TempDir()}
	p.library = profile.Library{Dir: filepath.Join(p.dir, "profiles")}
	_, err := p.library.Save(profile.Profile{Name: "mine", Connection: broker.Connection{
		URL: "pulsar://p:6650", AdminURL: "http://p:8080", TokenFile: "/p"}})
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(p.dir, "conf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "conf", "client.conf"), []byte(
		"brokerServiceUrl=pulsar+ssl://c:6651/\nwebServiceUrl=https://c:8443/\nauthPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken\n"+
			"authParams=token:secret\ntlsTrustCertsFilePath=/ca.pem\ntlsEnableHostnameVerification=false\n"), 0o600))
	return p
}

// settle puts DIR in words, and says what comes of them: each fact of the
// connection with its source, then the notes.
func (p place) settle(words string) (settled, []string, error) {
	args, env := split(strings.ReplaceAll(words, "DIR", p.dir))
	look := func(name string) string { return env[name] }
	o, err := ReadOptions(args, look)
	if err != nil {
		return settled{}, nil, err
	}
	s, err := settle(o, p.library, look)
	var told []string
	for _, f := range s.facts {
		if f.From != "" {
			told = append(told, fmt.Sprintf("%s=%s < %s", f.Name, f.Value, f.From))
		}
	}
	for _, note := range s.notes {
		told = append(told, "note: "+note)
	}
	for i := range told {
		told[i] = strings.ReplaceAll(told[i], p.dir, "DIR")
	}
	return s, slices.DeleteFunc(told, func(s string) bool { return strings.HasPrefix(s, "GOMAXPROCS") }), err
}

func TestPrecedence(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, os.MkdirAll(filepath.Join(p.dir, "basic", "conf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "basic", "conf", "client.conf"), []byte("brokerServiceUrl=pulsar://c:6650\nauthPlugin=basic\nauthParams=me:secret\n"), 0o600))
	conf := []string{"url=pulsar+ssl://c:6651 < DIR/conf/client.conf:1", "admin url=https://c:8443 < DIR/conf/client.conf:2",
		"login=token held in memory < DIR/conf/client.conf:4", "trust certs=/ca.pem, for any host < DIR/conf/client.conf:5 and DIR/conf/client.conf:6",
		"client.conf=DIR/conf/client.conf < PULSAR_HOME"}
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"", nil},
		{"PULSAR_HOME=/nowhere", nil},
		{"PULSAR_HOME=DIR", conf},
		{"PULSAR_HOME=DIR --profile mine", []string{
			"url=pulsar://p:6650 < profile mine, DIR/profiles/mine.toml:4", "admin url=http://p:8080 < profile mine, DIR/profiles/mine.toml:5",
			"login=token of file /p < profile mine, DIR/profiles/mine.toml:6", "profile=mine < --profile", "client.conf=DIR/conf/client.conf < PULSAR_HOME",
			"note: DIR/conf/client.conf:2 is ignored: it is for another cluster than pulsar://p:6650 (profile mine, DIR/profiles/mine.toml:4)",
			"note: DIR/conf/client.conf:5 is ignored: it is for another cluster than pulsar://p:6650 (profile mine, DIR/profiles/mine.toml:4)",
			"note: DIR/conf/client.conf:6 is ignored: it is for another cluster than pulsar://p:6650 (profile mine, DIR/profiles/mine.toml:4)",
			"note: DIR/conf/client.conf:4 is ignored: it is for another cluster than pulsar://p:6650 (profile mine, DIR/profiles/mine.toml:4)"}},
		{"PULSH_TOKEN=secret PULSH_PROFILE=mine", []string{
			"url=pulsar://p:6650 < profile mine, DIR/profiles/mine.toml:4", "admin url=http://p:8080 < profile mine, DIR/profiles/mine.toml:5",
			"login=token of variable PULSH_TOKEN < PULSH_TOKEN", "profile=mine < PULSH_PROFILE"}},
		{"PULSH_URL=pulsar://e:6650 --url pulsar://f:6650", []string{"url=pulsar://f:6650 < --url"}},
		{"PULSH_URL=pulsar://e:6650 PULSH_ADMIN_URL=http://e:8080 PULSH_TOKEN=secret --url pulsar://f:6650", []string{"url=pulsar://f:6650 < --url",
			"note: PULSH_ADMIN_URL is ignored: it is for another cluster than pulsar://f:6650 (--url)",
			"note: PULSH_TOKEN is ignored: it is for another cluster than pulsar://f:6650 (--url)"}},
		{"PULSH_ADMIN_URL=http://e:8080 --url pulsar://f:6650", []string{"url=pulsar://f:6650 < --url",
			"note: PULSH_ADMIN_URL is ignored: it is for another cluster than pulsar://f:6650 (--url)"}},
		{"PULSH_ADMIN_URL=http://F:8080 --url pulsar://a,f:6650", []string{"url=pulsar://a,f:6650 < --url", "admin url=http://F:8080 < PULSH_ADMIN_URL"}},
		{"PULSH_ADMIN_URL=http://e:8080", []string{"admin url=http://e:8080 < PULSH_ADMIN_URL"}},
		{"PULSH_TOKEN=secret --url pulsar://f:6650", []string{"url=pulsar://f:6650 < --url", "login=token of variable PULSH_TOKEN < PULSH_TOKEN"}},
		{"PULSH_TOKEN=secret --token-file /f", []string{"login=token of file /f < --token-file"}},
		{"PULSH_TOKEN=secret PULSH_PASSWORD=secret --user me", []string{"login=user me, password from variable PULSH_PASSWORD < --user and PULSH_PASSWORD"}},
		{"PULSH_USER=me PULSH_PASSWORD_FILE=/pw --token-file /f", []string{"login=token of file /f < --token-file"}},
		{"PULSH_TLS_CERT=/c --tls-key /k --token-file /f", []string{"login=token of file /f, certificate of /c < --token-file and PULSH_TLS_CERT and --tls-key"}},
		{"PULSH_OAUTH_ISSUER=https://i --oauth-file /o --oauth-audience a", []string{"login=OAuth 2.0 of https://i, file /o < PULSH_OAUTH_ISSUER and --oauth-file and --oauth-audience"}},
		{"PULSAR_HOME=DIR --user me --password-file /pw", []string{conf[0], conf[1], "login=user me, password from file /pw < --user and --password-file", conf[3], conf[4]}},
		{"PULSAR_HOME=DIR/basic --profile mine", []string{
			"url=pulsar://p:6650 < profile mine, DIR/profiles/mine.toml:4", "admin url=http://p:8080 < profile mine, DIR/profiles/mine.toml:5",
			"login=token of file /p < profile mine, DIR/profiles/mine.toml:6", "profile=mine < --profile", "client.conf=DIR/basic/conf/client.conf < PULSAR_HOME",
			"note: DIR/basic/conf/client.conf:3 is ignored: it is for another cluster than pulsar://p:6650 (profile mine, DIR/profiles/mine.toml:4)"}},
		{"PULSAR_HOME=DIR/basic", []string{"url=pulsar://c:6650 < DIR/basic/conf/client.conf:1", "login=user me, password from memory < DIR/basic/conf/client.conf:3",
			"client.conf=DIR/basic/conf/client.conf < PULSAR_HOME"}},
		{"PULSAR_CLIENT_CONF=DIR/conf/client.conf --admin-url http://other:1", []string{conf[0], "admin url=http://other:1 < --admin-url", conf[2], conf[3],
			"client.conf=DIR/conf/client.conf < PULSAR_CLIENT_CONF"}},
		{"PULSH_URL=pulsar://e:6650 --local", []string{"url=the local Pulsar < --local"}},
		{"GOGC=50 GOMEMLIMIT=1GiB", []string{"GOGC=50 < GOGC", "GOMEMLIMIT=1GiB < GOMEMLIMIT"}},
	} {
		s, told, err := p.settle(c.words)
		require.NoError(t, err, c.words)
		require.Equal(t, strings.Join(c.want, "\n"), strings.Join(told, "\n"), c.words)
		require.NotContains(t, fmt.Sprintf("%+v", s), "secret", c.words)
	}
	s, _, err := p.settle("")
	require.NoError(t, err)
	require.Equal(t, broker.Target{URL: defaultURL, AdminURL: defaultAdminURL}, s.target)
	s, _, err = p.settle("--url pulsar://127.0.0.1:6650")
	require.NoError(t, err)
	require.Equal(t, defaultAdminURL, s.target.AdminURL, "the default's other half")
	s, _, err = p.settle("--url pulsar://127.0.0.1:16650")
	require.NoError(t, err)
	require.Empty(t, s.target.AdminURL, "another way than that of the default may lead to another cluster")
}

func TestPlacesThatAreWrong(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "bad.conf"), []byte("\nbrokerServiceUrl=c:6651\n"), 0o600))
	for words, says := range map[string]string{
		"--profile nobody":           `--profile: no profile "nobody"; there are mine`,
		"PULSH_PROFILE=nobody":       `PULSH_PROFILE: no profile "nobody"`,
		"--client-conf DIR/nowhere":  "--client-conf: cannot read " + p.dir + "/nowhere: no such file or directory",
		"PULSAR_CLIENT_CONF=DIR":     "PULSAR_CLIENT_CONF: cannot read " + p.dir + ": is a directory",
		"--client-conf DIR/bad.conf": "--client-conf: " + p.dir + `/bad.conf:2: brokerServiceUrl: "c:6651" is not a URL such as pulsar://localhost:6650`,
	} {
		_, _, err := p.settle(words)
		require.ErrorContains(t, err, says, words)
	}
}

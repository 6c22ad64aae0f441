package profile

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

const commented = `# Owner: the billing team.
# Ask before you change it.

version = 1
# where it runs
[connection] # staging
url = "pulsar://h:6650" # the first of three

# as fast as production
[produce.fast]
rate = "50k#" # with a "burst"
# four is enough
workers = 4

[consume.gone] # a group that is removed
workers = 1

# the end
`

func TestASaveKeepsTheCommentsOfTheFile(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	path := filepath.Join(l.Dir, "mine.toml")
	p, err := ParseProfile([]byte(strings.Replace(commented, "50k#", "50k", 1)), path, "mine")
	require.NoError(t, err)
	p.Groups = p.Groups[:1]
	require.NoError(t, os.WriteFile(path, []byte(commented), 0o600))
	saved, err := l.Save(p)
	require.NoError(t, err)
	require.Equal(t, Saved{Path: path, Comments: 10, Lost: 1}, saved)
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(first)
	require.True(t, strings.HasPrefix(text, "# Owner: the billing team.\n# Ask before you change it.\n\nversion = 1\n"), text)
	require.Contains(t, text, "\n# where it runs\n[connection] # staging\nurl = \"pulsar://h:6650\" # the first of three\n")
	require.Contains(t, text, "\n# as fast as production\n[produce.fast]\n")
	require.Contains(t, text, "\nrate = \"50k\" # with a \"burst\"\n# four is enough\nworkers = 4\n")
	require.True(t, strings.HasSuffix(text, "\n\n# the end\n"), text)
	require.NotContains(t, text, "removed")
	again, err := l.Load("mine")
	require.NoError(t, err)
	require.Equal(t, p, again)

	saved, err = l.Save(p)
	require.NoError(t, err)
	require.Equal(t, Saved{Path: path, Comments: 9}, saved)
	second, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(second), "nothing moves when nothing changes")
}

func TestASaveDropsCommentsThatItCannotKeep(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	path := filepath.Join(l.Dir, "mine.toml")
	p := Profile{Name: "mine", Connection: broker.Connection{URL: "pulsar://h:6650"}}
	for old, want := range map[string]Saved{
		"# token = SECRET\nversion = 1\n":                            {path, 1, 1},
		"description = \"\"\"\n# text\n\"\"\"\n# a comment\n[graph]": {path, 2, 2},
		"no TOML # at all":                                           {path, 0, 0},
		"version = = 1 # broken":                                     {path, 1, 0},
	} {
		require.NoError(t, os.WriteFile(path, []byte(old), 0o600))
		saved, err := l.Save(p)
		require.NoError(t, err)
		require.Equal(t, want, saved, old)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, string(text), "SECRET")
		_, err = l.Load("mine")
		require.NoError(t, err)
	}
}

func FuzzSaveOver(f *testing.F) {
	f.Add(commented)
	f.Add("a = 1 # b\n[a] # c\n'''\n# d")
	f.Add("\"\\")
	p := Profile{Name: "mine", Connection: broker.Connection{URL: "pulsar://h:6650"}}
	f.Fuzz(func(t *testing.T, old string) {
		l := Library{Dir: t.TempDir()}
		require.NoError(t, os.WriteFile(filepath.Join(l.Dir, "mine.toml"), []byte(old), 0o600))
		_, err := l.Save(p)
		require.NoError(t, err)
		again, err := l.Load("mine")
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func TestAByteOrderMarkIsSkipped(t *testing.T) {
	p, err := ParseProfile([]byte("\xef\xbb\xbfdescription = \"a\"\r\n[produce.fast]\r\n"), "p.toml", "p")
	require.NoError(t, err)
	require.Equal(t, "a", p.Description)
	_, err = ParseProfile([]byte("\xff\xfed\x00"), "p.toml", "p")
	require.EqualError(t, err, "p.toml cannot be read: it is UTF-16; save it as UTF-8")
}

func TestNoProfileFillsTheMemory(t *testing.T) {
	for name, text := range map[string]string{
		"a key of many parts":            strings.Repeat("a.", 200_000) + "b=1",
		"a table of many parts":          "[" + strings.Repeat("a.", 200_000) + "b]",
		"a quoted key of many parts":     strings.Repeat(`"a".`, 200_000) + "b=1",
		"a key in an inline table":       "x = { " + strings.Repeat("a.", 200_000) + "b = 1 }",
		"nested inline tables":           strings.Repeat("a={", 200_000),
		"nested arrays":                  "a=" + strings.Repeat("[", 200_000),
		"a quote without an end, then a": "x=\"a\n" + strings.Repeat("a.", 200_000) + "b=1",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseProfile([]byte(text), "p.toml", "p")
		runtime.ReadMemStats(&after)
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 1000, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), name)
	}
}

func TestTextWithDotsAndBracketsIsNoDeepKey(t *testing.T) {
	p, err := ParseProfile([]byte("# a.b.c.d.e.f.g.h.i.j [[[[[[[[[[[\ndescription = \"a.b.c.d.e.f.g.h.i.j.k [[[[[[[[[[[[ \\\" {{{{{{{{{{{\"\n"+
		"[graph]\nshown = '''\na.b.c.d.e.f.g.h.i.j [[[[[[[[[['''\n"), "p.toml", "p")
	require.NoError(t, err)
	require.Contains(t, p.Description, "a.b.c")
	require.Contains(t, p.Graph.Shown, "a.b.c")
}

func TestOneBadProfileDoesNotHideTheOthers(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	_, err := l.Save(Profile{Name: "good", Description: "fine"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(l.Dir, "bad.toml"), []byte(strings.Repeat("a.", 200_000)+"b=1"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(l.Dir, "large.toml"), make([]byte, 2<<20), 0o600))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(l.Dir, "endless.toml")))
	require.Equal(t, []string{"bad", "endless", "good", "large"}, l.Saved())
	p, err := l.Load("good")
	require.NoError(t, err)
	require.Equal(t, "fine", p.Description)
	for name, want := range map[string]string{"bad": "too many parts", "large": "it is larger than 1 MiB", "endless": "it is not a regular file"} {
		_, err = l.Load(name)
		require.ErrorContains(t, err, want)
		require.Empty(t, l.Place(name, "version"))
	}
}

func TestALongLineIsQuotedInPart(t *testing.T) {
	_, err := ParseProfile([]byte("description = \""+strings.Repeat("x", 10_000)+"\" y\n"), "p.toml", "p")
	require.Error(t, err)
	require.Less(t, len(err.Error()), 1000)
	lines := strings.Split(err.Error(), "\n")
	require.Contains(t, lines[1], "x\" y")
	require.Less(t, strings.Index(lines[2], "^"), utf8.RuneCountInString(lines[1]))
}

package main

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
)

// mayImport says which rooms of the house a room may enter, besides itself. A
// room that is not listed may enter none.
var mayImport = map[string][]string{
	".":                              {"commands/lang", "session/broker/local", "shell/start"},
	"commands":                       {"commands/cluster", "commands/groups", "commands/host", "commands/kinds", "commands/lang", "commands/look", "commands/report", "commands/script", "graphs", "session/snapshot", "session/spec"},
	"commands/answers":               {"commands/lang", "graphs", "session/broker", "session/brokerstats", "session/delivery", "session/metrics", "session/pacing", "session/snapshot", "session/spec"},
	"commands/cluster":               {"commands/answers", "commands/groups", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/broker", "session/brokerstats", "session/snapshot", "session/spec"},
	"commands/groups":                {"commands/answers", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/broker", "session/cursor", "session/group", "session/pacing", "session/snapshot", "session/spec"},
	"commands/host":                  {"commands/answers", "commands/lang", "graphs", "session", "session/broker", "session/metrics", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"commands/kinds":                 {"commands/host", "commands/lang", "graphs", "session/broker", "session/export", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"commands/lang":                  {"graphs", "session/spell", "session/pacing"},
	"commands/look":                  {"commands/answers", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/broker", "session/brokerstats", "session/chart", "session/metrics", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"commands/outcome":               {"commands/host", "commands/lang", "session/snapshot", "session/spec"},
	"commands/report":                {"commands/answers", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/export", "session/metrics", "session/pacing", "session/scrape", "session/snapshot", "session/spec"},
	"commands/script":                {"commands/answers", "commands/host", "commands/kinds", "commands/lang", "commands/look", "graphs", "session/chart", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"examples/bench":                 {"graphs", "session/broker", "session/broker/admin", "session/broker/local"},
	"graphs":                         {"graphs/measure"},
	"session":                        {"session/broker", "session/brokerstats", "session/consume", "session/cursor", "session/delivery", "session/group", "session/metrics", "session/produce", "session/snapshot", "session/spec"},
	"session/broker":                 {"session/payload"},
	"session/broker/admin":           {"session/broker"},
	"session/broker/client":          {"session/broker", "session/delivery", "session/payload"},
	"session/broker/fake":            {"session/broker", "session/delivery", "session/payload"},
	"session/broker/local/localtest": {"session/broker/local"},
	"session/broker/probe":           {"session/broker"},
	"session/broker/protocol/conn":   {"session/broker/protocol"},
	"session/broker/wire":            {"session/broker", "session/broker/protocol", "session/broker/protocol/conn", "session/delivery", "session/payload"},
	"session/brokerstats":            {"session/broker", "session/snapshot"},
	"session/chart":                  {"graphs", "session/snapshot", "session/spec"},
	"session/clientconf":             {"session/broker", "session/profile"},
	"session/consume":                {"session/broker", "session/brokerstats", "session/cursor", "session/delivery", "session/group", "session/metrics", "session/pacing", "session/payload", "session/snapshot", "session/spec"},
	"session/cursor":                 {"session/broker"},
	"session/delivery":               {"session/payload"},
	"session/dial":                   {"session", "session/broker", "session/broker/admin", "session/broker/client", "session/broker/probe", "session/broker/wire"},
	"session/export":                 {"session/metrics"},
	"session/group":                  {"session/broker", "session/delivery", "session/metrics", "session/snapshot"},
	"session/metrics":                {"session/broker"},
	"session/produce":                {"session/broker", "session/brokerstats", "session/delivery", "session/group", "session/metrics", "session/pacing", "session/payload", "session/snapshot", "session/spec"},
	"session/profile":                {"session/broker", "session/spell", "session/pacing", "session/snapshot", "session/spec"},
	"session/scrape":                 {"session/export"},
	"session/snapshot":               {"session/broker", "session/delivery", "session/metrics", "session/pacing", "session/payload", "session/spec"},
	"session/spec":                   {"session/broker", "session/metrics", "session/pacing", "session/payload"},
	"shell":                          {"graphs/measure", "shell/editor", "shell/screen", "shell/tty"},
	"shell/editor":                   {"graphs/measure", "shell/screen"},
	"shell/frames":                   {"graphs", "session/chart", "session/metrics", "session/snapshot", "session/spec", "shell"},
	"shell/screen":                   {"graphs/measure"},
	"shell/start":                    {"commands", "commands/answers", "commands/host", "commands/kinds", "commands/lang", "commands/look", "commands/outcome", "commands/report", "graphs", "session", "session/broker", "session/broker/local", "session/broker/probe", "session/clientconf", "session/dial", "session/spell", "session/profile", "session/snapshot", "session/spec", "shell", "shell/frames"},
}

// onlyIn says which rooms alone know a library that would otherwise spread.
var onlyIn = map[string][]string{
	"github.com/apache/pulsar-client-go": {"session/broker/client", "examples/bench"},
	"github.com/c-bata/go-prompt":        {"shell/editor"},
	"github.com/fatih/color":             {"graphs", "shell", "shell/editor", "shell/screen", "shell/start"},
	"github.com/guptarohit/asciigraph":   {"graphs"},
}

// The most lines that a function and a file may have: what one can follow
// without scrolling much. Tests and tables of literals are not counted.
const (
	functionLinesMax = 70
	fileLinesMax     = 450
)

// The most files and lines without tests that a package may have, so that one
// person can hold it in the head, and the most methods of a type: more of them
// share too many fields to be followed.
const (
	packageFilesMax = 25
	packageLinesMax = 3500
	methodsMax      = 40
)

// source is one Go file that is no test.
type source struct {
	path string
	room string
	file *ast.File
	set  *token.FileSet
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		all = append(all, source{path, filepath.ToSlash(filepath.Dir(path)), file, set})
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 100)
	return all
}

func TestWhoMayImportWhom(t *testing.T) {
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if room, ours := strings.CutPrefix(path, "pulsh/"); ours && !slices.Contains(mayImport[s.room], room) {
				t.Errorf("%s imports %s", s.path, room)
			}
			for library, rooms := range onlyIn {
				if strings.HasPrefix(path, library) && !slices.Contains(rooms, s.room) {
					t.Errorf("%s imports %s", s.path, path)
				}
			}
		}
	}
}

func TestNothingNeedsScrolling(t *testing.T) {
	for _, s := range sources(t) {
		if lines := s.set.File(s.file.Pos()).LineCount(); lines > fileLinesMax {
			t.Errorf("%s has %d lines", s.path, lines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil || s.path == "commands/table.go" {
				continue // a table is read row by row
			}
			if lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line; lines > functionLinesMax {
				t.Errorf("%s: %s has %d lines", s.path, f.Name.Name, lines)
			}
		}
	}
}

func TestPackagesAndTypesStaySmall(t *testing.T) {
	files, lines, methods := map[string]int{}, map[string]int{}, map[string]int{}
	for _, s := range sources(t) {
		files[s.room]++
		lines[s.room] += s.set.File(s.file.Pos()).LineCount()
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[s.room+"."+receiver(f)]++
			}
		}
	}
	for room, n := range files {
		if n > packageFilesMax || lines[room] > packageLinesMax {
			t.Errorf("%s has %d files and %d lines", room, n, lines[room])
		}
	}
	for name, n := range methods {
		if n > methodsMax {
			t.Errorf("%s has %d methods", name, n)
		}
	}
}

// receiver is the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	switch generic := of.(type) {
	case *ast.IndexExpr:
		of = generic.X
	case *ast.IndexListExpr:
		of = generic.X
	}
	name, _ := of.(*ast.Ident)
	return name.Name
}

func TestEveryPackageAndExportedNameSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	rooms := map[string]bool{}
	for _, s := range sources(t) {
		rooms[s.room] = true
		documented[s.room] = documented[s.room] || s.file.Doc != nil
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && f.Recv == nil && f.Doc == nil {
				t.Errorf("%s: %s says nothing of itself", s.path, f.Name.Name)
			}
		}
	}
	for room := range rooms {
		if !documented[room] {
			t.Errorf("package %s says nothing of itself", room)
		}
	}
}

func TestTheTopLevelIsFixed(t *testing.T) {
	want := []string{
		".ci", ".gitignore", "DESIGN.md", "LICENSE", "Makefile", "README.md", "commands", "examples", "go.mod", "go.sum", "graphs",
		"main.go", "main_test.go", "profiles.toml", "session", "shell",
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		if !slices.Contains(want, e.Name()) && e.Name() != ".git" && e.Name() != "bin" && e.Name() != "default.pgo" {
			t.Errorf("%s does not belong here", e.Name())
		}
	}
}

// between is the text of the README between two markers.
func between(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "<!-- "+name+" -->")
	require.True(t, found, name)
	block, _, found := strings.Cut(rest, "<!-- /"+name+" -->")
	require.True(t, found, name)
	return block
}

func TestTheReadmesLinesCanBeTyped(t *testing.T) {
	var script strings.Builder
	for line := range strings.SplitSeq(between(t, "quick start"), "\n") {
		typed, _, _ := strings.Cut(strings.TrimSpace(line), "   ")
		script.WriteString(typed + "\n")
	}
	typed := 0
	for line := range strings.SplitSeq(between(t, "capture"), "\n") {
		if command, found := strings.CutPrefix(strings.TrimSpace(line), "> "); found && command != "" {
			script.WriteString(command + "\n")
			typed++
		}
	}
	require.Greater(t, typed, 3)
	_, err := commands.ParseScript("README.md", script.String())
	require.NoError(t, err)
}

// update writes the README's script anew: make docs.
var update = flag.Bool("update", false, "write the README's script anew")

func TestTheReadmesScriptIsTheExample(t *testing.T) {
	example, err := os.ReadFile("examples/smoke.pulsh")
	require.NoError(t, err)
	want := "\n\n"
	for line := range strings.Lines(string(example)) {
		if line != "\n" {
			line = "    " + line
		}
		want += line
	}
	want += "\n"
	if shown := between(t, "smoke"); *update && shown != want {
		readme, err := os.ReadFile("README.md")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("README.md", []byte(strings.Replace(string(readme), shown, want, 1)), 0o644))
	}
	require.Equal(t, want, between(t, "smoke"))
}

func TestTheProgramTellsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--version"}, 0, "pulsar-client-go v0.21.0"},
		{[]string{"--help"}, 0, "an interactive load shell"},
		{[]string{"--nonsense"}, 2, "there is no option --nonsense\n  try: pulsh --help"},
		{[]string{"smoke.pulsh"}, 2, "try: pulsh -f smoke.pulsh"},
		{[]string{"--url", "http://localhost"}, 2, "--url"},
		{[]string{"--local", "--url", "pulsar://x:6650"}, 2, "try: pulsh --local"},
		{[]string{"-f", "nothing.pulsh"}, 2, "nothing.pulsh"},
		{[]string{"-e", "produce start fast rate=50kk"}, 2, `"50kk" is not a rate`},
		{[]string{"--check", "nothing.pulsh"}, 2, "nothing.pulsh"},
		{[]string{"--url", "pulsar://127.0.0.1:1", "-e", "list"}, 3, "127.0.0.1:1"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			code, said := runHere(t, test.args)
			require.Equal(t, test.code, code, said)
			require.Contains(t, said, test.says)
		})
	}
}

// runHere runs the program with both its outputs in one file.
func runHere(t *testing.T, args []string) (code int, said string) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer out.Close()
	in, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer in.Close()
	code = run(args, in, out, out)
	text, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	return code, string(text)
}

package main

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
	"pulsh/shell/start"
)

// mayImport says which rooms of the house a room may enter, besides itself. A
// room that is not listed may enter none.
var mayImport = map[string][]string{
	".":                                 {"commands/lang", "session/broker/local", "shell/start"},
	"commands":                          {"commands/chaos", "commands/cluster", "commands/find", "commands/groups", "commands/guide", "commands/host", "commands/kinds", "commands/lang", "commands/look", "commands/manual", "commands/messages", "commands/perf", "commands/report", "commands/script", "graphs", "session/snapshot", "session/spec"},
	"commands/answers":                  {"commands/lang", "graphs", "session/broker", "session/brokerstats", "session/delivery", "session/metrics", "session/pacing", "session/payload", "session/snapshot", "session/spec"},
	"commands/chaos":                    {"commands/answers", "commands/cluster", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/broker", "session/chaos", "session/consume", "session/pacing", "session/produce", "session/snapshot", "session/spec"},
	"commands/cluster":                  {"commands/answers", "commands/groups", "commands/host", "commands/kinds", "commands/lang", "graphs", "session", "session/broker", "session/broker/probe", "session/clusters", "session/broker/memory/fault", "session/broker/protocol", "session/brokerstats", "session/pacing", "session/payload", "session/schema", "session/snapshot", "session/spec"},
	"commands/conditions":               {"commands/host", "commands/lang", "session", "session/chart", "session/pacing", "session/snapshot"},
	"commands/find":                     {"commands/answers", "commands/conditions", "commands/host", "commands/lang", "commands/look", "graphs", "session/pacing", "session/snapshot"},
	"commands/groups":                   {"commands/answers", "commands/host", "commands/kinds", "commands/lang", "graphs", "session", "session/broker", "session/cursor", "session/group", "session/pacing", "session/snapshot", "session/spec"},
	"commands/guide":                    {"commands/lang", "graphs", "session/snapshot", "session/spec"},
	"commands/host":                     {"commands/answers", "commands/lang", "graphs", "session", "session/broker", "session/clusters", "session/broker/memory/fault", "session/metrics", "session/pacing", "session/profile", "session/secret", "session/snapshot", "session/spec"},
	"commands/kinds":                    {"commands/host", "commands/lang", "graphs", "session/broker", "session/export", "session/pacing", "session/payload", "session/profile", "session/snapshot", "session/spec"},
	"commands/lang":                     {"commands/habits", "commands/progress", "commands/ranking", "graphs", "session/input", "session/pacing", "session/secret", "session/spell"},
	"commands/look":                     {"commands/answers", "commands/conditions", "commands/host", "commands/kinds", "commands/lang", "graphs", "session", "session/broker", "session/brokerstats", "session/chart", "session/metrics", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"commands/messages":                 {"commands/answers", "commands/cluster", "commands/host", "commands/kinds", "commands/lang", "graphs", "session", "session/broker", "session/payload", "session/reading", "session/schema", "session/snapshot", "session/spec"},
	"commands/outcome":                  {"commands/host", "commands/lang", "session/export", "session/secret"},
	"commands/manual":                   {"commands/lang"},
	"commands/progress":                 {"graphs"},
	"commands/perf":                     {"commands/host", "commands/lang", "commands/manual", "session/broker", "session/pacing", "session/payload", "session/spec"},
	"commands/ranking":                  {"session/spell"},
	"commands/report":                   {"commands/answers", "commands/conditions", "commands/find", "commands/host", "commands/kinds", "commands/lang", "graphs", "session/export", "session/metrics", "session/pacing", "session/scrape", "session/snapshot", "session/spec"},
	"commands/script":                   {"commands/answers", "commands/conditions", "commands/host", "commands/kinds", "commands/lang", "commands/look", "graphs", "session/chart", "session/pacing", "session/profile", "session/snapshot", "session/spec"},
	"examples/bench":                    {"graphs", "session/broker", "session/broker/admin", "session/broker/local"},
	"graphs":                            {"graphs/measure"},
	"session":                           {"session/broker", "session/chaos", "session/clusters", "session/connections", "session/consume", "session/cursor", "session/delivery", "session/group", "session/metrics", "session/pacing", "session/payload", "session/produce", "session/reading", "session/snapshot", "session/spec"},
	"session/broker":                    {"session/connections", "session/pacing", "session/payload"},
	"session/broker/admin":              {"session/broker"},
	"session/broker/client":             {"session/broker", "session/broker/protocol", "session/broker/registration", "session/connections", "session/delivery", "session/payload", "session/transaction"},
	"session/broker/embedded/pipes":     {},
	"session/broker/embedded/virtual":   {"session/broker", "session/broker/admin", "session/broker/embedded", "session/broker/embedded/pipes", "session/broker/memory", "session/broker/memory/fault", "session/broker/probe", "session/broker/protocol", "session/broker/protocol/conn", "session/broker/wire", "session/broker/wire/connect"},
	"session/broker/embedded":           {"session/broker/memory", "session/broker/memory/fault", "session/broker/memory/rest", "session/broker/memory/serve"},
	"session/broker/local":              {"session/secret"},
	"session/broker/local/localtest":    {"session/broker/embedded", "session/broker/local"},
	"session/broker/memory":             {"session/broker/memory/figures", "session/broker/memory/hashring", "session/broker/memory/log", "session/broker/memory/schemas", "session/broker/memory/transaction", "session/broker/protocol"},
	"session/broker/memory/fault":       {"session/broker/protocol"},
	"session/broker/memory/hashring":    {"session/broker/protocol"},
	"session/broker/memory/log":         {"session/broker/protocol"},
	"session/broker/memory/rest":        {"session/broker/memory", "session/broker/memory/figures", "session/broker/memory/log", "session/broker/memory/schemas", "session/broker/memory/transaction", "session/broker/protocol"},
	"session/broker/memory/serve":       {"session/broker/memory", "session/broker/memory/fault", "session/broker/memory/transaction", "session/broker/protocol"},
	"session/broker/probe":              {"session/broker"},
	"session/broker/protocol/conn":      {"session/broker/protocol"},
	"session/broker/wire":               {"session/broker", "session/broker/protocol", "session/broker/protocol/conn", "session/broker/registration", "session/broker/wire/connect", "session/broker/wire/coordinator", "session/broker/wire/names", "session/broker/wire/position", "session/broker/wire/window", "session/connections", "session/delivery", "session/payload", "session/transaction"},
	"session/broker/wire/connect":       {"session/broker", "session/broker/probe", "session/broker/protocol", "session/broker/protocol/conn"},
	"session/brokerstats":               {"session/broker", "session/snapshot", "session/spec"},
	"session/chaos":                     {"session/snapshot"},
	"session/clusters":                  {"session/broker", "session/brokerstats", "session/group", "session/snapshot", "session/spec"},
	"session/chart":                     {"graphs", "session/snapshot", "session/spec"},
	"session/clientconf":                {"session/broker", "session/input", "session/profile", "session/secret"},
	"session/consume":                   {"session/broker", "session/brokerstats", "session/consumername", "session/cursor", "session/decoding", "session/delivery", "session/gate", "session/group", "session/metrics", "session/pacing", "session/payload", "session/reading", "session/redelivery", "session/senderclock", "session/snapshot", "session/spec"},
	"session/redelivery":                {"session/broker", "session/metrics"},
	"session/senderclock":               {"session/delivery", "session/snapshot"},
	"session/cursor":                    {"session/broker"},
	"session/delivery":                  {"session/payload"},
	"session/dial":                      {"session", "session/broker", "session/broker/admin", "session/broker/client", "session/broker/probe", "session/broker/wire", "session/broker/wire/connect", "session/input", "session/secret"},
	"session/export":                    {"session/metrics"},
	"session/decoding":                  {"session/broker", "session/encryption", "session/group", "session/metrics", "session/schema", "session/spec"},
	"session/encryption":                {"session/broker", "session/input", "session/secret", "session/spec"},
	"session/schema":                    {"session/broker", "session/input", "session/payload", "session/spec"},
	"session/broker/memory/schemas":     {"session/broker/protocol"},
	"session/group":                     {"session/broker", "session/connections", "session/delivery", "session/input", "session/metrics", "session/pacing", "session/payload", "session/snapshot", "session/spec"},
	"session/metrics":                   {"session/broker"},
	"session/produce":                   {"session/broker", "session/brokerstats", "session/delivery", "session/encryption", "session/group", "session/input", "session/metrics", "session/pacing", "session/payload", "session/schema", "session/snapshot", "session/spec"},
	"session/profile":                   {"session/broker", "session/input", "session/pacing", "session/payload", "session/secret", "session/snapshot", "session/spec", "session/spell"},
	"session/reading":                   {"session/broker", "session/spec"},
	"session/scrape":                    {"session/export"},
	"session/snapshot":                  {"session/broker", "session/connections", "session/delivery", "session/metrics", "session/pacing", "session/payload", "session/spec"},
	"session/spec":                      {"session/broker", "session/metrics", "session/pacing", "session/payload"},
	"session/transaction":               {"session/broker"},
	"shell":                             {"graphs/measure", "shell/editor", "shell/screen", "shell/tty"},
	"shell/editor":                      {"graphs/measure", "shell/screen"},
	"shell/frames":                      {"graphs", "session/broker", "session/chart", "session/metrics", "session/snapshot", "session/spec", "shell"},
	"shell/screen":                      {"graphs/measure"},
	"shell/start":                       {"commands", "commands/answers", "commands/conditions", "commands/host", "commands/kinds", "commands/lang", "commands/look", "commands/outcome", "commands/report", "graphs", "session", "session/broker", "session/broker/embedded", "session/broker/local", "session/broker/memory/fault", "session/broker/memory/serve", "session/broker/probe", "session/clientconf", "session/dial", "session/input", "session/metrics", "session/pacing", "session/payload", "session/profile", "session/secret", "session/snapshot", "session/spec", "session/spell", "shell", "shell/frames"},
	"session/broker/memory/transaction": {"session/broker/protocol"},
	"session/broker/wire/position":      {"session/broker", "session/broker/protocol"},
	"session/broker/registration":       {"session/broker", "session/broker/protocol"},
	"session/broker/wire/coordinator":   {"session/broker", "session/broker/protocol", "session/broker/protocol/conn", "session/broker/wire/connect"},
	"commands/habits":                   {},
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

// The most lines of the README, so that it can be read in one sitting.
const readmeLinesMax = 360

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
	_, rest, found := strings.Cut(readme(t), "<!-- "+name+" -->")
	require.True(t, found, name)
	block, _, found := strings.Cut(rest, "<!-- /"+name+" -->")
	require.True(t, found, name)
	return block
}

// readme is the text of the README.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

// quoted finds what stands in backquotes.
var quoted = regexp.MustCompile("`([^`]+)`")

// column is the cells of a Markdown table's column with this heading, in all
// tables that have one.
func column(text, heading string) (cells []string) {
	at := -1
	for line := range strings.SplitSeq(text, "\n") {
		row := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		for i := range row {
			row[i] = strings.ReplaceAll(strings.TrimSpace(row[i]), "\x00", "|")
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			at = -1
		case at < 0:
			at = slices.Index(row, heading)
		case at < len(row) && !strings.HasPrefix(row[at], "---"):
			cells = append(cells, row[at])
		}
	}
	return cells
}

// typedLines lists the lines of the README that are typed at the prompt of pulsh,
// and those that are typed at the prompt of a system shell.
func typedLines(t *testing.T) (prompt, system []string) {
	t.Helper()
	text := readme(t)
	for line := range strings.SplitSeq(between(t, "quick start"), "\n") {
		typed, _, _ := strings.Cut(strings.TrimSpace(line), "   ")
		prompt = append(prompt, typed)
	}
	for line := range strings.SplitSeq(text, "\n") {
		code, isCode := strings.CutPrefix(line, "    ")
		if typed, found := strings.CutPrefix(code, "> "); isCode && found {
			prompt = append(prompt, typed)
		}
		if isCode && strings.HasPrefix(code, "pulsh") {
			typed, _, _ := strings.Cut(code, "   ")
			system = append(system, typed)
		}
	}
	for _, cell := range column(text, "what to type") {
		found := quoted.FindAllStringSubmatch(cell, -1)
		require.NotEmpty(t, found, "%q tells nothing to type", cell)
		for _, one := range found {
			if strings.HasPrefix(one[1], "pulsh") {
				system = append(system, one[1])
			} else {
				prompt = append(prompt, one[1])
			}
		}
	}
	return prompt, system
}

func TestTheReadmesLinesCanBeTyped(t *testing.T) {
	prompt, system := typedLines(t)
	require.Greater(t, len(prompt), 50)
	require.Greater(t, len(system), 10)
	for _, line := range prompt {
		_, err := commands.ParseScript("README.md", line+"\n")
		require.NoError(t, err, line)
	}
	for _, line := range system {
		typed, script, found := strings.Cut(line, " -e ")
		options, err := start.ReadOptions(strings.Fields(typed)[1:], func(string) string { return "" })
		require.NoError(t, err, line)
		require.False(t, options.Help, line)
		if found {
			_, err = commands.ParseScript("README.md", strings.Trim(script, "'"))
			require.NoError(t, err, line)
		}
	}
}

// TestTheReadmesSymptomsArePrinted looks in the program for every text that the
// README's troubleshooting quotes. An ellipsis stands for any text.
func TestTheReadmesSymptomsArePrinted(t *testing.T) {
	var printed []string
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					printed = append(printed, text)
				}
			}
			return true
		})
	}
	symptoms := column(readme(t), "symptom")
	require.Greater(t, len(symptoms), 20)
	for _, symptom := range symptoms {
		for _, quote := range quoted.FindAllStringSubmatch(symptom, -1) {
			parts := strings.Split(quote[1], "…")
			for i := range parts {
				parts[i] = regexp.QuoteMeta(strings.TrimSpace(parts[i]))
			}
			pattern := regexp.MustCompile("(?s)" + strings.Join(parts, ".*"))
			require.True(t, slices.ContainsFunc(printed, pattern.MatchString), "nothing prints %q", quote[1])
		}
	}
}

func TestTheReadmeCanBeReadInOneSitting(t *testing.T) {
	require.LessOrEqual(t, strings.Count(readme(t), "\n"), readmeLinesMax)
}

// TestDesignNamesEveryPackage compares the table of packages in DESIGN.md with the
// tree, both ways, and looks for the files that the file map names.
func TestDesignNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile("DESIGN.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "## Packages")
	require.True(t, found)
	table, fileMap, found := strings.Cut(rest, "## Where to look first")
	require.True(t, found)

	packages := map[string]bool{}
	for _, s := range sources(t) {
		packages[s.room] = true
	}
	for _, cell := range column(table, "package") {
		name := strings.Trim(cell, "`")
		if name == "main.go" {
			name = "."
		}
		require.True(t, packages[name], "there is no package %q", name)
		delete(packages, name)
	}
	require.Empty(t, packages, "DESIGN.md does not name these packages")

	files := column(fileMap, "files")
	require.NotEmpty(t, files)
	for i, folder := range column(fileMap, "package") {
		for _, file := range quoted.FindAllStringSubmatch(files[i], -1) {
			require.FileExists(t, filepath.Join(strings.Trim(folder, "`"), file[1]))
		}
	}
	for _, path := range quoted.FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(path[1], "/") && strings.HasSuffix(path[1], ".go") {
			require.FileExists(t, path[1])
		}
	}
}

// TestDesignsPurePackagesArePure holds what DESIGN.md says of the packages that it calls pure.
func TestDesignsPurePackagesArePure(t *testing.T) {
	text, err := os.ReadFile("DESIGN.md")
	require.NoError(t, err)
	pure := map[string]bool{}
	contents := column(string(text), "contents")
	for i, cell := range column(string(text)[:strings.Index(string(text), "## Where to look first")], "package") {
		if strings.HasSuffix(contents[i], "Pure") {
			pure[strings.Trim(cell, "`")] = true
		}
	}
	require.Greater(t, len(pure), 8)
	for _, s := range sources(t) {
		if !pure[s.room] {
			continue
		}
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if path == "os" || path == "net" || strings.HasPrefix(path, "net/http") {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: line %d starts a goroutine", s.path, s.set.Position(n.Pos()).Line)
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, n.Sel.Name) {
					t.Errorf("%s: line %d reads the clock", s.path, s.set.Position(n.Pos()).Line)
				}
			}
			return true
		})
	}
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
		require.NoError(t, os.WriteFile("README.md", []byte(strings.Replace(readme(t), shown, want, 1)), 0o644))
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
		{[]string{"--nonsense"}, 2, "unknown option --nonsense\n  try: pulsh --help"},
		{[]string{"smoke.pulsh"}, 2, "try: pulsh -f smoke.pulsh"},
		{[]string{"--url", "http://localhost"}, 2, "--url"},
		{[]string{"--local", "--url", "pulsar://x:6650"}, 2, "try: pulsh --local"},
		{[]string{"-f", "nothing.pulsh"}, 2, "nothing.pulsh"},
		{[]string{"-e", "produce start fast rate=50kk"}, 2, `"50kk" is not a rate`},
		{[]string{"--check", "nothing.pulsh"}, 2, "nothing.pulsh"},
		{[]string{"--url", "pulsar://127.0.0.1:1", "-e", "list"}, 3, "127.0.0.1:1"},
		{[]string{"broker", "--listen", "0.0.0.0:6650"}, 2, "that needs --listen-remote\n  try: pulsh broker --listen 127.0.0.1:6650"},
		{[]string{"--embedded", "-e", "topic create orders partitions=3; topics; local status"}, 0, "4.0.8-pulsh-embedded"},
		{[]string{"--embedded", "-e", "fault send drop=1%; fault list; fault off"}, 0, "drop send, 1 % of them"},
		{[]string{"--embedded", "-e", "schema upload orders string; schema show orders"}, 0, "orders: STRING, version 0"},
		{[]string{"--embedded", "-e", "schema show orders"}, 1, "topic orders has no schema\n  try: schema upload orders string"},
		{[]string{"--embedded", "-e", "set session engine=wire; produce start fast chunking=on"}, 1, "the wire engine has no chunking=on: use engine=client"},
		{[]string{"--embedded", "-e", "set session engine=wire; consume start sub1 chunks-pending=7"}, 1, "the wire engine has no chunks-pending and chunks-expire: use engine=client"},
		{[]string{"--embedded", "-e", "set session engine=wire; produce start fast schema=auto"}, 1, "topic fast has no schema, and schema=auto needs one\n  try: produce start fast schema=none"},
		{[]string{"--embedded", "-e", "set session engine=wire; schema upload orders string; produce start orders schema=auto count=100; wait done"}, 0, "100 sent"},
		{[]string{"--embedded", "-e", "seek nosub -5m"}, 1, "try: consume start nosub"},
		{[]string{"--embedded", "-e", "scale nosub 2"}, 1, "try: produce start nosub"},
		{[]string{"--embedded", "-e", "fault acks corrupt=1%"}, 1, "only send and messages carry entries that can be corrupt"},
		{[]string{"--embedded", "-e", "topic create orders; sub create orders audit; produce start orders rate=20; wait 1s; produce stop orders"}, 0, "the embedded broker ends with"},
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

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"pulsh/session/broker/local"
)

const (
	// goPerfPackage is the Go client's own tool, in the client's version of pulsh.
	goPerfPackage = "github.com/apache/pulsar-client-go/perf@v0.21.0"
	// installTime bounds the download and the build of its fifty packages.
	installTime = 10 * time.Minute
)

// tools are the programs to compare. The path of a missing one is empty.
type tools struct {
	pulsh, self    string
	goPerf         string
	java, javaHome string
	scratch        string // the folder of their output
}

// findTools finds the programs of the chosen contenders. It returns the missing
// ones with the reasons.
func findTools(ctx context.Context, o options, scratch string) (tools, []string, error) {
	t := tools{scratch: scratch}
	var err error
	if t.self, err = os.Executable(); err != nil {
		return t, nil, fmt.Errorf("this program cannot find itself to run the bare loop: %w", err)
	}
	if t.pulsh, err = filepath.Abs(o.pulsh); err != nil {
		return t, nil, err
	}
	if _, err := os.Stat(t.pulsh); err != nil {
		return t, nil, fmt.Errorf("there is no %s\n  try: make", o.pulsh)
	}
	var missing []string
	if slices.ContainsFunc(o.contenders, func(c contender) bool { return c.kind == goPerf }) {
		if t.goPerf, err = installGoPerf(ctx); err != nil {
			missing = append(missing, "goperf is left out: "+err.Error())
		}
	}
	if slices.ContainsFunc(o.contenders, func(c contender) bool { return c.kind == javaPerf }) {
		if t.java, t.javaHome, err = findJavaPerf(); err != nil {
			missing = append(missing, "javaperf is left out: "+err.Error())
		}
	}
	return t, missing, nil
}

// here reports whether the program of a contender was found.
func (t tools) here(c contender) bool {
	return (c.kind != goPerf || t.goPerf != "") && (c.kind != javaPerf || t.java != "")
}

// installGoPerf builds the Go tool into the user's cache folder, once.
func installGoPerf(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache folder: %w", err)
	}
	dir := filepath.Join(cache, "pulsh", "bench", filepath.Base(goPerfPackage))
	tool := filepath.Join(dir, "perf")
	if _, err := os.Stat(tool); err == nil {
		return tool, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	fmt.Fprintln(os.Stderr, "go install", goPerfPackage)
	ctx, cancel := context.WithTimeout(ctx, installTime)
	defer cancel()
	install := exec.CommandContext(ctx, "go", "install", goPerfPackage)
	install.Dir = dir // outside this module
	install.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w: %s", goPerfPackage, err, out)
	}
	return tool, nil
}

// findJavaPerf finds Java and a distribution with pulsar-perf: that of
// PULSAR_HOME, or else the one of the local server.
func findJavaPerf() (java, home string, err error) {
	if home = os.Getenv("PULSAR_HOME"); home == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", "", fmt.Errorf("there is no cache folder: %w", err)
		}
		home = filepath.Join(cache, "pulsh", "libraries", "pulsar-"+local.Version)
	}
	if jars, _ := filepath.Glob(filepath.Join(home, "lib", "*pulsar-testclient-*.jar")); len(jars) == 0 {
		return "", "", fmt.Errorf("there is no pulsar-perf in %s", home)
	}
	if dir := os.Getenv("JAVA_HOME"); dir != "" {
		return filepath.Join(dir, "bin", "java"), home, nil
	}
	java, err = exec.LookPath("java")
	return java, home, err
}

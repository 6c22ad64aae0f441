package local

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// distributionSize is the size of the packed 4.0.8 distribution in bytes,
	// for the progress of a fetch.
	distributionSize = 245_494_718
	// lastPublished is the newest release line whose server is published as one
	// file. Later ones are assembled from the dependencies of the broker.
	lastPublishedMajor, lastPublishedMinor = 4, 0
	// fetchLook is the interval at which the progress of a fetch is measured.
	fetchLook = 250 * time.Millisecond
	// markerName is the file that marks an unpacked folder as complete.
	markerName = ".pulsh-complete"
)

// marker is the content of that file.
type marker struct {
	Version string `json:"version"`
	Jars    int    `json:"jars"`
}

// libraryFolder returns the folder of the wanted version.
func libraryFolder(cfg Config) string {
	return filepath.Join(cfg.Libraries, "pulsar-"+cfg.Version)
}

// jars counts the jars of an unpacked server.
func jars(dir string) int {
	files, _ := filepath.Glob(filepath.Join(dir, "lib", "*.jar"))
	return len(files)
}

// complete reports whether dir holds a complete server: it has the marker, which is
// written last, and as many jars as the marker lists.
func complete(dir string) bool {
	var m marker
	return readJSON(filepath.Join(dir, markerName), &m) == nil && m.Jars > 0 && jars(dir) == m.Jars
}

// published reports whether the server of a version is published as one file.
func published(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	return major < lastPublishedMajor || major == lastPublishedMajor && minor <= lastPublishedMinor
}

// fetch downloads the wanted version into a temporary folder beside its library
// folder, and renames it when it is complete. A lock lets one pulsh fetch while the
// others wait for the result.
func fetch(ctx context.Context, cfg Config, mvn string) error {
	if err := os.MkdirAll(cfg.Libraries, 0o755); err != nil {
		return &Error{Message: "the folder " + cfg.Libraries + " cannot be used: " + reason(err), Cause: err}
	}
	ctx, cancel := context.WithTimeout(ctx, fetchDeadline)
	defer cancel()
	unlock, err := lockFolder(ctx, cfg.Libraries, func() {
		cfg.Progress(Progress{Step: "wait", Text: "another pulsh is fetching Pulsar"})
	})
	if err != nil {
		return err
	}
	defer unlock()
	dir := libraryFolder(cfg)
	if complete(dir) {
		return nil
	}
	if err := removeLeftovers(cfg.Libraries); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(cfg.Libraries, ".fetch-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	whole := filepath.Join(tmp, "whole")
	if published(cfg.Version) {
		err = fetchDistribution(ctx, cfg, mvn, tmp, whole)
	} else {
		err = fetchDependencies(ctx, cfg, mvn, tmp, whole)
	}
	if err != nil {
		return err
	}
	return install(cfg, whole, dir)
}

// removeLeftovers removes the folders of interrupted fetches. The lock is held, so
// no other fetch uses them.
func removeLeftovers(libraries string) error {
	old, _ := filepath.Glob(filepath.Join(libraries, ".fetch-*"))
	for _, d := range old {
		if err := os.RemoveAll(d); err != nil {
			return err
		}
	}
	return nil
}

// install marks a fetched folder as complete and moves it to its place, over an
// incomplete one.
func install(cfg Config, whole, dir string) error {
	if brokerVersion(filepath.Join(whole, "lib")) != cfg.Version {
		return &Error{Message: "what Maven fetched holds no broker of Pulsar " + cfg.Version, Next: "set PULSAR_HOME to an unpacked Pulsar"}
	}
	b, err := json.Marshal(marker{Version: cfg.Version, Jars: jars(whole)})
	if err != nil {
		return err
	}
	if err := syncFolder(whole); err != nil { // the files before the marker that vouches for them
		return err
	}
	if err := writeFile(filepath.Join(whole, markerName), b); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(whole, dir)
}

// fetchDistribution downloads the packed distribution with Maven and unpacks it.
func fetchDistribution(ctx context.Context, cfg Config, mvn, tmp, whole string) error {
	packed := filepath.Join(tmp, "packed")
	text := "Maven fetches Pulsar " + cfg.Version
	err := runMaven(ctx, mvn, []string{
		"-B", "dependency:copy", "-DoutputDirectory=" + packed,
		"-Dartifact=org.apache.pulsar:pulsar-server-distribution:" + cfg.Version + ":tar.gz:bin",
	}, tmp, func() {
		n := folderSize(packed) + folderSize(mavenCache(cfg.Version))
		cfg.Progress(Progress{Step: "fetch", Done: min(n, distributionSize), Total: distributionSize, Text: text})
	})
	if err != nil {
		return err
	}
	files, _ := filepath.Glob(filepath.Join(packed, "*.tar.gz"))
	if len(files) != 1 {
		return &Error{Message: fmt.Sprintf("Maven left %d files instead of one distribution", len(files)), Next: "set PULSAR_HOME to an unpacked Pulsar"}
	}
	return unpack(ctx, files[0], whole, func(done, total int64) {
		cfg.Progress(Progress{Step: "unpack", Done: done, Total: total, Text: "unpacking Pulsar " + cfg.Version})
	})
}

// mavenCache returns the folder in which Maven downloads the distribution by
// default.
func mavenCache(version string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".m2", "repository", "org", "apache", "pulsar", "pulsar-server-distribution", version)
}

// fetchDependencies assembles a server from the broker and its dependencies. The
// POM imports the release's bill of materials: without it, the versions of
// OpenTelemetry clash at start.
func fetchDependencies(ctx context.Context, cfg Config, mvn, tmp, whole string) error {
	pom := filepath.Join(tmp, "pom.xml")
	raw, err := confFiles.ReadFile("conf/pom.xml")
	if err != nil {
		return err
	}
	if err := writeFile(pom, []byte(strings.ReplaceAll(string(raw), "@pulsar@", cfg.Version))); err != nil {
		return err
	}
	lib := filepath.Join(whole, "lib")
	text := "Maven fetches the parts of Pulsar " + cfg.Version
	return runMaven(ctx, mvn, []string{
		"-B", "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + lib,
	}, tmp, func() {
		cfg.Progress(Progress{Step: "fetch", Done: folderSize(lib), Text: text})
	})
}

// runMaven runs Maven in dir until it ends or ctx is done, and calls look
// meanwhile.
func runMaven(ctx context.Context, mvn string, args []string, dir string, look func()) error {
	log, err := os.Create(filepath.Join(dir, "maven.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, mvn, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Maven is a script that runs Java: both must end.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return &Error{Message: "Maven does not start: " + reason(err), Next: "install Maven", Cause: err}
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(fetchLook)
	defer tick.Stop()
	for {
		look()
		select {
		case <-tick.C:
			continue
		case err = <-done:
		}
		break
	}
	if ctx.Err() != nil {
		return fmt.Errorf("fetching Pulsar was cancelled: %w", ctx.Err())
	}
	if err != nil {
		return &Error{Message: "Maven did not get Pulsar: " + mavenSays(log.Name()),
			Next: "check the network, or set PULSAR_HOME to an unpacked Pulsar", Cause: err}
	}
	look()
	return nil
}

// mavenSays returns the first error line of Maven's output.
func mavenSays(log string) string {
	b, _ := os.ReadFile(log)
	for _, line := range strings.Split(string(b), "\n") {
		if text, ok := strings.CutPrefix(line, "[ERROR] "); ok && text != "" {
			return text
		}
	}
	return lastLine(string(b))
}

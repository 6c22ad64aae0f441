package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// javaNeeded is the oldest Java that Pulsar 4 runs on.
const javaNeeded = 17

// javaTime bounds a run of java -version.
const javaTime = 20 * time.Second

// source is the origin of a server: jars for the Java of this machine, or an image
// for Docker.
type source struct {
	java, lib string
	docker    string
	version   string
	text      string // for the user
}

// findSource finds a server in this order: Home, the libraries fetched
// before, Maven, Docker.
func findSource(ctx context.Context, cfg Config) (source, error) {
	java, javaErr := findJava(ctx)
	if cfg.Home != "" {
		return homeSource(cfg.Home, java, javaErr)
	}
	if javaErr == nil {
		lib := libraryFolder(cfg)
		if complete(lib) {
			return source{java: java, lib: filepath.Join(lib, "lib"), version: cfg.Version, text: "the published distribution"}, nil
		}
		if mvn, err := exec.LookPath("mvn"); err == nil {
			if err := fetch(ctx, cfg, mvn); err != nil {
				return source{}, err
			}
			return source{java: java, lib: filepath.Join(lib, "lib"), version: cfg.Version, text: "the published distribution"}, nil
		}
	}
	if docker := dockerAnswers(ctx); docker != "" {
		return dockerSource(ctx, cfg, docker)
	}
	if javaErr != nil {
		known := *javaErr.(*Error) // findJava has no others
		known.Cause = errors.Join(ErrNothing, known.Cause)
		return source{}, &known
	}
	return source{}, &Error{Message: "there is no pulsar here, and neither Maven nor Docker to get one with", Cause: ErrNothing,
		Next: "install Maven, or set PULSAR_HOME to an unpacked Pulsar, or start Docker"}
}

// Java returns the Java program and the folder of the libraries that Start would
// use, and fetches the libraries if they are missing. The libraries of a published
// distribution hold Pulsar's own tools as well.
func Java(ctx context.Context, cfg Config) (java, lib string, err error) {
	if cfg, err = cfg.withDefaults(); err != nil {
		return "", "", err
	}
	src, err := findSource(ctx, cfg)
	if err == nil && src.lib == "" {
		err = &Error{Message: "there is no pulsar here whose Java tools could run", Next: "install Java 17 and Maven, or set PULSAR_HOME"}
	}
	return src.java, src.lib, err
}

// homeSource returns the Pulsar that the user has unpacked.
func homeSource(home, java string, javaErr error) (source, error) {
	lib := filepath.Join(home, "lib")
	version := brokerVersion(lib)
	if version == "" {
		return source{}, &Error{Message: fmt.Sprintf("PULSAR_HOME %q holds no pulsar: there is no broker in its lib folder", home),
			Next: "unset PULSAR_HOME, or set it to the folder of an unpacked Pulsar"}
	}
	if javaErr != nil {
		return source{}, javaErr
	}
	return source{java: java, lib: lib, version: version, text: "PULSAR_HOME"}, nil
}

// dockerSource returns the image, and pulls it first if it is missing.
func dockerSource(ctx context.Context, cfg Config, docker string) (source, error) {
	image := dockerImage + ":" + cfg.Version
	src := source{docker: docker, version: cfg.Version, text: "Docker"}
	if exec.CommandContext(ctx, docker, "image", "inspect", image).Run() == nil {
		return src, nil
	}
	cfg.Progress(Progress{Step: "fetch", Text: "docker pulls " + image})
	ctx, cancel := context.WithTimeout(ctx, fetchDeadline)
	defer cancel()
	out, err := exec.CommandContext(ctx, docker, "pull", "--quiet", image).CombinedOutput()
	if err != nil {
		return source{}, &Error{Message: "docker did not get " + image + ": " + lastLine(string(out)), Next: "docker pull " + image, Cause: err}
	}
	return src, nil
}

// brokerVersion returns the version in the name of the broker's jar, which is
// pulsar-broker-V.jar, with the prefix org.apache.pulsar- in the distribution.
func brokerVersion(lib string) string {
	files, _ := filepath.Glob(filepath.Join(lib, "*pulsar-broker-[0-9]*.jar"))
	for _, f := range files {
		_, v, _ := cutLast(strings.TrimSuffix(filepath.Base(f), ".jar"), "pulsar-broker-")
		return v
	}
	return ""
}

// findJava returns a Java that is new enough, from JAVA_HOME or else from PATH.
func findJava(ctx context.Context) (string, error) {
	install := "install Java 17 and Maven, or set PULSAR_HOME, or start Docker"
	java := ""
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	if _, err := os.Stat(java); java == "" || err != nil {
		if java, err = exec.LookPath("java"); err != nil {
			return "", &Error{Message: "a local pulsar needs Java 17 or newer, and there is no java here", Next: install, Cause: err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, javaTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return "", &Error{Message: java + " does not run: " + lastLine(string(out)), Next: install, Cause: err}
	}
	if major := javaMajor(string(out)); major < javaNeeded {
		return "", &Error{Message: fmt.Sprintf("a local pulsar needs Java 17 or newer, %s is Java %d", java, major),
			Next: "install Java 17, or set JAVA_HOME to one"}
	}
	return java, nil
}

// javaMajor returns the major version in the output of java -version: 17 for
// "17.0.15", 8 for "1.8.0_402", and 0 if there is none.
func javaMajor(said string) int {
	_, rest, ok := strings.Cut(said, `version "`)
	if !ok {
		return 0
	}
	version, _, _ := strings.Cut(rest, `"`)
	parts := strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) > 1 && parts[0] == "1" {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(parts[0])
	return n
}

// lastLine returns the last line that is not blank.
func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

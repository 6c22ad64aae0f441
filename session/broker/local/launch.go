package local

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"text/template"
	"time"
)

//go:embed conf
var confFiles embed.FS

// launch is one command for the supervisor to own.
type launch struct {
	// Command and Env start the server; Env is added to the environment.
	Command []string `json:"command"`
	Env     []string `json:"env"`
	// StopCommand is run beside SIGTERM, for a server in a container.
	StopCommand []string `json:"stopCommand,omitempty"`
	// Linger is how long to stay after the last user.
	Linger time.Duration `json:"linger"`
}

// opens are the packages of the JDK that Pulsar 4 reaches into.
// Source: bin/pulsar of the distribution.
func opens() []string {
	packages := []string{
		"java.base/java.io", "java.base/java.util.zip", "java.base/sun.net", "java.management/sun.management",
		"jdk.management/com.sun.management.internal", "java.base/jdk.internal.platform", "java.base/java.nio",
		"java.base/jdk.internal.misc",
	}
	var args []string
	for _, p := range packages {
		args = append(args, "--add-opens", p+"=ALL-UNNAMED")
	}
	return args
}

// lateCompile makes Java's second compiler wait for ten times as many calls as
// it usually does (defaults 5000, 600, 15000 and 40000). On two cores that
// compiler is a third of the cost of a start, for methods that matter little
// afterwards: starts took 16 to 18 s of processor time instead of 24 to 28, and
// the first 1.6 million messages 14 to 18 s instead of 20.
func lateCompile() []string {
	return []string{
		"-XX:Tier4InvocationThreshold=50000", "-XX:Tier4MinInvocationThreshold=6000",
		"-XX:Tier4CompileThreshold=150000", "-XX:Tier4BackEdgeThreshold=400000",
	}
}

// serverPaths are the places a server is told, as it sees them itself.
type serverPaths struct{ java, conf, lib, data, log string }

// javaCommand is the whole command line of a standalone.
func javaCommand(cfg Config, p ports, at serverPaths) []string {
	mb := func(n int64) string { return strconv.FormatInt(max(n/MiB, 1), 10) + "m" }
	args := append([]string{at.java}, opens()...)
	args = append(append(args, lateCompile()...), cfg.JavaFlags...)
	return append(args,
		"-Dio.netty.tryReflectionSetAccessible=true", "-Dio.netty.leakDetectionLevel=disabled",
		"-Dpulsh.log="+at.log,
		"-Xms"+mb(cfg.Heap), "-Xmx"+mb(cfg.Heap), "-XX:MaxDirectMemorySize="+mb(cfg.Direct),
		"-cp", at.conf+":"+at.lib+"/*", "org.apache.pulsar.PulsarStandaloneStarter",
		"--config", at.conf+"/standalone.conf", "-nfw", "-nss",
		"--num-bookies", "1", "--bookkeeper-port", strconv.Itoa(p.Bookie), "--bookkeeper-dir", at.data+"/bk",
		"--zookeeper-dir", at.data+"/zk", "--zookeeper-port", strconv.Itoa(p.ZooKeeper), "-a", "127.0.0.1")
}

// serverEnv chooses ZooKeeper for the metadata: with the default store 2 of 13
// starts after a kill ran into an endless loop.
func serverEnv() []string { return []string{"PULSAR_STANDALONE_USE_ZOOKEEPER=1"} }

// writeConf writes the configuration of a server into dir.
func writeConf(dir string, p ports, bind string) error {
	raw, err := confFiles.ReadFile("conf/standalone.conf")
	if err != nil {
		return err
	}
	t, err := template.New("standalone.conf").Parse(string(raw))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct {
		Ports    ports
		Bind     string
		Loopback string
	}{p, bind, loopbackInterface()}); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "standalone.conf"), b.Bytes()); err != nil {
		return err
	}
	log, err := confFiles.ReadFile("conf/log4j2.xml")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "log4j2.xml"), log)
}

// loopbackInterface is the name of the interface to which the bookie is bound,
// "" if the system does not tell: it listens everywhere then.
func loopbackInterface() string {
	all, _ := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	return ""
}

// plan turns a source into a command: it chooses the ports, empties the
// data if that is wanted, and writes the configuration.
func (i instance) plan(ctx context.Context, cfg Config, src source, before ports) (state, error) {
	data := i.data(src.version)
	if cfg.Fresh {
		if err := os.RemoveAll(i.file("data")); err != nil {
			return state{}, fmt.Errorf("old data: %w", err)
		}
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return state{}, err
	}
	p, note, err := choosePorts(ctx, cfg, before, len(i.users()) > 0)
	if err != nil {
		return state{}, err
	}
	bind := "127.0.0.1"
	if src.docker != "" {
		bind = "0.0.0.0" // inside the container; it is published on 127.0.0.1 only
	}
	if err := writeConf(i.file("conf"), p, bind); err != nil {
		return state{}, err
	}
	s := state{Phase: phaseStarting, Ports: p, Version: src.version, Source: src.text, Note: note}
	s.Launch = launch{Command: javaCommand(cfg, p, serverPaths{
		java: src.java, conf: i.file("conf"), lib: src.lib, data: data, log: i.logFile(),
	}), Env: serverEnv(), Linger: cfg.Linger}
	if src.docker != "" {
		name := containerName(i.dir)
		s.Launch = dockerLaunch(cfg, p, src, i, name)
		s.KillCommand = []string{src.docker, "kill", "--signal", "KILL", name}
	}
	return s, nil
}

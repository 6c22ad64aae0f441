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

// launch is the command that a supervisor runs.
type launch struct {
	// Command and Env start the server; Env is added to the environment.
	Command []string `json:"command"`
	Env     []string `json:"env"`
	// StopCommand is run in addition to SIGTERM, for a server in a container.
	StopCommand []string `json:"stopCommand,omitempty"`
	// Linger is Config.Linger.
	Linger time.Duration `json:"linger"`
}

// opens returns the flags that open the JDK packages that Pulsar 4 uses.
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

// lateCompile returns the flags that multiply the thresholds of Java's second
// compiler by ten (defaults 5000, 600, 15000 and 40000). On two cores that compiler
// takes a third of a start, for methods that hardly matter later. With the flags,
// starts took 16 to 18 s of processor time instead of 24 to 28, and the first
// 1.6 million messages 14 to 18 s instead of 20.
func lateCompile() []string {
	return []string{
		"-XX:Tier4InvocationThreshold=50000", "-XX:Tier4MinInvocationThreshold=6000",
		"-XX:Tier4CompileThreshold=150000", "-XX:Tier4BackEdgeThreshold=400000",
	}
}

// serverPaths has the paths in a server's command line, as the server sees them.
type serverPaths struct{ java, conf, lib, data, log string }

// javaCommand returns the command line of a standalone.
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
		"--zookeeper-dir", at.data+"/zk", "--zookeeper-port", strconv.Itoa(p.ZooKeeper), "-a", cfg.Advertised)
}

// serverEnv selects ZooKeeper for the metadata: with the default store, 2 of 13
// starts after a kill ended in an endless loop.
func serverEnv() []string { return []string{"PULSAR_STANDALONE_USE_ZOOKEEPER=1"} }

// writeConf writes the configuration of a server into dir.
func writeConf(dir string, p ports, bind string, disk Space, cfg Config) error {
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
		Ports                      ports
		Bind, Advertised, Loopback string
		Transactions               bool
		Full, Warned               float64
	}{p, bind, cfg.Advertised, loopbackInterface(), cfg.Transactions, disk.fullAt(diskLeft), disk.fullAt(diskWarned)}); err != nil {
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

// loopbackInterface returns the name of the interface to which the bookie binds, or
// "" if it is not known: the bookie then listens on all interfaces.
func loopbackInterface() string {
	all, _ := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	return ""
}

// plan prepares the start of a server: it chooses the ports, removes the data if
// Config.Fresh is set, and writes the configuration. The ports of the server before
// are kept if they are free.
func (i instance) plan(ctx context.Context, cfg Config, src source, disk Space, before ports) (state, error) {
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
	if err := writeConf(i.file("conf"), p, bind, disk, cfg); err != nil {
		return state{}, err
	}
	s := state{Phase: phaseStarting, Ports: p, Version: src.version, Source: src.text, Note: note, Transactions: cfg.Transactions}
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

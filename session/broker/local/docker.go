package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const (
	// dockerImage is the official image; the version is its tag.
	dockerImage = "apachepulsar/pulsar"
	// dockerSlack is the memory of a container beyond heap and direct memory, for
	// classes, code, threads and RocksDB, in bytes. With 1 GiB of both, 0.8 GiB
	// were resident.
	dockerSlack = 512 * MiB
	// dockerTime bounds a call of the Docker daemon.
	dockerTime = 10 * time.Second
)

// dockerAnswers returns the docker command if its daemon answers, or "".
func dockerAnswers(ctx context.Context) string {
	docker, err := exec.LookPath("docker")
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, dockerTime)
	defer cancel()
	if exec.CommandContext(ctx, docker, "info", "--format", "{{.ServerVersion}}").Run() != nil {
		return ""
	}
	return docker
}

// containerName returns the name of the container of an instance folder. It is
// always the same, so that a container left behind can be found.
func containerName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "pulsh-" + hex.EncodeToString(sum[:6])
}

// dockerLaunch returns the launch of a server in a container with the same flags, bounds and
// configuration, whose two ports are published on 127.0.0.1.
func dockerLaunch(cfg Config, p ports, src source, i instance, name string) launch {
	publish := func(port int) string { n := strconv.Itoa(port); return "127.0.0.1:" + n + ":" + n }
	args := []string{
		src.docker, "run", "--rm", "--name", name, "--user", strconv.Itoa(os.Getuid()) + ":" + strconv.Itoa(os.Getgid()),
		"--memory", strconv.FormatInt(cfg.Heap+cfg.Direct+dockerSlack, 10),
		"-p", publish(p.Broker), "-p", publish(p.Web), "-v", i.dir + ":/pulsh",
	}
	for _, e := range serverEnv() {
		args = append(args, "-e", e)
	}
	args = append(args, "--entrypoint", "java", dockerImage+":"+src.version)
	java := javaCommand(cfg, p, serverPaths{
		java: "java", conf: "/pulsh/conf", lib: "/pulsar/lib", data: "/pulsh/data/" + src.version, log: "/pulsh/log/pulsar.log",
	})
	return launch{
		Command: append(args, java[1:]...), Linger: cfg.Linger,
		StopCommand: []string{src.docker, "stop", "--time", strconv.Itoa(int(stopGrace / time.Second)), name},
	}
}

// removeContainer removes a container that a killed supervisor has left.
func removeContainer(ctx context.Context, docker, name string) {
	ctx, cancel := context.WithTimeout(ctx, dockerTime)
	defer cancel()
	_ = exec.CommandContext(ctx, docker, "rm", "--force", name).Run()
}

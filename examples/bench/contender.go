package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The contenders.
const (
	pulshTool = "pulsh" // with the Go client
	wireTool  = "wire"  // pulsh with its wire engine
	bareLoop  = "bare"
	goPerf    = "goperf"
	javaPerf  = "javaperf"
)

// contenderKinds are all contenders, in the order in which they are shown.
func contenderKinds() []string { return []string{bareLoop, pulshTool, wireTool, goPerf, javaPerf} }

// contender is a program with a number of producers: producers where it sends,
// consumers where it receives.
type contender struct {
	kind      string
	producers int
}

// name is what the table says: pulsh ×4.
func (c contender) name() string { return fmt.Sprintf("%s ×%d", c.kind, c.producers) }

// chooseContenders reads comma-separated kinds and numbers of producers. The Go
// tool has one producer or consumer and no other number.
func chooseContenders(kinds, producers string) ([]contender, error) {
	wanted := strings.Split(kinds, ",")
	for _, kind := range wanted {
		if !slices.Contains(contenderKinds(), kind) {
			return nil, fmt.Errorf("%q is no contender; there are %s", kind, strings.Join(contenderKinds(), ", "))
		}
	}
	var all []contender
	for text := range strings.SplitSeq(producers, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > producersMax {
			return nil, fmt.Errorf("%q is not a number of producers, 1 to %d", text, producersMax)
		}
		for _, kind := range contenderKinds() {
			if slices.Contains(wanted, kind) && (kind != goPerf || n == 1) {
				all = append(all, contender{kind, n})
			}
		}
	}
	return all, nil
}

// canRun says whether a contender has what a scenario asks for.
func (c contender) canRun(s scenario) bool {
	return c.kind != goPerf || s.batched || !s.sends() // it cannot switch batching off
}

// job is one run of a contender.
type job struct {
	scenario
	producers    int
	url, admin   string
	topic        string // its short name, in public/default
	subscription string
	life         time.Duration // after which it must be over
}

// fullTopic is the name that Java wants.
func (j job) fullTopic() string { return "persistent://public/default/" + j.topic }

// perProducer is how many messages one producer may have unanswered on one
// partition.
func (j job) perProducer() int { return max(j.pending()/j.producers, 1) }

// programs are the commands that make up a contender.
func (t tools) programs(kind string, j job) []program {
	switch kind {
	case pulshTool:
		return []program{t.pulshProgram(j, "client")}
	case wireTool:
		return []program{t.pulshProgram(j, "wire")}
	case bareLoop:
		return []program{t.bareProgram(j, 0)}
	case goPerf:
		return t.goPrograms(j)
	}
	return t.javaPrograms(j)
}

func (t tools) pulshProgram(j job, engine string) program {
	args := []string{"--url", j.url, "--admin-url", j.admin, "--engine", engine}
	if j.receives() {
		args = append(args, "-e", fmt.Sprintf("consume start in topic=%s subscription=%s type=shared workers=%d queue=%d from=earliest",
			j.topic, j.subscription, j.producers, receiverQueue))
	}
	if j.sends() {
		args = append(args, "-e", fmt.Sprintf(
			"produce start out topic=%s rate=max size=%d workers=%d producers=%d batch=%d bytes=%d delay=%v pending=%d compression=none",
			j.topic, j.size, j.producers, j.producers, j.batch(), batchBytes, j.delay(), j.pending()*j.partitions))
	}
	return program{path: t.pulsh, args: append(args, "-e", fmt.Sprintf("wait %v", j.life))}
}

// bareProgram sends count messages, or without end if it is 0.
func (t tools) bareProgram(j job, count int) program {
	told, err := json.Marshal(bareTold{
		URL: j.url, Topic: j.topic, Subscription: j.subscription, Life: j.life,
		Send: j.sends(), Receive: j.receives(), Count: count,
		Producers: j.producers, Size: j.size, Pending: j.perProducer(), Ring: j.perProducer() * j.partitions, Batch: j.batch(), Delay: j.delay(),
	})
	if err != nil {
		panic(err) // plain values always marshal
	}
	return program{path: t.self, args: []string{bareWord, string(told)}, env: []string{"GOGC=" + bareGOGC}}
}

func (t tools) goPrograms(j job) []program {
	var all []program
	if j.receives() {
		const shared = "1" // pulsar.Shared
		all = append(all, program{path: t.goPerf, args: []string{
			"consume", "-u", j.url, "-s", j.subscription, "-t", shared, j.topic}})
	}
	if j.sends() {
		all = append(all, program{path: t.goPerf, args: []string{
			"produce", "-u", j.url, "-r", "0", "-s", strconv.Itoa(j.size), "-q", strconv.Itoa(j.perProducer()),
			"-b", milliseconds(j.delay()), "--batching-num-messages", strconv.Itoa(batchMessages),
			"--batching-max-size", strconv.Itoa(batchBytes >> 10), j.topic}})
	}
	return all
}

// javaRate is more than pulsar-perf reaches; it has no word for unlimited.
const javaRate = "10000000"

func (t tools) javaPrograms(j job) []program {
	life := strconv.Itoa(int(j.life / time.Second))
	var all []program
	if j.receives() {
		all = append(all, t.javaProgram("consume", "-u", j.url, "-ss", j.subscription, "-st", "Shared", "-n", strconv.Itoa(j.producers),
			"-q", strconv.Itoa(receiverQueue), "-time", life, j.fullTopic()))
	}
	if j.sends() {
		args := []string{"produce", "-u", j.url, "-au", j.admin, "-r", javaRate, "-s", strconv.Itoa(j.size), "-n", strconv.Itoa(j.producers),
			"-o", strconv.Itoa(j.perProducer()), "-p", strconv.Itoa(j.perProducer() * j.partitions), "-time", life}
		if j.batched {
			args = append(args, "-b", milliseconds(j.delay()), "-bm", strconv.Itoa(batchMessages), "-bb", strconv.Itoa(batchBytes))
		} else {
			args = append(args, "-db")
		}
		all = append(all, t.javaProgram(append(args, j.fullTopic())...))
	}
	return all
}

// javaProgram runs pulsar-perf as its script would, with a bounded heap.
// Source: bin/pulsar-perf of the distribution.
func (t tools) javaProgram(args ...string) program {
	java := []string{
		"-Xmx768m", "-XX:MaxDirectMemorySize=768m",
		"-Djava.net.preferIPv4Stack=true", "-Dio.netty.tryReflectionSetAccessible=true",
		"--add-opens", "java.base/sun.net=ALL-UNNAMED", "--add-opens", "java.base/java.lang=ALL-UNNAMED",
		"--add-opens", "java.base/java.util.zip=ALL-UNNAMED", "--add-opens", "java.base/java.nio=ALL-UNNAMED",
		"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED",
		"-cp", t.javaHome + "/conf:" + t.javaHome + "/lib/*",
		"-Dlog4j.configurationFile=log4j2.yaml", "-Dpulsar.log.appender=Console", "-Dpulsar.log.dir=" + t.scratch,
		"org.apache.pulsar.testclient.PulsarPerfTestTool", t.javaHome + "/conf/client.conf",
	}
	return program{path: t.java, args: append(java, args...), dir: t.scratch}
}

func milliseconds(d time.Duration) string { return strconv.Itoa(int(d / time.Millisecond)) }

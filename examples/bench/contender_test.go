package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands"
)

func someTools() tools {
	return tools{pulsh: "pulsh", self: "bench", goPerf: "perf", java: "java", javaHome: "/opt/p", scratch: "/tmp/s"}
}

func someJob(s scenario, producers int) job {
	return job{scenario: s, producers: producers, url: "pulsar://127.0.0.1:6650", admin: "http://127.0.0.1:8080",
		topic: "t", subscription: "s", life: 100 * time.Second}
}

// lines are what pulsh is told to run.
func lines(args []string) []string {
	var told []string
	for i, arg := range args {
		if arg == "-e" {
			told = append(told, args[i+1])
		}
	}
	return told
}

func TestPulshUnderstandsItsLines(t *testing.T) {
	for _, s := range scenarios() {
		for _, producers := range []int{1, 4} {
			for _, line := range lines(someTools().pulshProgram(someJob(s, producers), "wire").args) {
				_, err := commands.ParseScript("-e", line)
				require.NoError(t, err, line)
			}
		}
	}
	for _, line := range profileLines(profileTopics{"a", "b", "c"}, 10) {
		_, err := commands.ParseScript("-e", line)
		require.NoError(t, err, line)
	}
}

func TestPrograms(t *testing.T) {
	tools := someTools()
	for _, c := range []struct {
		kind      string
		scene     scenario
		producers int
		want      []string // the ends of the command lines
	}{
		{pulshTool, scenario{produce, 100, true, 8}, 4, []string{
			"produce start out topic=t rate=max size=100 workers=4 producers=4 batch=1000 bytes=131072 delay=5ms pending=80000 compression=none -e wait 1m40s"}},
		{pulshTool, scenario{consume, 1024, false, 1}, 2, []string{
			"consume start in topic=t subscription=s type=shared workers=2 queue=1000 from=earliest -e wait 1m40s"}},
		{wireTool, scenario{consume, 1024, false, 1}, 2, []string{
			"--engine wire -e consume start in topic=t subscription=s type=shared workers=2 queue=1000 from=earliest -e wait 1m40s"}},
		{goPerf, scenario{produce, 1024, true, 1}, 1, []string{
			"-r 0 -s 1024 -q 1000 -b 1 --batching-num-messages 1000 --batching-max-size 128 t"}},
		{goPerf, scenario{both, 100, true, 1}, 1, []string{
			"consume -u pulsar://127.0.0.1:6650 -s s -t 1 t",
			"-r 0 -s 100 -q 20000 -b 5 --batching-num-messages 1000 --batching-max-size 128 t"}},
		{javaPerf, scenario{produce, 100, true, 8}, 4, []string{
			"-s 100 -n 4 -o 2500 -p 20000 -time 100 -b 5 -bm 1000 -bb 131072 persistent://public/default/t"}},
		{javaPerf, scenario{both, 1024, false, 1}, 1, []string{
			"-ss s -st Shared -n 1 -q 1000 -time 100 persistent://public/default/t",
			"-s 1024 -n 1 -o 1000 -p 1000 -time 100 -db persistent://public/default/t"}},
	} {
		all := tools.programs(c.kind, someJob(c.scene, c.producers))
		require.Len(t, all, len(c.want), c.kind)
		for i, p := range all {
			line := strings.Join(p.args, " ")
			require.True(t, strings.HasSuffix(line, c.want[i]), line)
		}
	}
}

func TestBareLoopIsToldTheSame(t *testing.T) {
	p := someTools().programs(bareLoop, someJob(scenario{both, 100, true, 8}, 4))[0]
	require.Equal(t, []string{"GOGC=400"}, p.env)
	require.Equal(t, bareWord, p.args[0])
	var told bareTold
	require.NoError(t, json.Unmarshal([]byte(p.args[1]), &told))
	require.Equal(t, bareTold{URL: "pulsar://127.0.0.1:6650", Topic: "t", Subscription: "s", Send: true, Receive: true,
		Producers: 4, Size: 100, Pending: 2500, Ring: 20_000, Batch: 1000, Delay: 5 * time.Millisecond, Life: 100 * time.Second}, told)
}

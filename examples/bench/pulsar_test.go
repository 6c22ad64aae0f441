package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local/localtest"
)

// onPulsar is a suite whose bare loop is this test binary.
func onPulsar(t *testing.T, out *strings.Builder) *suite {
	t.Helper()
	server := localtest.Start(t)
	p, err := reach(t.Context(), options{url: server.URL(), adminURL: server.AdminURL()})
	require.NoError(t, err)
	t.Cleanup(p.release)
	self, err := os.Executable()
	require.NoError(t, err)
	return &suite{options: options{rounds: 1, seconds: 1, contenders: []contender{{bareLoop, 2}}}, tools: tools{self: self}, cluster: p, out: out}
}

func TestSuiteMeasuresAndCleansUp(t *testing.T) {
	var out strings.Builder
	s := onPulsar(t, &out)
	s.scenarios = []scenario{{produce, 100, false, 8}, {both, 1 << 10, true, 1}}
	s.introduce(t.Context(), "bench")
	require.NoError(t, s.run(t.Context()))
	require.Contains(t, out.String(), "the bare loop without a profile")
	for _, scene := range s.scenarios {
		require.Contains(t, out.String(), "**"+scene.name()+"**")
	}
	require.Equal(t, 2, strings.Count(out.String(), "| 1.00         | 1.00       |"), out.String())

	topics, err := s.admin.Topics(t.Context(), "")
	require.NoError(t, err)
	for _, topic := range topics {
		require.NotContains(t, topic.Name, fmt.Sprintf("bench-%d-", os.Getpid()), "no topic is left")
	}
}

func TestBareLoopSendsWhatItIsToldAndIsCounted(t *testing.T) {
	var out strings.Builder
	s := onPulsar(t, &out)
	topic := s.newTopic()
	require.NoError(t, s.create(t.Context(), topic, 1, anchor))
	defer s.remove(t.Context(), topic)
	scene := scenario{produce, 100, true, 1}
	const count = 20_000
	c, err := s.bareProgram(job{scenario: scene, producers: 4, url: s.cluster.url, topic: topic, life: time.Minute}, count).start(t.Context())
	require.NoError(t, err)
	<-c.ended
	require.True(t, c.cmd.ProcessState.Success(), c.output)
	require.Contains(t, c.output.String(), "20000 acked · 0 failed · 0 received")
	counted, err := s.counted(scene, topic, "")(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, count, counted.in)
}

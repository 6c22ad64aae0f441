package wire

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/payload"
)

// TestJavaReadsWhatWireSends sends messages in every form, and lets pulsar-client
// print them all: their bytes and keys are those that were sent.
func TestJavaReadsWhatWireSends(t *testing.T) {
	b := newBench(t, localtest.Start(t), "wire", "wire")
	const each = 40
	base := b.topic
	size, err := payload.FixedSize(700)
	require.NoError(t, err)
	forms := map[uint64]int{} // by the producer's id
	for i, compression := range broker.Compressions() {
		for form := range 4 {
			b.topic = fmt.Sprintf("%s-%d-%d", base, i, form)
			p := b.producer(func(s *broker.ProducerSpec) {
				forms[s.ID] = form
				s.Bodies.Size, s.Compression = size, compression
				if form&1 == 0 {
					s.Batch.Messages = 1
				}
				if form&2 > 0 {
					keys, err := payload.ParseKeys("10")
					require.NoError(t, err)
					s.Keys = payload.NewKeyTable(keys)
				}
			})
			require.Equal(t, each, p.Send(b.dues(each)))
			require.NoError(t, p.Close(b.within()))
		}
	}
	want := each * len(forms)
	tool := localtest.Java(t, "org.apache.pulsar.client.cli.PulsarClientTool", emptyFile(t), "--url", b.server.URL(),
		"consume", "-n", fmt.Sprint(want), "-p", "Earliest", "-s", "java", "--regex", "persistent://public/default/"+base+"-.*")
	out, err := tool.Output()
	require.NoError(t, err)
	messages := bytes.Split(out, []byte("----- got message -----\n"))[1:]
	require.Len(t, messages, want)
	next := map[uint64]uint64{}
	for _, m := range messages {
		head, body, found := bytes.Cut(m, []byte("content:"))
		require.True(t, found, "%q", m)
		require.GreaterOrEqual(t, len(body), 700)
		body = body[:700]
		stamp, ok := payload.ReadStamp(body)
		require.True(t, ok, "%q", body)
		form, known := forms[stamp.Producer]
		require.True(t, known)
		require.Equal(t, next[stamp.Producer], stamp.Sequence, "each once and in its order")
		next[stamp.Producer]++
		for i := payload.StampSize; i < len(body); i++ {
			require.Equal(t, byte(i), body[i])
		}
		require.Equal(t, form&2 > 0, !strings.Contains(string(head), "key:[null]"), "%s", head)
	}
	require.Len(t, next, len(forms))
}

// TestWireReadsWhatJavaSends receives what pulsar-perf sends, with each
// compression, while it runs.
func TestWireReadsWhatJavaSends(t *testing.T) {
	b := newBench(t, localtest.Start(t), "wire", "wire")
	const each = 300
	base := b.topic
	text := strings.Repeat("What pulsar-perf sends is what wire receives. ", 20)
	file := filepath.Join(t.TempDir(), "payload")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	for _, compression := range broker.Compressions() {
		b.topic = base + "-" + string(compression)
		consumer := b.consumer(nil)
		tool := localtest.Java(t, "org.apache.pulsar.testclient.PulsarPerfTestTool", emptyFile(t), "produce", "-u", b.server.URL(),
			"-r", "5000", "-m", fmt.Sprint(each), "-f", file, "-z", strings.ToUpper(string(compression)), b.topic)
		tool.Stdout = t.Output()
		require.NoError(t, tool.Start())
		batched := false
		for _, d := range b.receive(consumer, each) {
			require.Equal(t, text, string(d.Body))
			batched = batched || d.Index > 0
		}
		require.True(t, batched)
		require.NoError(t, tool.Process.Kill()) // it would go on to print statistics for ten seconds
		_ = tool.Wait()                         // the error is that it was killed
		require.NoError(t, consumer.Close(b.within()))
	}
}

// emptyFile returns the configuration file that the tools insist on.
func emptyFile(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "client.conf")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	return name
}

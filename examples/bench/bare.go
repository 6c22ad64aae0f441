package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// bareWord is the hidden first argument that makes this program the bare
	// loop: what an application could at best do with the Go client.
	bareWord = "bare-loop"
	// bareGOGC is the collector's setting of the bare loop, which is pulsh's.
	bareGOGC = "400"
	// bareFlush bounds waiting for the last answers.
	bareFlush = 4 * time.Second
)

// bareTold is what a bare loop is told, as JSON in its second argument.
type bareTold struct {
	URL, Topic, Subscription string
	Send, Receive            bool
	Producers                int           // producers, and consumers
	Size                     int           // bytes of a message
	Pending                  int           // unanswered messages of one producer on one partition
	Ring                     int           // messages that each producer uses in turn
	Batch                    int           // messages of a batch; 1 sends each alone
	Delay                    time.Duration // that a batch waits to fill
	Count                    int           // messages to send before it ends; 0 is without end
	Life                     time.Duration // after which it ends in any case
}

// runBare is the bare loop's whole program: it returns the exit code and says
// what it sent, what failed and what it received.
func runBare(told string, out io.Writer) int {
	var b bareTold
	if err := json.Unmarshal([]byte(told), &b); err != nil {
		fmt.Fprintln(out, err)
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.Life)
	defer cancel()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	var loop bare
	if err := loop.run(ctx, b); err != nil {
		fmt.Fprintln(out, err)
		return exitFailed
	}
	fmt.Fprintf(out, "%d acked · %d failed · %d received\n", loop.acked.Load(), loop.failed.Load(), loop.received.Load())
	if loop.failed.Load() > 0 {
		return exitFailed
	}
	return exitDone
}

// bare counts what a bare loop did.
type bare struct{ acked, failed, received atomic.Int64 }

// run opens everything, then sends and receives until ctx ends or the count is
// reached. Sending and receiving have a connection each, as in pulsh.
func (l *bare) run(ctx context.Context, b bareTold) error {
	var loops []func()
	if b.Receive {
		client, err := bareClient(b.URL)
		if err != nil {
			return err
		}
		defer client.Close()
		for range b.Producers {
			consumer, err := client.Subscribe(pulsar.ConsumerOptions{
				Topic: b.Topic, SubscriptionName: b.Subscription, Type: pulsar.Shared, ReceiverQueueSize: receiverQueue})
			if err != nil {
				return err
			}
			defer consumer.Close()
			loops = append(loops, func() { l.receive(ctx, consumer) })
		}
	}
	if b.Send {
		client, err := bareClient(b.URL)
		if err != nil {
			return err
		}
		defer client.Close()
		for range b.Producers {
			producer, err := client.CreateProducer(pulsar.ProducerOptions{
				Topic: b.Topic, MaxPendingMessages: b.Pending, DisableBatching: b.Batch <= 1,
				BatchingMaxMessages: uint(b.Batch), BatchingMaxSize: batchBytes, BatchingMaxPublishDelay: b.Delay})
			if err != nil {
				return err
			}
			defer producer.Close()
			loops = append(loops, func() { l.send(ctx, producer, b) })
		}
	}
	var wait sync.WaitGroup
	for _, loop := range loops {
		wait.Go(loop)
	}
	wait.Wait()
	return nil
}

// bareClient is a client with nothing that costs time: no metrics per topic, no
// log, no count of memory, which pending messages bound already.
func bareClient(url string) (pulsar.Client, error) {
	return pulsar.NewClient(pulsar.ClientOptions{
		URL: url, MaxConnectionsPerBroker: 1, MemoryLimitBytes: -1, Logger: log.DefaultNopLogger(),
		MetricsCardinality: pulsar.MetricsCardinalityNone, MetricsRegisterer: prometheus.NewRegistry(),
	})
}

// send is the loop. Its messages are made once and used in turn: nothing
// writes to them, so that it does not matter which are still on their way.
func (l *bare) send(ctx context.Context, producer pulsar.Producer, b bareTold) {
	messages := make([]pulsar.ProducerMessage, b.Ring)
	for i := range messages {
		messages[i].Payload = make([]byte, b.Size)
	}
	answer := func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
		if err != nil {
			l.failed.Add(1)
			return
		}
		l.acked.Add(1)
	}
	end := (b.Count + b.Producers - 1) / b.Producers
	// A context that ends would fail messages that are on their way.
	for i := 0; ctx.Err() == nil && (b.Count == 0 || i < end); i++ {
		producer.SendAsync(context.Background(), &messages[i%len(messages)], answer)
	}
	flushing, cancel := context.WithTimeout(context.Background(), bareFlush)
	defer cancel()
	if producer.FlushWithCtx(flushing) != nil {
		l.failed.Add(1)
	}
}

func (l *bare) receive(ctx context.Context, consumer pulsar.Consumer) {
	for {
		message, err := consumer.Receive(ctx)
		if err != nil {
			return // ctx ended
		}
		l.received.Add(1)
		if consumer.Ack(message) != nil {
			l.failed.Add(1)
		}
	}
}

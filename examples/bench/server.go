package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/local"
)

const (
	// releaseTime bounds the release of a server.
	releaseTime = 15 * time.Second
	// cleanTime bounds the deletion of a topic. The run may have been interrupted.
	cleanTime = 10 * time.Second
)

// cluster is the server of all contenders.
type cluster struct {
	url, adminURL string
	admin         *admin.Admin
	server        *local.Server // nil for a given address
}

// reach connects to the given server, or else to the local one, which it starts if
// necessary.
func reach(ctx context.Context, o options) (*cluster, error) {
	p := &cluster{url: o.url, adminURL: o.adminURL}
	if o.url == "" {
		server, err := local.Start(ctx, local.Config{Home: os.Getenv("PULSAR_HOME"), Progress: sayProgress()})
		if err != nil {
			return nil, err
		}
		p.server, p.url, p.adminURL = server, server.URL(), server.AdminURL()
	}
	var err error
	if p.admin, err = admin.New(p.adminURL, admin.Options{}); err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

// sayProgress prints each step of a start once.
func sayProgress() func(local.Progress) {
	last := ""
	return func(step local.Progress) {
		if step.Text != last {
			fmt.Fprintln(os.Stderr, step.Text)
		}
		last = step.Text
	}
}

// release gives the server back. One that this program started stops.
func (p *cluster) release() {
	if p.admin != nil {
		p.admin.Close()
	}
	if p.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), releaseTime)
	defer cancel()
	if err := p.server.Release(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// create creates a topic, and a subscription if it is named.
func (p *cluster) create(ctx context.Context, topic string, partitions int, subscription string) error {
	if partitions == 1 {
		partitions = 0
	}
	if err := p.admin.CreateTopic(ctx, topic, partitions); err != nil {
		return err
	}
	if subscription == "" {
		return nil
	}
	return p.admin.CreateSubscription(ctx, topic, subscription, broker.Earliest)
}

// remove deletes a topic, even after an interrupt.
func (p *cluster) remove(ctx context.Context, topic string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	if err := p.admin.DeleteTopic(ctx, topic, true); err != nil && !broker.IsMissing(err) {
		fmt.Fprintln(os.Stderr, err)
	}
}

// counted returns the counter of a scenario: messages in, messages out to the
// subscription, or both.
func (p *cluster) counted(s scenario, topic, subscription string) ask {
	return func(ctx context.Context) (counters, error) {
		stats, err := p.admin.Stats(ctx, topic)
		if err != nil {
			return counters{}, err
		}
		var c counters
		if s.sends() {
			c.in = stats.MessagesIn
		}
		if s.receives() {
			c.out = stats.Subscriptions[subscription].MessagesOut
		}
		return c, nil
	}
}

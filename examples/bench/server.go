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
	// releaseTime bounds giving a server back.
	releaseTime = 15 * time.Second
	// cleanTime bounds deleting a topic; the run may have been interrupted.
	cleanTime = 10 * time.Second
)

// cluster is the server that all contenders use.
type cluster struct {
	url, adminURL string
	admin         *admin.Admin
	server        *local.Server // nil if its address was given
}

// reach uses the given server, or joins or starts the local one.
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

// sayProgress says each step of a start once.
func sayProgress() func(local.Progress) {
	last := ""
	return func(step local.Progress) {
		if step.Text != last {
			fmt.Fprintln(os.Stderr, step.Text)
		}
		last = step.Text
	}
}

// release gives the server back: one that this program started is stopped.
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

// create makes a topic, with the subscription if it is named.
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

// remove deletes a topic, also when the run has been interrupted.
func (p *cluster) remove(ctx context.Context, topic string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	if err := p.admin.DeleteTopic(ctx, topic, true); err != nil && !broker.IsMissing(err) {
		fmt.Fprintln(os.Stderr, err)
	}
}

// counted asks for what a scenario counts: what came in, what went out to the
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

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// profileBeyond bounds the time of pulsh in addition to the loads of a
	// profile.
	profileBeyond = 60 * time.Second
	// profileSecondsMax bounds each load. The messages for the consumers stay
	// below 2 GB, from which on the local server refuses producers.
	profileSecondsMax = 15
)

// profileTopics returns the topics of a profile: one without consumers and two
// that are stored for consumers.
type profileTopics struct{ flood, small, usual string }

// profileLines returns a mix of typical loads: small and usual messages at the
// maximum rate, a paced load with the default compression, receiving both, and
// sending while receiving.
func profileLines(t profileTopics, seconds int) []string {
	wait := fmt.Sprintf("wait %ds", seconds)
	return []string{
		"produce start small topic=" + t.small + " rate=max size=100 delay=5ms pending=20000 producers=4 compression=none", wait, "produce stop small",
		"produce start flood topic=" + t.flood + " rate=max size=1KiB producers=4 compression=none", wait, "produce stop flood",
		"produce start usual topic=" + t.usual + " rate=100k", wait, "produce stop usual",
		"consume start takes topic=" + t.small + " subscription=" + anchor + " workers=2", wait, "consume stop takes",
		"consume start gets topic=" + t.usual + " subscription=" + anchor + " workers=2", wait,
		"produce start paced topic=" + t.usual + " rate=20k keys=1k", wait,
		"stop all",
	}
}

// profile runs the mix. It replaces the old profile of pulsh when the new one is
// complete.
func profile(ctx context.Context, t tools, p *cluster, o options) error {
	id := fmt.Sprintf("bench-%d-", os.Getpid())
	topics := profileTopics{flood: id + "flood", small: id + "small", usual: id + "usual"}
	for topic, subscription := range map[string]string{topics.flood: "", topics.small: anchor, topics.usual: anchor} {
		defer p.remove(ctx, topic)
		if err := p.create(ctx, topic, 1, subscription); err != nil {
			return err
		}
	}
	file, err := filepath.Abs(o.profile)
	if err != nil {
		return err
	}
	part := file + ".part"
	defer os.Remove(part)
	lines := profileLines(topics, o.seconds)
	args := []string{"--url", p.url, "--admin-url", p.adminURL, "--cpuprofile", part, "--allow-behind"}
	for _, line := range lines {
		args = append(args, "-e", line)
	}
	bounded, cancel := context.WithTimeout(ctx, time.Duration(len(lines)*o.seconds)*time.Second+profileBeyond)
	defer cancel()
	c, err := program{path: t.pulsh, args: args}.start(bounded)
	if err != nil {
		return err
	}
	<-c.ended
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !c.cmd.ProcessState.Success() {
		return fmt.Errorf("pulsh wrote no profile: %w", c.died())
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("the profile cannot be put in place: %w", err)
	}
	fmt.Printf("%s: a profile of %v of pulsh, for go build\n", o.profile, c.cmd.ProcessState.UserTime()+c.cmd.ProcessState.SystemTime())
	return nil
}

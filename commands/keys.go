package commands

import (
	"context"
	"math"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

func keysCommand() lang.Command {
	return lang.Command{Name: "keys", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}},
		Summary: "show how messages and keys are distributed over a consumer group's workers",
		Detail: "For each worker: the messages its consumer has got, how many different keys there were among them (an estimate to one in a hundred), " +
			"and with key_shared its share of the 65,536 hash values that a key can have. The broker divides them, or with sticky=on pulsh does, evenly.",
		Examples: []string{"keys sub1"}, Run: verb(showKeys)}
}

// keyBar is the length of the longest bar.
const keyBar = 24

func showKeys(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group shares keys", g.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, adminMax)
	defer cancel()
	shares, err := c.env.Session.Keys(ctx, g.Name)
	if err != nil {
		return err
	}
	if len(shares) == 0 {
		c.Say("%s is %s and has no workers now", g.Name, g.State)
		return nil
	}
	var most, total int64
	for _, s := range shares {
		most, total = max(most, s.Received), total+s.Received
	}
	var rows [][]string
	for _, s := range shares {
		bar := strings.Repeat("█", int(math.Round(float64(s.Received)/float64(max(most, 1))*keyBar)))
		rows = append(rows, []string{graphs.Whole(float64(s.Worker)), whole(s.Received), graphs.Percent(share(int(s.Received), int(total)), 0),
			graphs.Whole(float64(s.Keys)), hashesOf(s), bar})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"worker", "received", "share", "keys", "hash values", ""}, rows, []graphs.Align{right, right, right, right, right}, 0))
	c.Say("%s: %s", g.Name, evenness(shares, total))
	return nil
}

// hashesOf is a worker's part of the hash values.
func hashesOf(s snapshot.KeyShare) string {
	switch {
	case s.Hashes == 0:
		return graphs.NoValue
	case s.Sticky:
		return s.Range.String()
	}
	return graphs.Whole(float64(s.Hashes)) + " " + graphs.Percent(share(s.Hashes, broker.HashSlots), 0)
}

// evenness compares the busiest worker with an equal share.
func evenness(shares []snapshot.KeyShare, total int64) string {
	busiest := shares[0]
	for _, s := range shares {
		if s.Received > busiest.Received {
			busiest = s
		}
	}
	if total == 0 {
		return "nothing received yet"
	}
	equal := float64(total) / float64(len(shares))
	return "worker " + graphs.Whole(float64(busiest.Worker)) + " gets " + graphs.Three(float64(busiest.Received)/equal) + " times an equal share"
}

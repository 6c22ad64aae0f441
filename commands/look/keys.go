package look

import (
	"context"
	"math"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/graphs"
)

// keyBar is the width of the longest bar.
const keyBar = 24

// ShowKeys runs the command keys: show how messages and keys are distributed over the
// workers.
func ShowKeys(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; keys is for consumer groups", g.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, host.AdminMax)
	defer cancel()
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shares := group.KeyShares(ctx)
	if len(shares) == 0 {
		c.Say("%s is %s: no workers", g.Name, g.State)
		return nil
	}
	var most, total int64
	for _, s := range shares {
		most, total = max(most, s.Received), total+s.Received
	}
	var rows [][]string
	for _, s := range shares {
		bar := strings.Repeat("█", int(math.Round(float64(s.Received)/float64(max(most, 1))*keyBar)))
		rows = append(rows, []string{graphs.Whole(float64(s.Worker)), answers.Whole(s.Received), graphs.Percent(answers.Share(int(s.Received), int(total)), 0),
			graphs.Whole(float64(s.Keys)), answers.HashesOf(s), bar})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"worker", "received", "share", "keys", "hash values", ""}, rows, []graphs.Align{right, right, right, right, right}, 0))
	c.Say("%s: %s", g.Name, answers.Evenness(shares, total))
	return nil
}

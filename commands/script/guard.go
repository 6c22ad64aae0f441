package script

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/look"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Guard runs the command guard: watch a condition beside the script, or list the guards.
func Guard(ctx context.Context, c *host.Call) error {
	guards := conditions.GuardsOf(c.Host)
	typed, given := host.Value[kinds.Guarding](c, "condition")
	if !given {
		if len(c.Given) > 0 {
			return c.Fail("guard fast.p99<50ms for=5s", "a guard needs a condition")
		}
		return listGuards(c, guards)
	}
	if err := checkTerms(ctx, c, typed.Condition); err != nil {
		return err
	}
	grace, _ := host.Value[time.Duration](c, "for")
	added, ok := guards.Add(c.Host, conditions.Guard{Condition: typed.Condition, For: grace, Abort: typed.Abort, Place: c.Place(), Turn: c.Turn, Began: c.Env.Now()})
	if !ok {
		return c.Fail("unguard all", "a session has too many guards already")
	}
	text := ""
	if typed.Abort {
		text = " · stops all groups and the script if it breaks"
	}
	c.Say("guard %d: %s%s", added.Number, added.Label()[len("guard "):], text)
	return nil
}

// checkTerms refuses a condition on groups or figures that do not exist.
func checkTerms(ctx context.Context, c *host.Call, condition snapshot.Condition) error {
	for _, t := range condition.Terms {
		if err := look.CheckMeasurable(ctx, c, "condition", t.Metric); err != nil {
			return err
		}
	}
	return nil
}

func listGuards(c *host.Call, guards *conditions.Guards) error {
	all := guards.List()
	if len(all) == 0 {
		c.Say("no guards; add one with `guard fast.p99<50ms`")
		return nil
	}
	c.Print(graphs.Table([]string{"guard", "condition", "worst", "state"}, guardRows(all), []graphs.Align{graphs.AlignRight}, 0))
	return nil
}

func guardRows(all []conditions.Guard) (rows [][]string) {
	for _, g := range all {
		row := g.Row()
		rows = append(rows, append([]string{fmt.Sprint(g.Number)}, row[:]...))
	}
	return rows
}

// Unguard runs the command unguard: end the watch over one guard or over all.
func Unguard(_ context.Context, c *host.Call) error {
	guards := conditions.GuardsOf(c.Host)
	all := guards.List()
	number, _ := host.Value[int](c, "guard") // 0 is all
	if len(all) == 0 {
		return c.Refuse("guard", "guard fast.p99<50ms", "there are no guards")
	}
	removed := guards.Remove(number)
	if len(removed) == 0 {
		return c.Refuse("guard", fmt.Sprintf("unguard %d", all[0].Number), "no guard %d (%s)", number, "guard lists them")
	}
	for _, g := range removed {
		_, failure, broken := g.Broken()
		if broken {
			c.Say("guard %d: removed · was broken: %s", g.Number, failure)
			continue
		}
		check := g.Check(c.Env.Now())
		c.AddCheck(check)
		c.Say("guard %d: removed · held, %s", g.Number, check.Measured)
	}
	return nil
}

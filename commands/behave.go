package commands

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// behaveCommands say what consumer groups do with their messages.
func behaveCommands() []lang.Command {
	consumer := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	return []lang.Command{
		{Name: "ack", Section: groupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "ack", Kind: ackNowKind()}},
			Summary: "change when messages are acknowledged, or acknowledge what is held back",
			Detail: "batched sends acknowledgements in groups of 1,000 or 100 ms, batched(100,10ms) in others; immediate sends each at once; delayed(500ms) waits so long from the receipt on; " +
				"manual waits for `ack sub1 now`, which acknowledges all that is held back, or `ack sub1 100`, the oldest hundred; cumulative acknowledges with one message all before it " +
				"(exclusive and failover). A pause leaves what is held back as it is. A stop, a seek and new consumers acknowledge what is delayed and give up what waits for the user, which then comes again. " +
				"immediate and batched(…) need new consumers, as the client takes them only at creation; the others change under the running load.",
			Examples: []string{"ack sub1 immediate", "ack sub1 delayed(500ms)", "ack sub1 manual", "ack sub1 100", "ack sub1 now", "ack sub1 batched"}, Run: verb(setAck)},
		{Name: "churn", Section: groupSection, Changes: true,
			Params: []lang.Param{consumer, {Name: "share", Kind: churnShareKind()},
				{Name: "every", Kind: durationKind(), Keyed: true, Optional: true, Doc: "from 1s to 24h; 30s if not given"}},
			Summary: "close a share of a group's consumers regularly and subscribe others in their places",
			Detail: "At least one each time, in turn. What a consumer had been pushed ahead goes to the others; what it had not acknowledged comes again. " +
				"No round takes place while the group is paused or a command works on it.",
			Examples: []string{"churn sub1 10% every=30s", "churn sub1 off"}, Run: verb(churn)},
	}
}

// ackKind is a strategy.
func ackKind() lang.Kind {
	return lang.Kind{Name: "ACK", Sample: "batched", Forms: "batched, batched(100,10ms), immediate, delayed(500ms), manual, cumulative",
		Doc:   "when messages are acknowledged: batched, batched(1000,100ms), immediate, delayed(500ms), manual or cumulative; the command ack takes now and a number as well",
		Parse: func(text string) (any, error) { return spec.ParseAck(text) },
		Complete: lang.Offer("batched", "in groups of 1,000 or 100 ms", "batched(100,10ms)", "in other groups", "immediate", "each at once",
			"delayed(500ms)", "so long after its receipt", "manual", "when you say so", "cumulative", "one for all before it")}
}

// ackCount is how many messages are acknowledged now.
type ackCount int

// ackNowKind is a strategy, or what is to be acknowledged at once.
func ackNowKind() lang.Kind {
	k := ackKind()
	k.Name, k.Forms = "ACK|now|COUNT", k.Forms+", now, 100"
	k.Parse = func(text string) (any, error) {
		if text == "now" {
			return ackCount(math.MaxInt), nil
		}
		if n, err := spec.ParseCount(text); err == nil {
			if n == 0 {
				return nil, fmt.Errorf("%q acknowledges nothing", text)
			}
			return ackCount(n), nil
		}
		return spec.ParseAck(text)
	}
	strategies := k.Complete
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		return append(strategies(s), lang.Suggestion{Text: "now", Description: "acknowledge all that is held back"})
	}
	return k
}

func shareKind() lang.Kind {
	return lang.Kind{Name: "SHARE", Sample: "2%", Forms: "2%, 0.5%, 0%", Doc: "a share of the messages: 2%, 0.5%, 0%",
		Parse:    func(text string) (any, error) { return spec.ParseShare(text) },
		Complete: lang.Offer("0%", "none", "1%", "one in a hundred", "2%", "", "10%", "", "100%", "all")}
}

func workKind() lang.Kind {
	return lang.Kind{Name: "WORK", Sample: "5ms", Forms: "none, 5ms, 1ms..5ms, lognormal(5ms,0.6)",
		Doc:      "how long a worker is busy with a message: none, 5ms, 1ms..5ms (uniform), or lognormal(5ms,0.6) with that median and spread",
		Parse:    func(text string) (any, error) { return spec.ParseWork(text) },
		Complete: lang.Offer("none", "no work", "5ms", "the same each time", "1ms..5ms", "uniform", "lognormal(5ms,0.6)", "median and spread")}
}

func churnKind() lang.Kind {
	return lang.Kind{Name: "CHURN", Sample: "10%/30s", Forms: "10%/30s, off", Doc: "a share of the consumers and how often: 10%/30s, or off",
		Parse:    func(text string) (any, error) { return spec.ParseChurn(text) },
		Complete: lang.Offer("off", "no churn", "10%/30s", "a tenth every half minute")}
}

// churnShareKind is the share of a churn, or its end.
func churnShareKind() lang.Kind {
	k := shareKind()
	k.Name, k.Sample, k.Forms = "SHARE|off", "10%", "10%, off"
	k.Parse = func(text string) (any, error) {
		if text == "off" {
			return spec.Share(0), nil
		}
		s, err := spec.ParseShare(text)
		if err == nil && s == 0 {
			err = errors.New("0% is nobody; off ends the churn")
		}
		return s, err
	}
	k.Complete = lang.Offer("10%", "a tenth of the consumers", "50%", "half of them", "100%", "all of them", "off", "no churn any more")
	return k
}

// consumerOf finds the consumer group that an argument names.
func (c *call) consumerOf(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	if err == nil && g.Consumer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a producer group and %s", g.Name, what)
	}
	return g, err
}

func setAck(ctx context.Context, c *call) error {
	g, err := c.consumerOf(ctx, "acknowledges nothing")
	if err != nil {
		return err
	}
	if limit, now := value[ackCount](c, "ack"); now {
		return ackNow(ctx, c, g, int(limit))
	}
	c.Given = []string{"ack"}
	return setGroup(ctx, c)
}

// ackMax bounds how long acknowledging by hand may take: half a million of
// them with answers, a list at a time.
const ackMax = time.Minute

func ackNow(ctx context.Context, c *call, g snapshot.Group, limit int) error {
	if !active(g.State) {
		return c.forbidden(g)
	}
	if g.Consumer.Kept == 0 {
		c.Say("%s holds nothing back; ack is %s", g.Name, g.Consumer.Ack)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, ackMax)
	defer cancel()
	n, err := c.env.Session.AckKept(bounded, g.Name, limit)
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	left := 0
	if after, ok := c.fresh(ctx).Group(g.Name); ok {
		left = after.Consumer.Kept
	}
	c.Say("%s: %s acknowledged, %s held back", g.Name, lang.Count(n, "message"), whole(int64(left)))
	return nil
}

func churn(ctx context.Context, c *call) error {
	g, err := c.consumerOf(ctx, "has no consumers")
	if err != nil {
		return err
	}
	share, _ := value[spec.Share](c, "share")
	text := "off"
	if share > 0 {
		text = share.String()
		if d, ok := value[time.Duration](c, "every"); ok {
			if d < spec.ChurnMin || d > spec.ChurnMax {
				return c.Refuse("every", "churn "+g.Name+" 10% every=30s", "%s is not from %s to %s", c.Text("every"),
					pacing.FormatDuration(spec.ChurnMin), pacing.FormatDuration(spec.ChurnMax))
			}
			text += "/" + pacing.FormatDuration(d)
		}
	}
	c.Args["churn"] = lang.Argument{Text: text}
	c.Given = []string{"churn"}
	return setGroup(ctx, c)
}

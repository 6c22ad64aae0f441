package find

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// Found is the result of a search.
type Found struct {
	At        time.Time
	Group     string
	Condition string
	Within    float64
	Best      pacing.Rate // 0 if no rate held
	Limit     string      // what limited it, or ""
	Probes    []Probe
}

// foundMax bounds the searches that are kept for the reports.
const foundMax = 1000

// results are the searches of a session.
type results struct {
	mu   sync.Mutex // guards list; held for moments only
	list []Found
}

// Results returns the searches of a session, oldest first.
func Results(c *host.Host) []Found {
	r := host.Attached[results](c)
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// The defaults of a search.
const (
	withinDefault = 5.0 // percent
	holdDefault   = 10 * time.Second
	fromDefault   = pacing.Rate(1000)
)

// Find runs the command find: search the highest rate at which a condition holds.
func Find(ctx context.Context, c *host.Call) error {
	metric, _ := host.Value[snapshot.Metric](c, "figure")
	condition, _ := host.Value[snapshot.Condition](c, "condition")
	g, err := c.GroupNamed(ctx, "figure", metric.Group)
	if err != nil {
		return err
	}
	if g.Producer == nil {
		return c.Refuse("figure", "list", "%s is a %s; find changes the rate of a producer group", g.Name, host.KindName(g.Named()))
	}
	for _, t := range condition.Terms {
		if err := look.CheckMeasurable(ctx, c, "condition", t.Metric); err != nil {
			return err
		}
	}
	if g.State != snapshot.Running {
		try := "produce start " + g.Name
		if g.State == snapshot.Paused {
			try = "resume " + g.Name
		}
		return c.Refuse("figure", try, "%s is %s", g.Name, g.State)
	}
	s, hold, err := plan(c)
	if err != nil {
		return err
	}
	found := Found{At: c.Env.Now(), Group: g.Name, Condition: condition.String(), Within: s.within}
	guards := conditions.GuardsOf(c.Host)
	guards.Suspend(true) // probes go beyond the limits on purpose
	defer guards.Suspend(false)
	err = run(ctx, c, &s, &found, condition, hold)
	settled := settle(ctx, c, &s, g.Name)
	if err == nil {
		err = settled
	}
	if len(found.Probes) > 0 {
		keep(c.Host, found)
		print(c, found)
	}
	if err == nil && found.Best == 0 {
		last := found.Probes[len(found.Probes)-1]
		return c.Fail("show "+g.Name, "no rate from %s on holds: %s", graphs.Rate(float64(last.Rate)), last.Why)
	}
	if err == nil {
		lang.SetResult(c.Call, found.Best.String())
	}
	return err
}

// plan reads the settings of the line.
func plan(c *host.Call) (s search, hold time.Duration, err error) {
	s.from, s.within = fromDefault, withinDefault/100
	if v, ok := host.Value[pacing.Rate](c, "from"); ok {
		s.from = v
	}
	if v, ok := host.Value[pacing.Rate](c, "to"); ok {
		s.to = v
	}
	if v, ok := host.Value[float64](c, "within"); ok {
		s.within = v / 100
	}
	hold, ok := host.Value[time.Duration](c, "hold")
	if !ok {
		hold = holdDefault
	}
	switch {
	case s.to > 0 && s.to <= s.from:
		return s, 0, c.Refuse("to", c.WithArgument("to", (2*s.from).String()), "the search must end above %s, at which it begins", graphs.Rate(float64(s.from)))
	case hold < time.Second:
		return s, 0, c.Refuse("hold", c.WithArgument("hold", "10s"), "a rate must hold for at least 1s")
	}
	return s, hold, nil
}

// run probes one rate after another.
func run(ctx context.Context, c *host.Call, s *search, found *Found, condition snapshot.Condition, hold time.Duration) error {
	baseline := map[string]int64{}
	g, _ := c.Env.Session.Snapshot().Group(found.Group)
	for _, r := range receivers(c.Env.Session.Snapshot(), g) {
		baseline[r.Name] = max(r.Consumer.Backlog.Messages, 0)
	}
	for {
		rate, ok := s.next()
		if !ok {
			found.Best = s.held
			return nil
		}
		if err := setRate(c, found.Group, rate); err != nil {
			return err
		}
		p := probing{Probe: Probe{At: c.Env.Now(), Rate: rate}, group: found.Group, condition: condition, hold: hold, backlogs: map[string]int64{}, debts: map[string]*debts{}}
		c.Until(settleTime+hold, func() string { return fmt.Sprintf("probe %d: %s", s.probes+1, graphs.Rate(float64(rate))) })
		if err := c.Watch(ctx, p.look); err != nil {
			return err
		}
		if g, ok := c.Env.Session.Snapshot().Group(found.Group); !ok || g.State != snapshot.Running {
			return c.Fail("produce start "+found.Group, "%s", p.Why)
		}
		s.add(rate, p.Holds)
		found.Probes = append(found.Probes, p.Probe)
		verdict := "holds"
		if !p.Holds {
			verdict = "fails"
			if p.Limit != "" {
				found.Limit = p.Limit
			}
		}
		c.Env.Session.Mark(snapshot.MarkCommand, fmt.Sprintf("find %s %s", graphs.Rate(float64(rate)), verdict))
		if p.Holds {
			continue
		}
		if err := drain(ctx, c, found.Group, baseline); err != nil {
			return err
		}
	}
}

// setRate gives the group a rate, and lets it go on after a drain.
func setRate(c *host.Call, name string, rate pacing.Rate) error {
	g, err := c.Env.Session.ProducerGroup(name)
	if err != nil {
		return err
	}
	g.SetRate(pacing.Hold(rate))
	if g.State() == snapshot.Paused {
		err = c.Env.Session.Resume(name)
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	return err
}

// settle leaves the group at the best rate, or at the lowest that was tried, so that
// the search leaves no debt behind.
func settle(_ context.Context, c *host.Call, s *search, name string) error {
	rate := s.held
	if rate == 0 {
		rate = s.from
		if s.failed > 0 {
			rate = s.failed / 2
		}
	}
	if g, ok := c.Env.Session.Snapshot().Group(name); !ok || !g.State.Active() {
		return nil
	}
	return setRate(c, name, rate)
}

func keep(c *host.Host, found Found) {
	r := host.Attached[results](c)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = lang.AppendBounded(r.list, found, foundMax)
}

// print prints a table of the probes and the result as a sentence.
func print(c *host.Call, found Found) {
	var rows [][]string
	for _, p := range found.Probes {
		verdict := "holds"
		if !p.Holds {
			verdict = "fails: " + p.Why
		}
		rows = append(rows, []string{graphs.Rate(float64(p.Rate)), graphs.Rate(p.Reached), graphs.Seconds(p.Took), verdict, p.Limit})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"rate", "reached", "took", "result", "limited by"}, rows, []graphs.Align{right, right, right}, 0))
	if found.Best > 0 {
		c.Say("%s", found.Sentence())
	}
}

// Sentence tells the result: the highest rate that held, and what ended the search.
func (f Found) Sentence() string {
	text := fmt.Sprintf("%s holds %s with %s", f.Group, graphs.Rate(float64(f.Best)), f.Condition)
	lowest := lowestFailed(f.Probes, f.Best)
	if lowest == nil {
		return text + "; no higher rate was tried"
	}
	text += fmt.Sprintf(", within %s: at %s %s", graphs.Percent(100*f.Within, 0), graphs.Rate(float64(lowest.Rate)), lowest.Why)
	if f.Limit != "" {
		text += ", limited by " + f.Limit
	}
	return text
}

// lowestFailed returns the lowest rate above the best that failed, nil for none. What
// failed below it did so by chance.
func lowestFailed(probes []Probe, best pacing.Rate) (lowest *Probe) {
	for i := range probes {
		if p := &probes[i]; !p.Holds && p.Rate > best && (lowest == nil || p.Rate < lowest.Rate) {
			lowest = p
		}
	}
	return lowest
}

// Figure is the kind of what find changes: the rate of a producer group.
func Figure() lang.Kind {
	return lang.Kind{Name: "GROUP.rate", Sample: "fast.rate", Forms: "fast.rate", Doc: "the rate of a producer group",
		Parse: func(text string) (any, error) {
			m, err := snapshot.ParseMetric(text)
			if err == nil && (m.Figure != "rate" || m.Group == snapshot.TotalGroup || m.Group == snapshot.ProcessGroup) {
				err = errors.New("find changes the rate of a producer group")
			}
			return m, err
		},
		Complete: func(s *lang.Scene) (out []lang.Suggestion) {
			if c, ok := s.Host.(*host.Host); ok {
				for _, g := range c.Env.Session.Snapshot().Groups {
					if g.Kind == snapshot.Produce {
						out = append(out, lang.Suggestion{Text: g.Name + ".rate", Description: string(g.State)})
					}
				}
			}
			return out
		}}
}

// Where is the kind of the word where.
func Where() lang.Kind {
	k := lang.Words("where")
	k.Name, k.Sample, k.Doc = "where", "where", "the word before the condition"
	k.Parse = func(text string) (any, error) {
		if text != "where" {
			return nil, fmt.Errorf("%q is not the word where, which stands before the condition", text)
		}
		return text, nil
	}
	return k
}

// Rate is the kind of a constant rate.
func Rate() lang.Kind {
	return lang.Kind{Name: "RATE", Sample: "10k", Forms: "500, 10k, 1.5M", Range: fmt.Sprintf("%s to %s", pacing.Least, pacing.Limit), Doc: "messages per second",
		Parse: func(text string) (any, error) {
			r, err := pacing.ParseRate(text)
			if err == nil && r.IsMax() {
				err = errors.New("max is no rate to search from or to")
			}
			return r, err
		}, Complete: lang.Offer("1k", "1,000 per second", "10k", "10,000 per second", "100k", "100,000 per second")}
}

// Precision is the kind of how near the result must be.
func Precision() lang.Kind {
	return lang.Kind{Name: "PERCENT", Sample: "5%", Forms: "2%, 5%, 10%", Range: "1% to 50%", Doc: "how far the result may be from the lowest rate that fails",
		Parse: func(text string) (any, error) {
			var v float64
			if n, err := fmt.Sscanf(text, "%g%%", &v); n != 1 || err != nil || v < 1 || v > 50 || fmt.Sprintf("%g%%", v) != text {
				return nil, fmt.Errorf("%q is not a share from 1%% to 50%%", text)
			}
			return v, nil
		}, Complete: lang.Offer("2%", "", "5%", "", "10%", "")}
}

package connections

import (
	"fmt"
	"strings"
	"time"
)

const (
	// settle is how long a break waits for others that belong to it, such as those of
	// the other groups, and for its own end.
	settle = int64(300 * time.Millisecond)
	// quiet is how long after a sentence nothing is said of breaks that are over by
	// then: a network that fails again and again would say nothing else.
	quiet = int64(5 * time.Second)
)

// Group is a group at one moment.
type Group struct {
	Name   string
	Member string // what its members are, producer or consumer
	Active bool
	Outage Outage
}

// Sentence is what happened, for the user and for the time axis.
type Sentence struct {
	Text string
	Back bool // there are connections again
}

// Teller makes sentences of the outages of all groups: those of one time are one
// sentence. It is not safe for several goroutines.
type Teller struct {
	// Looked is when the groups were last looked at, 0 for never. Outages of a group that
	// appears later, as one that has gone to another cluster, are news from then on.
	Looked int64
	groups map[string]*known
	last   int64 // when breaks that were over were told, 0 for never
}

// known is what the user knows of a group, and what not yet.
type known struct {
	Group
	seen    int64 // the number of the last outage that was looked at
	untold  int   // outages
	since   int64 // when the first of them began
	members int   // in the largest of them
	longest int64 // of those that are over

	away     int64 // the number of the outage whose beginning was told, or 0
	began    int64 // of it
	returned int64 // how long it was, once it is over and that is not told
	noticed  int64 // when its end was noticed
}

func (k *known) out() bool { return k.Outage.Number > 0 && k.Outage.Ended == 0 }

// Look compares the groups with the last look and returns what there is to tell.
func (t *Teller) Look(now int64, groups []Group) []Sentence {
	before := t.groups
	t.groups = map[string]*known{}
	var all []*known
	for _, g := range groups {
		k := before[g.Name]
		if k == nil {
			k = &known{}
			if g.Outage.Ended > 0 && g.Outage.Ended <= t.Looked {
				k.seen = g.Outage.Number
			}
		}
		k.look(now, g)
		t.groups[g.Name] = k
		all = append(all, k)
	}
	t.Looked = now
	return append(t.returns(now, all), t.breaks(now, all)...)
}

func (k *known) look(now int64, g Group) {
	k.Group = g
	if !g.Active || g.Outage.Number < k.seen { // it was stopped, or is another group of this name
		*k = known{Group: g, seen: g.Outage.Number}
		return
	}
	if fresh := int(g.Outage.Number - k.seen); fresh > 0 {
		if k.untold == 0 {
			k.since, k.members, k.longest = g.Outage.Began, 0, 0
		}
		k.untold += fresh
	}
	k.seen = g.Outage.Number
	if k.untold > 0 {
		k.members = max(k.members, g.Outage.Members)
		k.longest = max(k.longest, g.Outage.Ended-g.Outage.Began)
	}
	switch {
	case k.away == 0:
	case g.Outage.Number > k.away: // it ended between two looks
		k.away, k.returned, k.noticed = 0, now-k.began, now
	case !k.out():
		k.away, k.noticed = 0, now
		if g.Outage.Returned { // otherwise its members have ended, which is told elsewhere
			k.returned = g.Outage.Ended - k.began
		}
	}
}

// breaks tells of the connections that broke, and of those that are back already.
func (t *Teller) breaks(now int64, all []*known) (said []Sentence) {
	var out, over []*known
	first := now
	for _, k := range all {
		switch {
		case k.untold == 0:
			continue
		case !k.out() && !k.Outage.Returned && k.untold == 1: // its members have ended
			k.untold = 0
			continue
		case k.out():
			out = append(out, k)
		default:
			over = append(over, k)
		}
		first = min(first, k.since)
	}
	if now-first < settle || len(out) == 0 && t.last > 0 && now-t.last < quiet {
		return nil
	}
	if len(over) > 0 {
		t.last = now
		said = append(said, Sentence{Text: sayOver(over, now-first), Back: true})
	}
	if len(out) > 0 {
		said = append(said, Sentence{Text: fmt.Sprintf("%s: %s connection; connecting again", names(out), lost(out))})
	}
	for _, k := range out {
		k.away, k.began = k.Outage.Number, k.Outage.Began
	}
	for _, k := range append(out, over...) {
		k.untold = 0
	}
	return said
}

func sayOver(over []*known, span int64) string {
	times, longest := 0, int64(0)
	for _, k := range over {
		times = max(times, k.untold)
		longest = max(longest, k.longest)
	}
	if times == 1 {
		return fmt.Sprintf("%s: %s connection and had it again after %s", names(over), lost(over), say(longest))
	}
	return fmt.Sprintf("%s: connections broke %d times in %s, and were back after %s at most", names(over), times, say(span), say(longest))
}

// returns tells of the connections that are back after their break was told.
func (t *Teller) returns(now int64, all []*known) []Sentence {
	var back []*known
	longest, first, away := int64(0), now, false
	for _, k := range all {
		away = away || k.away > 0
		if k.returned > 0 {
			back = append(back, k)
			longest, first = max(longest, k.returned), min(first, k.noticed)
		}
	}
	if len(back) == 0 || away && now-first < settle { // another may be back in a moment
		return nil
	}
	for _, k := range back {
		k.returned = 0
	}
	return []Sentence{{Text: fmt.Sprintf("%s: connected again after %s", names(back), say(longest)), Back: true}}
}

// namesShown is how many groups a sentence names.
const namesShown = 3

func names(of []*known) string {
	var list []string
	for _, k := range of[:min(len(of), namesShown)] {
		list = append(list, k.Name)
	}
	text := strings.Join(list, ", ")
	if more := len(of) - len(list); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// lost says how many producers and consumers of groups lost their connection.
func lost(of []*known) string {
	var kinds []string
	all, count := 0, map[string]int{}
	for _, k := range of {
		all += k.members
		if count[k.Member] == 0 {
			kinds = append(kinds, k.Member)
		}
		count[k.Member] += k.members
	}
	for i, kind := range kinds {
		n := count[kind]
		kinds[i] = fmt.Sprintf("%d %ss", n, kind)
		if n == 1 {
			kinds[i] = "1 " + kind
		}
	}
	whose := "their"
	if all == 1 {
		whose = "its"
	}
	return strings.Join(kinds, " and ") + " lost " + whose
}

// say writes a length of time with no more digits than one reads.
func say(ns int64) string {
	d := time.Duration(ns)
	if d < 10*time.Millisecond {
		return max(d.Round(time.Millisecond), time.Millisecond).String()
	}
	if d < time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

package connections

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const ms = int64(time.Millisecond)

// scene is a group with a clock that the test moves.
type scene struct {
	now    int64
	record *Record
}

func newScene() *scene {
	s := &scene{now: ms}
	s.record = New(func() int64 { return s.now })
	return s
}

func TestBreaksThatOverlapAreOne(t *testing.T) {
	s := newScene()
	a, b := s.record.Member(), s.record.Member()
	a.Lost("0")
	a.Lost("0") // said twice by a client that tries again
	a.Lost("1")
	s.now += 100 * ms
	b.Lost("0")
	require.Equal(t, Figures{Breaks: 1, Without: 100 * time.Millisecond, Longest: 100 * time.Millisecond, Now: 2}, s.record.Figures())
	a.Back("0")
	require.Equal(t, 2, s.record.Figures().Now, "another part of it is without a connection")
	s.now += 100 * ms
	a.Back("1")
	a.Back("1")
	b.Back("0")
	require.Equal(t, Figures{Breaks: 1, Without: 200 * time.Millisecond, Longest: 200 * time.Millisecond}, s.record.Figures())
	require.Equal(t, Outage{Number: 1, Members: 2, Began: ms, Ended: 201 * ms, Returned: true}, s.record.Latest())
	s.now += 1000 * ms
	b.Lost("0")
	s.now += 50 * ms
	b.Back("0")
	require.Equal(t, Figures{Breaks: 2, Without: 250 * time.Millisecond, Longest: 200 * time.Millisecond}, s.record.Figures())
}

func TestWhatEndsNeedsNoConnection(t *testing.T) {
	s := newScene()
	a := s.record.Member()
	a.Lost("0")
	a.Lost("1")
	a.Drop("0")
	require.Equal(t, 1, s.record.Figures().Now)
	s.now += ms
	a.Close()
	a.Lost("2")
	require.Zero(t, s.record.Figures().Now)
	require.False(t, s.record.Latest().Returned)
	require.Equal(t, time.Millisecond, s.record.Figures().Without)
	var none *Record
	none.Member().Lost("0") // an engine without an account
}

func TestAfterAResetTheRestOfAnOutageCounts(t *testing.T) {
	s := newScene()
	a := s.record.Member()
	a.Lost("0")
	s.now += 500 * ms
	s.record.Reset()
	s.now += 200 * ms
	require.Equal(t, Figures{Breaks: 1, Without: 200 * time.Millisecond, Longest: 200 * time.Millisecond, Now: 1}, s.record.Figures())
	a.Back("0")
	require.Equal(t, 200*time.Millisecond, s.record.Figures().Without)
	s.record.Reset()
	require.Zero(t, s.record.Figures())
}

// groups are several scenes with one clock and one teller.
type groups struct {
	now     int64
	records map[string]*Record
	order   []string
	kinds   map[string]string
	stopped map[string]bool
	teller  Teller
	said    []string
}

func newGroups(kinds ...string) *groups {
	g := &groups{now: ms, records: map[string]*Record{}, kinds: map[string]string{}, stopped: map[string]bool{}}
	for i := 0; i < len(kinds); i += 2 {
		g.order = append(g.order, kinds[i])
		g.kinds[kinds[i]] = kinds[i+1]
		g.records[kinds[i]] = New(func() int64 { return g.now })
	}
	g.pass(100)
	return g
}

// pass lets time go by, with a look every 100 ms.
func (g *groups) pass(milliseconds int64) {
	for range milliseconds / 100 {
		g.now += 100 * ms
		var all []Group
		for _, name := range g.order {
			all = append(all, Group{Name: name, Member: g.kinds[name], Active: !g.stopped[name], Outage: g.records[name].Latest()})
		}
		for _, s := range g.teller.Look(g.now, all) {
			g.said = append(g.said, s.Text)
		}
	}
}

func (g *groups) members(name string, n int) (all []*Member) {
	for range n {
		all = append(all, g.records[name].Member())
	}
	return all
}

func each(all []*Member, f func(*Member, string)) {
	for _, m := range all {
		f(m, "")
	}
}

func TestBreaksOfOneTimeAreOneSentence(t *testing.T) {
	g := newGroups("fast", "producer", "sub1", "consumer")
	p, c := g.members("fast", 4), g.members("sub1", 1)
	each(p, (*Member).Lost)
	g.pass(100)
	each(c, (*Member).Lost)
	g.pass(900)
	require.Equal(t, []string{"fast, sub1: 4 producers and 1 consumer lost their connection; connecting again"}, g.said)
	each(p, (*Member).Back)
	g.pass(100)
	each(c, (*Member).Back)
	g.pass(1000)
	require.Equal(t, "fast, sub1: connected again after 1s", g.said[1])
	require.Len(t, g.said, 2)
}

func TestABriefBreakIsOneSentence(t *testing.T) {
	g := newGroups("fast", "producer")
	p := g.members("fast", 1)
	each(p, (*Member).Lost)
	g.now += 45 * ms
	each(p, (*Member).Back)
	g.pass(1000)
	require.Equal(t, []string{"fast: 1 producer lost its connection and had it again after 50ms"}, g.said)
}

func TestManyBriefBreaksAreFewSentences(t *testing.T) {
	g := newGroups("fast", "producer")
	p := g.members("fast", 1)
	for range 20 {
		each(p, (*Member).Lost)
		g.now += 30 * ms
		each(p, (*Member).Back)
		g.pass(600)
	}
	g.pass(10_000)
	require.Equal(t, []string{
		"fast: 1 producer lost its connection and had it again after 30ms",
		"fast: connections broke 8 times in 4.7s, and were back after 30ms at most",
		"fast: connections broke 8 times in 4.7s, and were back after 30ms at most",
		"fast: connections broke 3 times in 4.8s, and were back after 30ms at most",
	}, g.said)
}

func TestNothingIsToldOfGroupsThatEnd(t *testing.T) {
	g := newGroups("fast", "producer", "sub1", "consumer")
	p, c := g.members("fast", 1), g.members("sub1", 1)
	each(p, (*Member).Lost)
	each(c, (*Member).Lost)
	c[0].Close() // ended by the broker: the group tells why
	g.stopped["fast"] = true
	g.pass(1000)
	p[0].Close()
	g.pass(1000)
	require.Empty(t, g.said)
}

// One group whose broker stays away does not keep the news of the others.
func TestSomeComeBackBeforeOthers(t *testing.T) {
	g := newGroups("a", "producer", "b", "producer")
	a, b := g.members("a", 2), g.members("b", 2)
	each(a, (*Member).Lost)
	each(b, (*Member).Lost)
	g.pass(1000)
	each(a, (*Member).Back)
	g.pass(1000)
	require.Equal(t, []string{"a, b: 4 producers lost their connection; connecting again", "a: connected again after 1s"}, g.said)
	each(b, (*Member).Back)
	g.pass(1000)
	require.Equal(t, "b: connected again after 2s", g.said[2])
	require.Len(t, g.said, 3)
}

func TestManyGroupsAreNotAllNamed(t *testing.T) {
	g := newGroups("a", "producer", "b", "producer", "c", "producer", "d", "consumer", "e", "consumer")
	for _, name := range g.order {
		each(g.members(name, 10), (*Member).Lost)
	}
	g.pass(1000)
	require.Equal(t, []string{"a, b, c and 2 more: 30 producers and 20 consumers lost their connection; connecting again"}, g.said)
}

func TestWhatWasOverBeforeAGroupCameIsNoNews(t *testing.T) {
	past := Group{Name: "sub1", Member: "consumer", Active: true, Outage: Outage{Number: 1, Members: 1, Began: 100 * ms, Ended: 1000 * ms, Returned: true}}
	teller := Teller{Looked: 2000 * ms}
	for now := 2100 * ms; now < 4000*ms; now += 100 * ms {
		require.Empty(t, teller.Look(now, []Group{past}), "another teller has told it")
	}
	past.Outage = Outage{Number: 2, Members: 1, Began: 4000 * ms, Ended: 4050 * ms, Returned: true}
	teller.Look(4100*ms, []Group{past})
	require.Len(t, teller.Look(4600*ms, []Group{past}), 1, "this one is news")
}

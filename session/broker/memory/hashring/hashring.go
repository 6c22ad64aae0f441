// Package hashring decides which consumer of a key_shared subscription gets which
// hash slot, as the selectors of Pulsar 4.0 do. Consumers are named by numbers.
package hashring

import (
	"fmt"
	"slices"
	"sort"
	"strconv"

	"pulsh/session/broker/protocol"
)

// pointsPer is how many points a consumer has on the ring.
const pointsPer = 100

// Range is a stretch of slots, both ends included.
type Range = protocol.HashRange

// point is a place on the ring with those who own it; the first in the list gets it.
type point struct {
	slot   int32
	owners []uint64
}

// Selector gives slots to consumers: by points on a ring, or by the ranges that
// they ask for.
type Selector struct {
	Sticky bool
	points []point
	names  map[string]map[int]bool // the indexes in use, by name
	index  map[uint64]ringName
	ranges map[uint64][]Range
}

type ringName struct {
	name  string
	index int
}

// New returns a selector without consumers.
func New(sticky bool) *Selector {
	return &Selector{Sticky: sticky, names: map[string]map[int]bool{}, index: map[uint64]ringName{}, ranges: map[uint64][]Range{}}
}

// Slot is the slot of a key, whose Murmur3 hash is given.
func (s *Selector) Slot(hash uint32) int32 {
	if s.Sticky {
		return max(int32(hash%protocol.HashSlots), 1)
	}
	return int32(hash%(protocol.HashSlots-1)) + 1
}

// Add places a consumer. A sticky one needs ranges that nobody has.
func (s *Selector) Add(id uint64, name string, ranges []Range) error {
	if s.Sticky {
		return s.addRanges(id, ranges)
	}
	used := s.names[name]
	if used == nil {
		used = map[int]bool{}
		s.names[name] = used
	}
	n := 0
	for used[n] {
		n++
	}
	used[n] = true
	s.index[id] = ringName{name, n}
	for k := range pointsPer {
		slot := pointSlot(name, n, k)
		i := s.search(slot)
		if i < len(s.points) && s.points[i].slot == slot {
			s.points[i].owners = append(s.points[i].owners, id)
		} else {
			s.points = slices.Insert(s.points, i, point{slot, []uint64{id}})
		}
	}
	return nil
}

// pointSlot is the place of a consumer's point k.
func pointSlot(name string, index, k int) int32 {
	text := name + "\x00" + strconv.Itoa(index) + "\x00" + strconv.Itoa(k)
	return int32(protocol.RingSlot([]byte(text)))
}

func (s *Selector) search(slot int32) int {
	return sort.Search(len(s.points), func(i int) bool { return s.points[i].slot >= slot })
}

// addRanges gives a consumer the ranges that it asks for.
func (s *Selector) addRanges(id uint64, ranges []Range) error {
	if len(ranges) == 0 {
		return fmt.Errorf("Ranges for KeyShared policy must not be empty")
	}
	for i, r := range ranges {
		if r.Start < 0 || r.End >= protocol.HashSlots || r.Start > r.End {
			return fmt.Errorf("Ranges must be [0,65535] but provided range is [%d, %d]", r.Start, r.End)
		}
		for _, other := range ranges[:i] {
			if r.Start <= other.End && other.Start <= r.End {
				return fmt.Errorf("Ranges for KeyShared policy with overlap between [%d, %d] and [%d, %d]", other.Start, other.End, r.Start, r.End)
			}
		}
		for _, taken := range s.ranges {
			for _, other := range taken {
				if r.Start <= other.End && other.Start <= r.End {
					return fmt.Errorf("Range conflict with consumer: [%d, %d] overlaps [%d, %d]", r.Start, r.End, other.Start, other.End)
				}
			}
		}
	}
	s.ranges[id] = slices.Clone(ranges)
	return nil
}

// Remove takes a consumer away.
func (s *Selector) Remove(id uint64) {
	delete(s.ranges, id)
	at, ok := s.index[id]
	if !ok {
		return
	}
	delete(s.index, id)
	delete(s.names[at.name], at.index)
	if len(s.names[at.name]) == 0 {
		delete(s.names, at.name)
	}
	for i := range s.points {
		s.points[i].owners = slices.DeleteFunc(s.points[i].owners, func(o uint64) bool { return o == id })
	}
	s.points = slices.DeleteFunc(s.points, func(p point) bool { return len(p.owners) == 0 })
}

// Owner is the consumer of a slot; ok is false if it has none.
func (s *Selector) Owner(slot int32) (id uint64, ok bool) {
	if s.Sticky {
		for id, ranges := range s.ranges {
			for _, r := range ranges {
				if slot >= r.Start && slot <= r.End {
					return id, true
				}
			}
		}
		return 0, false
	}
	if len(s.points) == 0 {
		return 0, false
	}
	i := s.search(slot)
	if i == len(s.points) {
		i = 0
	}
	return s.points[i].owners[0], true
}

// Ranges are the slots of a consumer, in order.
func (s *Selector) Ranges(id uint64) (all []Range) {
	if s.Sticky {
		all = slices.Clone(s.ranges[id])
		slices.SortFunc(all, func(a, b Range) int { return int(a.Start - b.Start) })
		return all
	}
	first := int32(1)
	for _, p := range s.points {
		if p.owners[0] == id {
			all = append(all, Range{Start: first, End: p.slot})
		}
		first = p.slot + 1
	}
	if n := len(s.points); n > 0 && s.points[0].owners[0] == id && first < protocol.HashSlots {
		all = append(all, Range{Start: first, End: protocol.HashSlots - 1})
	}
	return merged(all)
}

// merged joins ranges that touch.
func merged(all []Range) []Range {
	out := all[:0]
	for _, r := range all {
		if n := len(out); n > 0 && out[n-1].End+1 == r.Start {
			out[n-1].End = r.End
			continue
		}
		out = append(out, r)
	}
	return out
}

// Active is the place in a list of n names of the consumer that a failover
// subscription of a topic without partitions prefers.
func Active(names []string, topic string) int {
	type spot struct {
		hash uint32
		who  int
	}
	var ring []spot
	for who, name := range names {
		for k := range pointsPer {
			ring = append(ring, spot{protocol.Murmur3(name + strconv.Itoa(k)), who})
		}
	}
	if len(ring) == 0 {
		return -1
	}
	slices.SortFunc(ring, func(a, b spot) int {
		if a.hash != b.hash {
			return int(int64(a.hash) - int64(b.hash))
		}
		return a.who - b.who
	})
	hash := protocol.Murmur3(topic)
	i := sort.Search(len(ring), func(i int) bool { return ring[i].hash >= hash })
	return ring[i%len(ring)].who
}

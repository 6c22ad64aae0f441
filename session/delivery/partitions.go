package delivery

// A subscription begins in each partition of a topic at a place of its own, and
// the numbers of a stream are spread over the partitions. A seek to an instant
// finds the first entry of each partition that was published then, and two
// batches that were begun at once stand in no order. So near the beginning a
// number may be missing because the partition that holds it begins behind it.
// From the highest of the partitions' first numbers on none may be. What is not
// seen below it is neither lost nor expected.

// seePartition notes that n came from a partition. The caller holds mu and has
// accounted for n as the first delivery of its number.
func (s *sequence) seePartition(n uint64, partition uint16) {
	word, bit := int(partition>>6), uint64(1)<<(partition&63)
	if word < len(s.seenPartitions) && s.seenPartitions[word]&bit != 0 {
		return
	}
	if word >= len(s.seenPartitions) {
		s.seenPartitions = append(s.seenPartitions, make([]uint64, word+1-len(s.seenPartitions))...)
	}
	s.seenPartitions[word] |= bit
	if n > s.judgedFrom {
		s.judgedFrom = n
		s.unjudgedLost, s.unknownLost = s.lost, 0 // what has left the window lies below n
	}
}

// unjudgedGaps counts the numbers of the window that have not been seen and need not
// be. The caller holds mu, and the stream is open.
func (s *sequence) unjudgedGaps() uint64 { return s.unseen(s.low(), min(s.judgedFrom, s.next)) }

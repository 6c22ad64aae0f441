package delivery

// Where the account begins. A subscription begins in each partition of a topic
// at an entry of its own, and the numbers of a producer are spread over the
// partitions. A seek to an instant finds the first entry of each partition that
// was published then, and batches of two partitions have no order between them.
// So near the beginning a number may be missing because the subscription begins
// behind it in its partition. From the highest of the partitions' first numbers
// on no number may be missing. A number below it that does not arrive is neither
// lost nor expected.
//
// The same holds for numbers that were stored before the subscription's place was
// known. An earlier consumer may have acknowledged some of them and left others,
// which come again. And a seek to a message of one partition leaves the others
// where they were: what they had delivered does not come again. So after the last
// such number the judgement begins, see Arrival.Before and NewPeriodInPart.

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
	s.judgeFrom(n)
}

// judgeFrom says that no number below n can be judged. The caller holds mu. No
// number that counts as lost is above n.
func (s *sequence) judgeFrom(n uint64) {
	if n > s.judgedFrom {
		s.judgedFrom = n
		s.unjudgedLost, s.unknownLost = s.lost, 0 // all lost numbers are below n
	}
}

// unjudgedGaps counts the gaps of the window that are not judged. The caller
// holds mu, and the sequence is open.
func (s *sequence) unjudgedGaps() uint64 { return s.unseen(s.low(), min(s.judgedFrom, s.next)) }

package payload

import (
	"fmt"
	"sync"
)

// Shares of the memory that this process may use, which a Budget gives to bodies. The
// engines copy what is in flight into batches and compress it, so that each byte of a
// body needs about two more.
const (
	budgetShare = 4 // all bodies together: a fourth
	groupShare  = 8 // those of one group: an eighth
)

// groupMost bounds the bodies of one group where there is plenty of memory: 64 MiB in
// flight fill a network of 10 Gbit/s with a round trip of 50 ms.
const groupMost = 64 << 20

// A Budget bounds the memory of the bodies of all groups. Any goroutine may use it.
type Budget struct {
	memory int64 // bytes that the process may use

	mu    sync.Mutex
	taken map[string]int64 // by group
}

// NewBudget returns a budget for a process that may use so many bytes of memory.
func NewBudget(memory int64) *Budget {
	return &Budget{memory: memory, taken: map[string]int64{}}
}

// Take sets aside the memory for the bodies of a group, in place of what it took
// before, and returns how many bytes each of its producers may use, at most
// ArenaLimit. pending is the number of messages in flight of one producer. The error
// says which product is too large.
func (b *Budget) Take(group string, size Size, producers, pending int) (each int, err error) {
	room := (int64(size.Max()) + slotAlignment - 1) / slotAlignment * slotAlignment
	share := b.memory / groupShare
	least := room * int64(producers) // a producer has one body at least
	if least > share {
		return 0, fmt.Errorf("%d producers need %s of memory for bodies of %s, and a group may have %s of the %s that this process may use",
			producers, Mebibytes(least), size, Mebibytes(share), Mebibytes(b.memory))
	}
	each = int(min(max(min(share, groupMost)/int64(producers), room), ArenaLimit, room*int64(max(pending, 1))))
	if err := b.take(group, int64(each)*int64(producers)); err != nil {
		return 0, err
	}
	return each, nil
}

// TakeMore sets aside the memory of the messages of a file, beside what the group has
// taken for those in flight.
func (b *Budget) TakeMore(group string, bytes int64) error {
	if share := b.Share(); bytes > share {
		return fmt.Errorf("the messages need %s of memory, and a group may have %s of the %s that this process may use",
			Mebibytes(bytes), Mebibytes(share), Mebibytes(b.memory))
	}
	b.mu.Lock()
	taken := b.taken[group]
	b.mu.Unlock()
	return b.take(group, taken+bytes)
}

// Share returns how many bytes the bodies of one group may have.
func (b *Budget) Share() int64 { return min(b.memory/groupShare, FileMax) }

// Memory returns how many bytes this process may use.
func (b *Budget) Memory() int64 { return b.memory }

// Holds reports whether so many bytes beside the bodies leave the process room.
func (b *Budget) Holds(bytes int64) bool { return bytes <= b.memory/budgetShare }

// take sets aside bytes for a group, in place of what it took before.
func (b *Budget) take(group string, bytes int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := bytes
	for other, n := range b.taken {
		if other != group {
			all += n
		}
	}
	if all > b.memory/budgetShare {
		return fmt.Errorf("the messages in flight of all groups need %s of memory, and they may have %s of the %s that this process may use",
			Mebibytes(all), Mebibytes(b.memory/budgetShare), Mebibytes(b.memory))
	}
	b.taken[group] = bytes
	return nil
}

// Give gives back what a group has taken.
func (b *Budget) Give(group string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.taken, group)
}

// Mebibytes writes bytes in whole MiB, rounded up.
func Mebibytes(n int64) string { return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20) }

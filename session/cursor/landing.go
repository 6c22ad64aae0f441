package cursor

import (
	"fmt"

	"pulsh/session/broker"
)

// Landing says where a cursor continues that was moved to a message which is not stored,
// "" if it is: brokers take the next stored message without a word.
func Landing(at broker.CursorPosition, to broker.MessageID) string {
	var first, next *broker.Ledger // with entries
	why := fmt.Sprintf("there is no ledger %d", to.Ledger)
	for i := range at.Ledgers {
		ledger := &at.Ledgers[i]
		if ledger.ID == to.Ledger {
			if to.Entry < ledger.Entries {
				return ""
			}
			why = fmt.Sprintf("ledger %d has %d entries", to.Ledger, ledger.Entries)
		}
		if ledger.Entries == 0 {
			continue
		}
		if first == nil {
			first = ledger
		}
		if next == nil && ledger.ID > to.Ledger {
			next = ledger
		}
	}
	switch {
	case next == nil:
		return why + ": the next message that is sent is delivered next"
	case next == first:
		return fmt.Sprintf("%s: the earliest message, %d:0, is delivered next", why, next.ID)
	}
	return fmt.Sprintf("%s: message %d:0 is delivered next", why, next.ID)
}

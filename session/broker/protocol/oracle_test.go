package protocol

import "google.golang.org/protobuf/encoding/protowire"

// The commands that are encoded by hand, described as the others are: what the
// two make of the same bytes must be the same.

func (m *Send) fields(c *coder) {
	number(c, sendProducer, &m.ProducerID, 0, required)
	number(c, sendSequence, &m.Sequence, 0, required)
	number(c, sendMessages, &m.Messages, 0, optional)
	optionalTxn(c, sendTxnLeast, sendTxnMost, &m.Txn, &m.Transactional)
	number(c, sendHighest, &m.HighestSequence, 0, optional)
	c.flag(sendChunk, &m.Chunk)
	c.flag(sendMarker, &m.Marker)
	message(c, sendID, &m.ID, optional)
}

func (m *SendReceipt) fields(c *coder) {
	number(c, receiptProducer, &m.ProducerID, 0, required)
	number(c, receiptSequence, &m.Sequence, 0, required)
	id := &m.ID
	if !m.Stored {
		id = nil
	}
	message(c, receiptID, &id, optional)
	if m.Stored = id != nil; m.Stored {
		m.ID = *id
	} else {
		m.ID = MessageID{Partition: -1, BatchIndex: -1}
	}
	number(c, receiptHighest, &m.HighestSequence, 0, optional)
}

func (m *Message) fields(c *coder) {
	number(c, messageConsumer, &m.ConsumerID, 0, required)
	c.part(messageID, &m.ID, required)
	number(c, messageRedelivery, &m.RedeliveryCount, 0, optional)
	c.words(messageAckSet, &m.AckSet)
	number(c, messageEpoch, &m.Epoch, NoEpoch, optional)
}

func (m *Ack) fields(c *coder) {
	number(c, ackConsumer, &m.ConsumerID, 0, required)
	number(c, ackKind, &m.Ack, Individual, required)
	messages(c, ackID, &m.IDs)
	number(c, ackValidation, &m.Validation, NoValidationError, optional)
	messages(c, ackProperties, &m.Properties)
	optionalTxn(c, ackTxnLeast, ackTxnMost, &m.Txn, &m.Transactional)
	if c.pass != writing || m.Asks {
		number(c, ackRequest, &m.RequestID, 0, always)
	}
	m.Asks = c.pass == writing && m.Asks || c.seen&(1<<ackRequest) != 0
}

func (m *Flow) fields(c *coder) {
	number(c, flowConsumer, &m.ConsumerID, 0, required)
	number(c, flowPermits, &m.Permits, 0, required)
}

// optionalTxn is a transaction that is meant if both of its halves are there,
// even if they are 0.
func optionalTxn(c *coder, least, most protowire.Number, txn *Txn, meant *bool) {
	if c.pass == writing && !*meant {
		return
	}
	number(c, least, &txn.Least, 0, always)
	number(c, most, &txn.Most, 0, always)
	if c.pass != writing {
		*meant = c.seen&(1<<least) != 0 && c.seen&(1<<most) != 0
	}
}

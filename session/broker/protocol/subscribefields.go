package protocol

func (m *TopicMigrated) fields(c *coder) {
	kind := int32(0)
	if m.Consumer {
		kind = 1
	}
	number(c, 1, &m.Resource, 0, required)
	number(c, 2, &kind, 0, required)
	c.text(3, &m.URL, optional)
	c.text(4, &m.TLSURL, optional)
	m.Consumer = kind == 1
}

func (m *Producer) fields(c *coder) {
	c.text(1, &m.Topic, required)
	number(c, 2, &m.ProducerID, 0, required)
	number(c, 3, &m.RequestID, 0, required)
	c.text(4, &m.Name, optional)
	c.flag(5, &m.Encrypted)
	messages(c, 6, &m.Metadata)
	message(c, 7, &m.Schema, optional)
	number(c, 8, &m.Epoch, 0, optional)
	c.unset(9, &m.NameByBroker)
	number(c, 10, &m.AccessMode, AccessShared, optional)
	number(c, 11, &m.TopicEpoch, NoEpoch, optional)
	c.flag(12, &m.Transactional)
	c.text(13, &m.InitialSubscription, optional)
}

func (m *ProducerSuccess) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	c.text(2, &m.Name, required)
	number(c, 3, &m.LastSequence, -1, optional)
	c.raw(4, &m.SchemaVersion, always)
	number(c, 5, &m.TopicEpoch, NoEpoch, optional)
	c.unset(6, &m.Queued)
}

func (m *SendError) fields(c *coder) {
	number(c, 1, &m.ProducerID, 0, required)
	number(c, 2, &m.Sequence, 0, required)
	number(c, 3, &m.Error, NoError, required)
	c.text(4, &m.Message, required)
}

func (m *CloseProducer) fields(c *coder) {
	number(c, 1, &m.ProducerID, 0, required)
	number(c, 2, &m.RequestID, 0, required)
	c.text(3, &m.URL, optional)
	c.text(4, &m.TLSURL, optional)
}

func (m *CloseConsumer) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	number(c, 2, &m.RequestID, 0, required)
	c.text(3, &m.URL, optional)
	c.text(4, &m.TLSURL, optional)
}

func (r *HashRange) fields(c *coder) {
	number(c, 1, &r.Start, 0, required)
	number(c, 2, &r.End, 0, required)
}

func (m *KeySharedMeta) fields(c *coder) {
	mode := int32(0)
	if m.Sticky {
		mode = 1
	}
	number(c, 1, &mode, 0, required)
	messages(c, 3, &m.Ranges)
	c.flag(4, &m.AllowOutOfOrder)
	m.Sticky = mode == 1
}

func (m *Subscribe) fields(c *coder) {
	c.text(1, &m.Topic, required)
	c.text(2, &m.Subscription, required)
	number(c, 3, &m.SubType, Exclusive, required)
	number(c, 4, &m.ConsumerID, 0, required)
	number(c, 5, &m.RequestID, 0, required)
	c.text(6, &m.Name, optional)
	number(c, 7, &m.Priority, 0, optional)
	c.unset(8, &m.NonDurable)
	message(c, 9, &m.Start, optional)
	messages(c, 10, &m.Metadata)
	c.flag(11, &m.ReadCompacted)
	message(c, 12, &m.Schema, optional)
	number(c, 13, &m.Initial, Latest, optional)
	c.flag(14, &m.Replicated)
	c.unset(15, &m.NoCreation)
	number(c, 16, &m.StartRollback, 0, optional)
	message(c, 17, &m.KeyShared, optional)
	messages(c, 18, &m.SubscriptionProperties)
	number(c, 19, &m.Epoch, NoEpoch, optional)
}

func (m *AckResponse) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	number(c, 2, &m.TxnLeast, 0, optional)
	number(c, 3, &m.TxnMost, 0, optional)
	number(c, 4, &m.Error, NoError, optional)
	c.text(5, &m.Message, optional)
	number(c, 6, &m.RequestID, 0, always)
}

func (m *Redeliver) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	messages(c, 2, &m.IDs)
	number(c, 3, &m.Epoch, NoEpoch, optional)
}

func (m *ActiveConsumerChange) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	c.flag(2, &m.Active)
}

func (m *ReachedEndOfTopic) fields(c *coder) { number(c, 1, &m.ConsumerID, 0, required) }

func (m *Unsubscribe) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	number(c, 2, &m.RequestID, 0, required)
	c.flag(3, &m.Force)
}

func (m *Seek) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	number(c, 2, &m.RequestID, 0, required)
	message(c, 3, &m.ID, optional)
	number(c, 4, &m.PublishTime, 0, optional)
}

func (m *GetLastMessageID) fields(c *coder) {
	number(c, 1, &m.ConsumerID, 0, required)
	number(c, 2, &m.RequestID, 0, required)
}

func (m *GetLastMessageIDAnswer) fields(c *coder) {
	c.part(1, &m.Last, required)
	number(c, 2, &m.RequestID, 0, required)
	message(c, 3, &m.MarkDelete, optional)
}

func (m *ConsumerStats) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 4, &m.ConsumerID, 0, required)
}

func (m *ConsumerStatsAnswer) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Error, NoError, optional)
	c.text(3, &m.Message, optional)
	c.double(4, &m.RateOut)
	c.double(5, &m.ThroughputOut)
	c.double(6, &m.RateRedeliver)
	c.text(7, &m.Name, optional)
	number(c, 8, &m.Permits, 0, optional)
	number(c, 9, &m.Unacked, 0, optional)
	c.flag(10, &m.Blocked)
	c.text(11, &m.Address, optional)
	c.text(12, &m.Since, optional)
	c.text(13, &m.SubscriptionType, optional)
	c.double(14, &m.RateExpired)
	number(c, 15, &m.Backlog, 0, optional)
	c.double(16, &m.AckRate)
}

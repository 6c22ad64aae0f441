package protocol

func (s *Schema) fields(c *coder) {
	c.text(1, &s.Name, required)
	c.raw(3, &s.Data, required)
	number(c, 4, &s.Kind, 0, required)
	messages(c, 5, &s.Properties)
}

func (m *GetSchema) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	c.text(2, &m.Topic, required)
	c.raw(3, &m.Version, optional)
}

func (m *GetSchemaAnswer) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Error, NoError, optional)
	c.text(3, &m.Message, optional)
	message(c, 4, &m.Schema, optional)
	c.raw(5, &m.Version, optional)
}

func (m *GetOrCreateSchema) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	c.text(2, &m.Topic, required)
	c.part(3, &m.Schema, required)
	c.text(4, &m.ProducerName, optional)
}

func (m *GetOrCreateSchemaAnswer) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Error, NoError, optional)
	c.text(3, &m.Message, optional)
	c.raw(4, &m.Version, always)
}

func (t *TxnAnswer) fields(c *coder) {
	number(c, 1, &t.RequestID, 0, required)
	number(c, 2, &t.Least, 0, always)
	number(c, 3, &t.Most, 0, always)
	number(c, 4, &t.Error, NoError, optional)
	c.text(5, &t.Message, optional)
}

func (m *NewTxn) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.TTL, 0, optional)
	number(c, 3, &m.Coordinator, 0, optional)
}

func (m *AddPartitionToTxn) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Least, 0, always)
	number(c, 3, &m.Most, 0, always)
	c.texts(4, &m.Partitions)
}

func (s *TxnSubscription) fields(c *coder) {
	c.text(1, &s.Topic, required)
	c.text(2, &s.Subscription, required)
}

func (m *AddSubscriptionToTxn) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Least, 0, always)
	number(c, 3, &m.Most, 0, always)
	messages(c, 4, &m.Subscriptions)
}

func (m *EndTxn) fields(c *coder) {
	action := int32(0)
	if m.Abort {
		action = 1
	}
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Least, 0, always)
	number(c, 3, &m.Most, 0, always)
	number(c, 4, &action, 0, always)
	m.Abort = action == 1
}

func (m *TCClientConnect) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Coordinator, 0, required)
}

func (m *TCClientConnectAnswer) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Error, NoError, optional)
	c.text(3, &m.Message, optional)
}

package protocol

// This file has every field number of PulsarApi.proto that this package knows:
// first those of what is encoded by hand, then a description of each command.
// A description names, per field, its number, where it lives, its value when
// absent and whether it may be absent.

// Fields of MessageIdData.
const (
	idLedger     = 1
	idEntry      = 2
	idPartition  = 3
	idBatchIndex = 4
	idAckSet     = 5
	idBatchSize  = 6
	idFirstChunk = 7
)

// Fields of CommandSend.
const (
	sendProducer = 1
	sendSequence = 2
	sendMessages = 3
	sendTxnLeast = 4
	sendTxnMost  = 5
	sendHighest  = 6
	sendChunk    = 7
	sendMarker   = 8
	sendID       = 9
)

// Fields of CommandSendReceipt.
const (
	receiptProducer = 1
	receiptSequence = 2
	receiptID       = 3
	receiptHighest  = 4
)

// Fields of CommandMessage.
const (
	messageConsumer   = 1
	messageID         = 2
	messageRedelivery = 3
	messageAckSet     = 4
	messageEpoch      = 5
)

// Fields of CommandAck.
const (
	ackConsumer   = 1
	ackKind       = 2
	ackID         = 3
	ackValidation = 4
	ackProperties = 5
	ackTxnLeast   = 6
	ackTxnMost    = 7
	ackRequest    = 8
)

// Fields of CommandFlow.
const (
	flowConsumer = 1
	flowPermits  = 2
)

// Fields of MessageMetadata.
const (
	metaProducer      = 1
	metaSequence      = 2
	metaPublished     = 3
	metaProperties    = 4
	metaReplicated    = 5
	metaKey           = 6
	metaReplicateTo   = 7
	metaCompression   = 8
	metaUncompressed  = 9
	metaBatch         = 11
	metaEventTime     = 12
	metaEncryption    = 13
	metaEncryptAlgo   = 14
	metaEncryptParam  = 15
	metaSchemaVersion = 16
	metaKeyEncoded    = 17
	metaOrderingKey   = 18
	metaDeliverAt     = 19
	metaMarker        = 20
	metaTxnLeast      = 22
	metaTxnMost       = 23
	metaHighest       = 24
	metaNullValue     = 25
	metaUUID          = 26
	metaChunks        = 27
	metaChunkedSize   = 28
	metaChunk         = 29
	metaNullKey       = 30
)

// Fields of SingleMessageMetadata.
const (
	singleProperties  = 1
	singleKey         = 2
	singleSize        = 3
	singleCompacted   = 4
	singleEventTime   = 5
	singleKeyEncoded  = 6
	singleOrderingKey = 7
	singleSequence    = 8
	singleNullValue   = 9
	singleNullKey     = 10
)

// Fields of BrokerEntryMetadata and of KeyValue.
const (
	entryTimestamp = 1
	entryIndex     = 2
	pairKey        = 1
	pairValue      = 2
)

func (k *KeyValue) fields(c *coder) {
	c.text(pairKey, &k.Key, required)
	c.text(pairValue, &k.Value, required)
}

func (k *KeyLong) fields(c *coder) {
	c.text(pairKey, &k.Key, required)
	number(c, pairValue, &k.Value, 0, required)
}

func (id *MessageID) fields(c *coder) {
	number(c, idLedger, &id.Ledger, 0, required)
	number(c, idEntry, &id.Entry, 0, required)
	number(c, idPartition, &id.Partition, -1, optional)
	number(c, idBatchIndex, &id.BatchIndex, -1, optional)
	c.words(idAckSet, &id.AckSet)
	number(c, idBatchSize, &id.BatchSize, 0, optional)
	message(c, idFirstChunk, &id.FirstChunk, optional)
}

func (f *FeatureFlags) fields(c *coder) {
	c.flag(1, &f.AuthRefresh)
	c.flag(2, &f.BrokerEntryMetadata)
	c.flag(3, &f.PartialProducer)
	c.flag(4, &f.TopicWatchers)
	c.flag(5, &f.PartitionsWithoutCreation)
	c.flag(6, &f.ReplicationDedupByPosition)
}

func (m *Connect) fields(c *coder) {
	c.text(1, &m.ClientVersion, required)
	c.raw(3, &m.AuthData, optional)
	number(c, 4, &m.ProtocolVersion, 0, optional)
	c.text(5, &m.AuthMethod, optional)
	c.text(6, &m.ProxyToBroker, optional)
	c.text(7, &m.OriginalPrincipal, optional)
	c.text(8, &m.OriginalAuthData, optional)
	c.text(9, &m.OriginalAuthMethod, optional)
	message(c, 10, &m.Flags, optional)
	c.text(11, &m.ProxyVersion, optional)
}

func (m *Connected) fields(c *coder) {
	c.text(1, &m.ServerVersion, required)
	number(c, 2, &m.ProtocolVersion, 0, optional)
	number(c, 3, &m.MaxMessageSize, 0, optional)
	message(c, 4, &m.Flags, optional)
}

func (m *AuthData) fields(c *coder) {
	c.text(1, &m.Method, always)
	c.raw(2, &m.Data, always)
}

func (m *AuthChallenge) fields(c *coder) {
	c.text(1, &m.ServerVersion, optional)
	message(c, 2, &m.Challenge, optional)
	number(c, 3, &m.ProtocolVersion, 0, optional)
}

func (m *AuthResponse) fields(c *coder) {
	c.text(1, &m.ClientVersion, optional)
	message(c, 2, &m.Response, always)
	number(c, 3, &m.ProtocolVersion, 0, optional)
}

func (m *Ping) fields(*coder) {}
func (m *Pong) fields(*coder) {}

func (m *Success) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	message(c, 2, &m.Schema, optional)
}

func (m *Error) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Error, NoError, required)
	c.text(3, &m.Message, required)
}

func (m *PartitionedMetadata) fields(c *coder) {
	c.text(1, &m.Topic, required)
	number(c, 2, &m.RequestID, 0, required)
	c.text(3, &m.OriginalPrincipal, optional)
	c.text(4, &m.OriginalAuthData, optional)
	c.text(5, &m.OriginalAuthMethod, optional)
	c.unset(6, &m.NoCreation)
}

func (m *PartitionedMetadataAnswer) fields(c *coder) {
	number(c, 1, &m.Partitions, 0, always)
	number(c, 2, &m.RequestID, 0, required)
	number(c, 3, &m.Failed, 0, always)
	number(c, 4, &m.Error, NoError, optional)
	c.text(5, &m.Message, optional)
}

func (m *Lookup) fields(c *coder) {
	c.text(1, &m.Topic, required)
	number(c, 2, &m.RequestID, 0, required)
	c.flag(3, &m.Authoritative)
	c.text(4, &m.OriginalPrincipal, optional)
	c.text(5, &m.OriginalAuthData, optional)
	c.text(6, &m.OriginalAuthMethod, optional)
	c.text(7, &m.Listener, optional)
	messages(c, 8, &m.Properties)
}

func (m *LookupAnswer) fields(c *coder) {
	c.text(1, &m.URL, optional)
	c.text(2, &m.TLSURL, optional)
	number(c, 3, &m.Response, LookupFailed, always)
	number(c, 4, &m.RequestID, 0, required)
	c.flag(5, &m.Authoritative)
	number(c, 6, &m.Error, NoError, optional)
	c.text(7, &m.Message, optional)
	c.flag(8, &m.Proxied)
}

func (m *GetTopics) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	c.text(2, &m.Namespace, required)
	number(c, 3, &m.Mode, 0, optional)
	c.text(4, &m.Pattern, optional)
	c.text(5, &m.Hash, optional)
}

func (m *GetTopicsAnswer) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	c.texts(2, &m.Topics)
	c.flag(3, &m.Filtered)
	c.text(4, &m.Hash, optional)
	c.unset(5, &m.Unchanged)
}

func (m *WatchTopicList) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Watcher, 0, required)
	c.text(3, &m.Namespace, required)
	c.text(4, &m.Pattern, required)
	c.text(5, &m.Hash, optional)
}

func (m *WatchTopicListSuccess) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Watcher, 0, required)
	c.texts(3, &m.Topics)
	c.text(4, &m.Hash, required)
}

func (m *WatchTopicUpdate) fields(c *coder) {
	number(c, 1, &m.Watcher, 0, required)
	c.texts(2, &m.Created)
	c.texts(3, &m.Deleted)
	c.text(4, &m.Hash, required)
}

func (m *WatchTopicListClose) fields(c *coder) {
	number(c, 1, &m.RequestID, 0, required)
	number(c, 2, &m.Watcher, 0, required)
}

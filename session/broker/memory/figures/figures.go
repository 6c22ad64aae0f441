// Package figures is what Pulsar's admin API says of topics, as JSON. Field names are
// Pulsar's.
package figures

// Topic is what Pulsar's admin API says of a topic, with its names.
type Topic struct {
	RateIn            float64                 `json:"msgRateIn"`
	ThroughputIn      float64                 `json:"msgThroughputIn"`
	RateOut           float64                 `json:"msgRateOut"`
	ThroughputOut     float64                 `json:"msgThroughputOut"`
	BytesIn           int64                   `json:"bytesInCounter"`
	MessagesIn        int64                   `json:"msgInCounter"`
	BytesOut          int64                   `json:"bytesOutCounter"`
	MessagesOut       int64                   `json:"msgOutCounter"`
	AverageSize       float64                 `json:"averageMsgSize"`
	Storage           int64                   `json:"storageSize"`
	BacklogSize       int64                   `json:"backlogSize"`
	QuotaSize         int64                   `json:"backlogQuotaLimitSize"`
	QuotaTime         int64                   `json:"backlogQuotaLimitTime"`
	Throttled         int64                   `json:"publishRateLimitedTimes"`
	Publishers        []Publisher             `json:"publishers"`
	Waiting           int                     `json:"waitingPublishers"`
	Subscriptions     map[string]Subscription `json:"subscriptions"`
	Replication       map[string]any          `json:"replication"`
	Dedup             string                  `json:"deduplicationStatus"`
	Epoch             *int64                  `json:"topicEpoch,omitempty"`
	NonContiguous     int64                   `json:"nonContiguousDeletedMessagesRanges"`
	ConnectedSince    string                  `json:"topicCreationTimeStamp,omitempty"`
	OwnerBroker       string                  `json:"ownerBroker,omitempty"`
	Parts             map[string]*Topic       `json:"partitions,omitempty"`
	Metadata          *Partitions             `json:"metadata,omitempty"`
	LastOffloadLedger int64                   `json:"lastOffloadLedgerId"`

	// What this broker does not have.
	Committed     int   `json:"committedTxnCount"`
	Aborted       int   `json:"abortedTxnCount"`
	Ongoing       int   `json:"ongoingTxnCount"`
	Chunked       bool  `json:"msgChunkPublished"`
	RangesSize    int   `json:"nonContiguousDeletedMessagesRangesSerializedSize"`
	SystemBytesIn int64 `json:"systemTopicBytesInCounter"`
}

// Partitions says how many partitions a topic has.
type Partitions struct {
	Count   int  `json:"partitions"`
	Deleted bool `json:"deleted"`
}

// Publisher is what the admin API says of a producer.
type Publisher struct {
	RateIn       float64           `json:"msgRateIn"`
	ThroughputIn float64           `json:"msgThroughputIn"`
	AverageSize  float64           `json:"averageMsgSize"`
	ID           uint64            `json:"producerId"`
	AccessMode   string            `json:"accessMode"`
	Name         string            `json:"producerName"`
	Address      string            `json:"address"`
	Since        string            `json:"connectedSince"`
	Client       string            `json:"clientVersion"`
	Metadata     map[string]string `json:"metadata"`
}

// Subscription is what the admin API says of a subscription.
type Subscription struct {
	RateOut       float64    `json:"msgRateOut"`
	ThroughputOut float64    `json:"msgThroughputOut"`
	BytesOut      int64      `json:"bytesOutCounter"`
	MessagesOut   int64      `json:"msgOutCounter"`
	RateRedeliver float64    `json:"msgRateRedeliver"`
	Backlog       int64      `json:"msgBacklog"`
	BacklogSize   int64      `json:"backlogSize"`
	NoDelayed     int64      `json:"msgBacklogNoDelayed"`
	Blocked       bool       `json:"blockedSubscriptionOnUnackedMsgs"`
	Delayed       int        `json:"msgDelayed"`
	Unacked       int        `json:"unackedMessages"`
	Type          string     `json:"type"`
	Active        string     `json:"activeConsumerName,omitempty"`
	RateExpired   float64    `json:"msgRateExpired"`
	Expired       int64      `json:"totalMsgExpired"`
	Dropped       int64      `json:"msgDropped,omitempty"`
	Replay        int        `json:"msgInReplay"`
	Draining      int        `json:"drainingHashesCount"`
	Consumers     []Consumer `json:"consumers"`

	ThrottledByTopic int64 `json:"dispatchThrottledMsgEventsByTopicLimit"`
	ThrottledBySelf  int64 `json:"dispatchThrottledMsgEventsBySubscriptionLimit"`

	Durable    bool              `json:"isDurable"`
	Replicated bool              `json:"isReplicated"`
	OutOfOrder bool              `json:"allowOutOfOrderDelivery"`
	Mode       string            `json:"keySharedMode,omitempty"`
	Properties map[string]string `json:"subscriptionProperties"`
	Ranges     int               `json:"nonContiguousDeletedMessagesRanges"`

	IsDurable    bool `json:"durable"`    // Durable once more, as Pulsar has it
	IsReplicated bool `json:"replicated"` // Replicated once more

	// What this broker does not have.
	ChunkRate        float64           `json:"chunkedMessageRate"`
	JoinPositions    map[string]string `json:"consumersAfterMarkDeletePosition"`
	BytesByBroker    int64             `json:"dispatchThrottledBytesEventsByBrokerLimit"`
	BytesByTopic     int64             `json:"dispatchThrottledBytesEventsByTopicLimit"`
	BytesBySelf      int64             `json:"dispatchThrottledBytesEventsBySubscriptionLimit"`
	MessagesByBroker int64             `json:"dispatchThrottledMsgEventsByBrokerLimit"`
	DrainingCleared  int64             `json:"drainingHashesClearedTotal"`
	DrainingUnacked  int64             `json:"drainingHashesUnackedMessages"`
	EarliestBacklog  int64             `json:"earliestMsgPublishTimeInBacklog"`
	RangesSize       int               `json:"nonContiguousDeletedMessagesRangesSerializedSize"`
}

// Consumer is what the admin API says of a consumer.
type Consumer struct {
	RateOut       float64           `json:"msgRateOut"`
	ThroughputOut float64           `json:"msgThroughputOut"`
	BytesOut      int64             `json:"bytesOutCounter"`
	MessagesOut   int64             `json:"msgOutCounter"`
	RateRedeliver float64           `json:"msgRateRedeliver"`
	AckRate       float64           `json:"messageAckRate"`
	Name          string            `json:"consumerName"`
	Permits       int64             `json:"availablePermits"`
	Unacked       int               `json:"unackedMessages"`
	PerEntry      int64             `json:"avgMessagesPerEntry"`
	Blocked       bool              `json:"blockedConsumerOnUnackedMsgs"`
	Address       string            `json:"address"`
	Since         string            `json:"connectedSince"`
	Client        string            `json:"clientVersion"`
	LastAcked     int64             `json:"lastAckedTimestamp"`
	LastConsumed  int64             `json:"lastConsumedTimestamp"`
	Hashes        [][2]int32        `json:"keyHashRangeArrays,omitempty"`
	Metadata      map[string]string `json:"metadata"`
	Draining      int               `json:"drainingHashesCount"`

	// What this broker does not have.
	ChunkRate       float64   `json:"chunkedMessageRate"`
	DrainingHashes  *[]string `json:"drainingHashes,omitempty"`
	DrainingCleared int64     `json:"drainingHashesClearedTotal"`
	DrainingUnacked int64     `json:"drainingHashesUnackedMessages"`
}

// Internal is what the admin API says of a topic's ledgers and cursors.
type Internal struct {
	Added             int64             `json:"entriesAddedCounter"`
	Entries           int64             `json:"numberOfEntries"`
	Size              int64             `json:"totalSize"`
	OpenEntries       int64             `json:"currentLedgerEntries"`
	OpenSize          int64             `json:"currentLedgerSize"`
	LastCreated       string            `json:"lastLedgerCreatedTimestamp"`
	WaitingCursors    int               `json:"waitingCursorsCount"`
	PendingAdds       int               `json:"pendingAddEntriesCount"`
	LastConfirmed     string            `json:"lastConfirmedEntry"`
	State             string            `json:"state"`
	Ledgers           []Ledger          `json:"ledgers"`
	Cursors           map[string]Cursor `json:"cursors"`
	SchemaLedgers     []any             `json:"schemaLedgers"`
	CompactedLedger   *Compacted        `json:"compactedLedger"`
	LastCreationError string            `json:"lastLedgerCreationFailureTimestamp,omitempty"`
}

// Ledger is what the admin API says of a ledger.
type Ledger struct {
	ID        uint64 `json:"ledgerId"`
	Entries   int64  `json:"entries"`
	Size      int64  `json:"size"`
	Offloaded bool   `json:"offloaded"`
}

// Cursor is what the admin API says of a cursor.
type Cursor struct {
	MarkDelete string           `json:"markDeletePosition"`
	Read       string           `json:"readPosition"`
	Waiting    bool             `json:"waitingReadOp"`
	Pending    int              `json:"pendingReadOps"`
	Consumed   int64            `json:"messagesConsumedCounter"`
	Ledger     int64            `json:"cursorLedger"`
	LastEntry  int64            `json:"cursorLedgerLastEntry"`
	Individual string           `json:"individuallyDeletedMessages"`
	State      string           `json:"state"`
	Backlog    int64            `json:"numberOfEntriesSinceFirstNotAckedMessage"`
	Ranges     int              `json:"totalNonContiguousDeletedMessagesRange"`
	Properties map[string]int64 `json:"properties"`
	Active     bool             `json:"active"`
	Reading    bool             `json:"subscriptionHavePendingRead"`
	Replaying  bool             `json:"subscriptionHavePendingReplayRead"`
}

// Compacted is what the admin API says of the compacted ledger.
type Compacted struct {
	ID      int64 `json:"ledgerId"`
	Entries int64 `json:"entries"`
	Size    int64 `json:"size"`

	Offloaded bool `json:"offloaded"`
}

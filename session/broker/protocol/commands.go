package protocol

// Body is a command: one of the structs of this file and of hot.go.
type Body interface {
	// Type is the number of the command.
	Type() Type
}

// Numbered is the request id that questions and their answers carry.
type Numbered struct{ RequestID uint64 }

// Request is the request id, to be read or set.
func (n *Numbered) Request() *uint64 { return &n.RequestID }

// Question is a command with a request id; answers have one as well.
type Question interface {
	Body
	Request() *uint64
}

// KeyValue is one property of a producer, a consumer or a schema.
type KeyValue struct{ Key, Value string }

// KeyLong is one property of an ACK.
type KeyLong struct {
	Key   string
	Value uint64
}

// FeatureFlags are the abilities that peers tell each other.
type FeatureFlags struct {
	AuthRefresh                bool
	BrokerEntryMetadata        bool
	PartialProducer            bool
	TopicWatchers              bool
	PartitionsWithoutCreation  bool // metadata_auto_creation_enabled of PARTITIONED_METADATA is heeded
	ReplicationDedupByPosition bool
}

// Connect is the first command of a client.
type Connect struct {
	ClientVersion      string
	AuthData           []byte
	ProtocolVersion    int32
	AuthMethod         string
	ProxyToBroker      string // host:port, for a proxy
	OriginalPrincipal  string
	OriginalAuthData   string
	OriginalAuthMethod string
	Flags              *FeatureFlags
	ProxyVersion       string
}

// Connected is a broker's answer to Connect.
type Connected struct {
	ServerVersion   string
	ProtocolVersion int32
	MaxMessageSize  int32 // bytes; 0 if the broker does not say
	Flags           *FeatureFlags
}

// AuthData is what one side of an authentication says.
type AuthData struct {
	Method string
	Data   []byte
}

// AuthChallenge asks a client to prove who it is, at any time.
type AuthChallenge struct {
	ServerVersion   string
	Challenge       *AuthData
	ProtocolVersion int32
}

// AuthResponse answers an AuthChallenge.
type AuthResponse struct {
	ClientVersion   string
	Response        *AuthData
	ProtocolVersion int32
}

// Ping asks whether the peer lives.
type Ping struct{}

// Pong answers a Ping.
type Pong struct{}

// Success answers a request that has no answer of its own.
type Success struct {
	Numbered
	Schema *Schema
}

// Error refuses a request. A request id of all ones refuses the connection.
type Error struct {
	Numbered
	Error   ServerError
	Message string
}

// PartitionedMetadata asks how many partitions a topic has.
type PartitionedMetadata struct {
	Numbered
	Topic              string
	OriginalPrincipal  string
	OriginalAuthData   string
	OriginalAuthMethod string
	NoCreation         bool // the question must not create the topic
}

// PartitionedMetadataAnswer says how many partitions a topic has, 0 if it is
// not partitioned.
type PartitionedMetadataAnswer struct {
	Numbered
	Partitions uint32
	Failed     int32 // 1 if it could not be answered
	Error      ServerError
	Message    string
}

// Lookup asks which broker serves a topic or one partition.
type Lookup struct {
	Numbered
	Topic              string
	Authoritative      bool
	OriginalPrincipal  string
	OriginalAuthData   string
	OriginalAuthMethod string
	Listener           string
	Properties         []KeyValue
}

// LookupAnswer says which broker serves a topic, or whom to ask.
type LookupAnswer struct {
	Numbered
	URL, TLSURL   string
	Response      LookupType
	Authoritative bool
	Error         ServerError
	Message       string
	Proxied       bool // connect to the service URL and name the broker in CONNECT
}

// GetTopics asks for the topics of a namespace.
type GetTopics struct {
	Numbered
	Namespace string
	Mode      int32 // 0 persistent, 1 non-persistent, 2 all
	Pattern   string
	Hash      string
}

// GetTopicsAnswer lists topics, partition by partition.
type GetTopicsAnswer struct {
	Numbered
	Topics    []string
	Filtered  bool
	Hash      string
	Unchanged bool
}

// WatchTopicList asks to be told which topics come and go.
type WatchTopicList struct {
	Numbered
	Watcher   uint64
	Namespace string
	Pattern   string
	Hash      string
}

// WatchTopicListSuccess lists the topics that are there.
type WatchTopicListSuccess struct {
	Numbered
	Watcher uint64
	Topics  []string
	Hash    string
}

// WatchTopicUpdate tells which topics have come and gone.
type WatchTopicUpdate struct {
	Watcher          uint64
	Created, Deleted []string
	Hash             string
}

// WatchTopicListClose ends a watch.
type WatchTopicListClose struct {
	Numbered
	Watcher uint64
}

// TopicMigrated says that a topic lives in another cluster.
type TopicMigrated struct {
	Resource    uint64 // id of the producer or the consumer
	Consumer    bool   // it is a consumer's
	URL, TLSURL string
}

// NoEpoch stands for a topic epoch or a consumer epoch that is absent.
const NoEpoch = -1

// Producer creates a producer.
type Producer struct {
	Numbered
	Topic               string
	ProducerID          uint64
	Name                string
	Encrypted           bool
	Metadata            []KeyValue
	Schema              *Schema
	Epoch               uint64
	NameByBroker        bool // the name is one that the broker once gave
	AccessMode          int32
	TopicEpoch          int64 // NoEpoch if there is none
	Transactional       bool
	InitialSubscription string
}

// ProducerSuccess says that a producer is there.
type ProducerSuccess struct {
	Numbered
	Name          string
	LastSequence  int64 // the highest one stored, -1 if the broker keeps none
	SchemaVersion []byte
	TopicEpoch    int64 // NoEpoch if there is none
	Queued        bool  // it waits for another to leave; a second answer follows
}

// SendError refuses a message.
type SendError struct {
	ProducerID uint64
	Sequence   uint64
	Error      ServerError
	Message    string
}

// CloseProducer ends a producer, from either side.
type CloseProducer struct {
	Numbered
	ProducerID  uint64
	URL, TLSURL string // the broker to go to
}

// CloseConsumer ends a consumer, from either side.
type CloseConsumer struct {
	Numbered
	ConsumerID  uint64
	URL, TLSURL string // the broker to go to
}

// HashRange is a stretch of hash slots, both ends included.
type HashRange struct{ Start, End int32 }

// KeySharedMeta says how a key_shared consumer gets its keys.
type KeySharedMeta struct {
	Sticky          bool // by Ranges
	Ranges          []HashRange
	AllowOutOfOrder bool
}

// Subscribe creates a consumer.
type Subscribe struct {
	Numbered
	Topic, Subscription    string
	SubType                SubType
	ConsumerID             uint64
	Name                   string
	Priority               int32
	NonDurable             bool
	Start                  *MessageID // of a non-durable subscription
	Metadata               []KeyValue
	ReadCompacted          bool
	Schema                 *Schema
	Initial                InitialPosition
	Replicated             bool
	NoCreation             bool // the topic must be there
	StartRollback          uint64
	KeyShared              *KeySharedMeta
	SubscriptionProperties []KeyValue
	Epoch                  int64 // NoEpoch if there is none
}

// AckResponse answers an Ack that has a request id.
type AckResponse struct {
	ConsumerID        uint64
	TxnLeast, TxnMost uint64
	Error             ServerError
	Message           string
	Numbered
}

// Redeliver gives messages back, or all of a consumer if it names none.
type Redeliver struct {
	ConsumerID uint64
	IDs        []MessageID
	Epoch      int64 // NoEpoch if there is none
}

// ActiveConsumerChange tells a failover consumer whether it is the active one.
type ActiveConsumerChange struct {
	ConsumerID uint64
	Active     bool
}

// ReachedEndOfTopic says that a terminated topic has nothing more.
type ReachedEndOfTopic struct{ ConsumerID uint64 }

// Unsubscribe deletes a subscription.
type Unsubscribe struct {
	ConsumerID uint64
	Numbered
	Force bool
}

// Seek moves a subscription to a message or to a time.
type Seek struct {
	ConsumerID uint64
	Numbered
	ID          *MessageID
	PublishTime uint64 // ms of Unix time; used if ID is nil
}

// GetLastMessageID asks for the last message of a topic.
type GetLastMessageID struct {
	ConsumerID uint64
	Numbered
}

// GetLastMessageIDAnswer is the last message of a topic.
type GetLastMessageIDAnswer struct {
	Last MessageID
	Numbered
	MarkDelete *MessageID
}

// ConsumerStats asks what a broker counts of a consumer.
type ConsumerStats struct {
	Numbered
	ConsumerID uint64
}

// ConsumerStatsAnswer is what a broker counts of a consumer.
type ConsumerStatsAnswer struct {
	Numbered
	Error                            ServerError
	Message                          string
	RateOut, ThroughputOut           float64
	RateRedeliver                    float64
	Name                             string
	Permits, Unacked                 uint64
	Blocked                          bool
	Address, Since, SubscriptionType string
	RateExpired                      float64
	Backlog                          uint64
	AckRate                          float64
}

// Schema is the schema of a topic.
type Schema struct {
	Name       string
	Data       []byte
	Kind       int32
	Properties []KeyValue
}

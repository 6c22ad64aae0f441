package protocol

// kinds are the commands: their names in PulsarApi.proto, and how an empty one
// is made.
var kinds = map[Type]struct {
	name string
	make func() Body
}{
	TypeConnect:                   {"CONNECT", func() Body { return new(Connect) }},
	TypeConnected:                 {"CONNECTED", func() Body { return new(Connected) }},
	TypeSubscribe:                 {"SUBSCRIBE", func() Body { return new(Subscribe) }},
	TypeProducer:                  {"PRODUCER", func() Body { return new(Producer) }},
	TypeSend:                      {"SEND", func() Body { return new(Send) }},
	TypeSendReceipt:               {"SEND_RECEIPT", func() Body { return new(SendReceipt) }},
	TypeSendError:                 {"SEND_ERROR", func() Body { return new(SendError) }},
	TypeMessage:                   {"MESSAGE", func() Body { return new(Message) }},
	TypeAck:                       {"ACK", func() Body { return new(Ack) }},
	TypeFlow:                      {"FLOW", func() Body { return new(Flow) }},
	TypeUnsubscribe:               {"UNSUBSCRIBE", func() Body { return new(Unsubscribe) }},
	TypeSuccess:                   {"SUCCESS", func() Body { return new(Success) }},
	TypeError:                     {"ERROR", func() Body { return new(Error) }},
	TypeCloseProducer:             {"CLOSE_PRODUCER", func() Body { return new(CloseProducer) }},
	TypeCloseConsumer:             {"CLOSE_CONSUMER", func() Body { return new(CloseConsumer) }},
	TypeProducerSuccess:           {"PRODUCER_SUCCESS", func() Body { return new(ProducerSuccess) }},
	TypePing:                      {"PING", func() Body { return new(Ping) }},
	TypePong:                      {"PONG", func() Body { return new(Pong) }},
	TypeRedeliver:                 {"REDELIVER_UNACKNOWLEDGED_MESSAGES", func() Body { return new(Redeliver) }},
	TypePartitionedMetadata:       {"PARTITIONED_METADATA", func() Body { return new(PartitionedMetadata) }},
	TypePartitionedMetadataAnswer: {"PARTITIONED_METADATA_RESPONSE", func() Body { return new(PartitionedMetadataAnswer) }},
	TypeLookup:                    {"LOOKUP", func() Body { return new(Lookup) }},
	TypeLookupAnswer:              {"LOOKUP_RESPONSE", func() Body { return new(LookupAnswer) }},
	TypeConsumerStats:             {"CONSUMER_STATS", func() Body { return new(ConsumerStats) }},
	TypeConsumerStatsAnswer:       {"CONSUMER_STATS_RESPONSE", func() Body { return new(ConsumerStatsAnswer) }},
	TypeReachedEndOfTopic:         {"REACHED_END_OF_TOPIC", func() Body { return new(ReachedEndOfTopic) }},
	TypeSeek:                      {"SEEK", func() Body { return new(Seek) }},
	TypeGetLastMessageID:          {"GET_LAST_MESSAGE_ID", func() Body { return new(GetLastMessageID) }},
	TypeGetLastMessageIDAnswer:    {"GET_LAST_MESSAGE_ID_RESPONSE", func() Body { return new(GetLastMessageIDAnswer) }},
	TypeActiveConsumerChange:      {"ACTIVE_CONSUMER_CHANGE", func() Body { return new(ActiveConsumerChange) }},
	TypeGetTopics:                 {"GET_TOPICS_OF_NAMESPACE", func() Body { return new(GetTopics) }},
	TypeGetTopicsAnswer:           {"GET_TOPICS_OF_NAMESPACE_RESPONSE", func() Body { return new(GetTopicsAnswer) }},
	TypeGetSchema:                 {"GET_SCHEMA", func() Body { return new(GetSchema) }},
	TypeGetSchemaAnswer:           {"GET_SCHEMA_RESPONSE", func() Body { return new(GetSchemaAnswer) }},
	TypeAuthChallenge:             {"AUTH_CHALLENGE", func() Body { return new(AuthChallenge) }},
	TypeAuthResponse:              {"AUTH_RESPONSE", func() Body { return new(AuthResponse) }},
	TypeAckResponse:               {"ACK_RESPONSE", func() Body { return new(AckResponse) }},
	TypeGetOrCreateSchema:         {"GET_OR_CREATE_SCHEMA", func() Body { return new(GetOrCreateSchema) }},
	TypeGetOrCreateSchemaAnswer:   {"GET_OR_CREATE_SCHEMA_RESPONSE", func() Body { return new(GetOrCreateSchemaAnswer) }},
	TypeNewTxn:                    {"NEW_TXN", func() Body { return new(NewTxn) }},
	TypeNewTxnAnswer:              {"NEW_TXN_RESPONSE", func() Body { return new(NewTxnAnswer) }},
	TypeAddPartitionToTxn:         {"ADD_PARTITION_TO_TXN", func() Body { return new(AddPartitionToTxn) }},
	TypeAddPartitionToTxnAnswer:   {"ADD_PARTITION_TO_TXN_RESPONSE", func() Body { return new(AddPartitionToTxnAnswer) }},
	TypeAddSubscriptionToTxn:      {"ADD_SUBSCRIPTION_TO_TXN", func() Body { return new(AddSubscriptionToTxn) }},
	TypeAddSubscriptionAnswer:     {"ADD_SUBSCRIPTION_TO_TXN_RESPONSE", func() Body { return new(AddSubscriptionAnswer) }},
	TypeEndTxn:                    {"END_TXN", func() Body { return new(EndTxn) }},
	TypeEndTxnAnswer:              {"END_TXN_RESPONSE", func() Body { return new(EndTxnAnswer) }},
	TypeTCClientConnect:           {"TC_CLIENT_CONNECT_REQUEST", func() Body { return new(TCClientConnect) }},
	TypeTCClientConnectAnswer:     {"TC_CLIENT_CONNECT_RESPONSE", func() Body { return new(TCClientConnectAnswer) }},
	TypeWatchTopicList:            {"WATCH_TOPIC_LIST", func() Body { return new(WatchTopicList) }},
	TypeWatchTopicListSuccess:     {"WATCH_TOPIC_LIST_SUCCESS", func() Body { return new(WatchTopicListSuccess) }},
	TypeWatchTopicUpdate:          {"WATCH_TOPIC_UPDATE", func() Body { return new(WatchTopicUpdate) }},
	TypeWatchTopicListClose:       {"WATCH_TOPIC_LIST_CLOSE", func() Body { return new(WatchTopicListClose) }},
	TypeTopicMigrated:             {"TOPIC_MIGRATED", func() Body { return new(TopicMigrated) }},
}

// Type is that of CONNECT.
func (*Connect) Type() Type { return TypeConnect }

// Type is that of CONNECTED.
func (*Connected) Type() Type { return TypeConnected }

// Type is that of SUBSCRIBE.
func (*Subscribe) Type() Type { return TypeSubscribe }

// Type is that of PRODUCER.
func (*Producer) Type() Type { return TypeProducer }

// Type is that of SEND.
func (*Send) Type() Type { return TypeSend }

// Type is that of SEND_RECEIPT.
func (*SendReceipt) Type() Type { return TypeSendReceipt }

// Type is that of SEND_ERROR.
func (*SendError) Type() Type { return TypeSendError }

// Type is that of MESSAGE.
func (*Message) Type() Type { return TypeMessage }

// Type is that of ACK.
func (*Ack) Type() Type { return TypeAck }

// Type is that of FLOW.
func (*Flow) Type() Type { return TypeFlow }

// Type is that of UNSUBSCRIBE.
func (*Unsubscribe) Type() Type { return TypeUnsubscribe }

// Type is that of SUCCESS.
func (*Success) Type() Type { return TypeSuccess }

// Type is that of ERROR.
func (*Error) Type() Type { return TypeError }

// Type is that of CLOSE_PRODUCER.
func (*CloseProducer) Type() Type { return TypeCloseProducer }

// Type is that of CLOSE_CONSUMER.
func (*CloseConsumer) Type() Type { return TypeCloseConsumer }

// Type is that of PRODUCER_SUCCESS.
func (*ProducerSuccess) Type() Type { return TypeProducerSuccess }

// Type is that of PING.
func (*Ping) Type() Type { return TypePing }

// Type is that of PONG.
func (*Pong) Type() Type { return TypePong }

// Type is that of REDELIVER_UNACKNOWLEDGED_MESSAGES.
func (*Redeliver) Type() Type { return TypeRedeliver }

// Type is that of PARTITIONED_METADATA.
func (*PartitionedMetadata) Type() Type { return TypePartitionedMetadata }

// Type is that of PARTITIONED_METADATA_RESPONSE.
func (*PartitionedMetadataAnswer) Type() Type { return TypePartitionedMetadataAnswer }

// Type is that of LOOKUP.
func (*Lookup) Type() Type { return TypeLookup }

// Type is that of LOOKUP_RESPONSE.
func (*LookupAnswer) Type() Type { return TypeLookupAnswer }

// Type is that of CONSUMER_STATS.
func (*ConsumerStats) Type() Type { return TypeConsumerStats }

// Type is that of CONSUMER_STATS_RESPONSE.
func (*ConsumerStatsAnswer) Type() Type { return TypeConsumerStatsAnswer }

// Type is that of REACHED_END_OF_TOPIC.
func (*ReachedEndOfTopic) Type() Type { return TypeReachedEndOfTopic }

// Type is that of SEEK.
func (*Seek) Type() Type { return TypeSeek }

// Type is that of GET_LAST_MESSAGE_ID.
func (*GetLastMessageID) Type() Type { return TypeGetLastMessageID }

// Type is that of GET_LAST_MESSAGE_ID_RESPONSE.
func (*GetLastMessageIDAnswer) Type() Type { return TypeGetLastMessageIDAnswer }

// Type is that of ACTIVE_CONSUMER_CHANGE.
func (*ActiveConsumerChange) Type() Type { return TypeActiveConsumerChange }

// Type is that of GET_TOPICS_OF_NAMESPACE.
func (*GetTopics) Type() Type { return TypeGetTopics }

// Type is that of GET_TOPICS_OF_NAMESPACE_RESPONSE.
func (*GetTopicsAnswer) Type() Type { return TypeGetTopicsAnswer }

// Type is that of GET_SCHEMA.
func (*GetSchema) Type() Type { return TypeGetSchema }

// Type is that of GET_SCHEMA_RESPONSE.
func (*GetSchemaAnswer) Type() Type { return TypeGetSchemaAnswer }

// Type is that of AUTH_CHALLENGE.
func (*AuthChallenge) Type() Type { return TypeAuthChallenge }

// Type is that of AUTH_RESPONSE.
func (*AuthResponse) Type() Type { return TypeAuthResponse }

// Type is that of ACK_RESPONSE.
func (*AckResponse) Type() Type { return TypeAckResponse }

// Type is that of GET_OR_CREATE_SCHEMA.
func (*GetOrCreateSchema) Type() Type { return TypeGetOrCreateSchema }

// Type is that of GET_OR_CREATE_SCHEMA_RESPONSE.
func (*GetOrCreateSchemaAnswer) Type() Type { return TypeGetOrCreateSchemaAnswer }

// Type is that of NEW_TXN.
func (*NewTxn) Type() Type { return TypeNewTxn }

// Type is that of NEW_TXN_RESPONSE.
func (*NewTxnAnswer) Type() Type { return TypeNewTxnAnswer }

// Type is that of ADD_PARTITION_TO_TXN.
func (*AddPartitionToTxn) Type() Type { return TypeAddPartitionToTxn }

// Type is that of ADD_PARTITION_TO_TXN_RESPONSE.
func (*AddPartitionToTxnAnswer) Type() Type { return TypeAddPartitionToTxnAnswer }

// Type is that of ADD_SUBSCRIPTION_TO_TXN.
func (*AddSubscriptionToTxn) Type() Type { return TypeAddSubscriptionToTxn }

// Type is that of ADD_SUBSCRIPTION_TO_TXN_RESPONSE.
func (*AddSubscriptionAnswer) Type() Type { return TypeAddSubscriptionAnswer }

// Type is that of END_TXN.
func (*EndTxn) Type() Type { return TypeEndTxn }

// Type is that of END_TXN_RESPONSE.
func (*EndTxnAnswer) Type() Type { return TypeEndTxnAnswer }

// Type is that of TC_CLIENT_CONNECT_REQUEST.
func (*TCClientConnect) Type() Type { return TypeTCClientConnect }

// Type is that of TC_CLIENT_CONNECT_RESPONSE.
func (*TCClientConnectAnswer) Type() Type { return TypeTCClientConnectAnswer }

// Type is that of WATCH_TOPIC_LIST.
func (*WatchTopicList) Type() Type { return TypeWatchTopicList }

// Type is that of WATCH_TOPIC_LIST_SUCCESS.
func (*WatchTopicListSuccess) Type() Type { return TypeWatchTopicListSuccess }

// Type is that of WATCH_TOPIC_UPDATE.
func (*WatchTopicUpdate) Type() Type { return TypeWatchTopicUpdate }

// Type is that of WATCH_TOPIC_LIST_CLOSE.
func (*WatchTopicListClose) Type() Type { return TypeWatchTopicListClose }

// Type is that of TOPIC_MIGRATED.
func (*TopicMigrated) Type() Type { return TypeTopicMigrated }

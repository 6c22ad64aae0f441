package protocol

// GetSchema asks for a schema of a topic, the latest if it names no version.
type GetSchema struct {
	Numbered
	Topic   string
	Version []byte
}

// GetSchemaAnswer is a schema of a topic.
type GetSchemaAnswer struct {
	Numbered
	Error   ServerError
	Message string
	Schema  *Schema
	Version []byte
}

// GetOrCreateSchema registers a schema.
type GetOrCreateSchema struct {
	Numbered
	Topic        string
	Schema       Schema
	ProducerName string
}

// GetOrCreateSchemaAnswer is the version of a registered schema.
type GetOrCreateSchemaAnswer struct {
	Numbered
	Error   ServerError
	Message string
	Version []byte
}

// Txn is the id of a transaction.
type Txn struct{ Least, Most uint64 }

// NewTxn begins a transaction.
type NewTxn struct {
	Numbered
	TTL         uint64 // ms
	Coordinator uint64
}

// TxnAnswer is what the answers to transaction commands have in common.
type TxnAnswer struct {
	Numbered
	Txn
	Error   ServerError
	Message string
}

// NewTxnAnswer is the id of a new transaction.
type NewTxnAnswer struct{ TxnAnswer }

// AddPartitionToTxn says to which partitions a transaction will send.
type AddPartitionToTxn struct {
	Numbered
	Txn
	Partitions []string
}

// AddPartitionToTxnAnswer answers AddPartitionToTxn.
type AddPartitionToTxnAnswer struct{ TxnAnswer }

// TxnSubscription is a subscription in which a transaction acknowledges.
type TxnSubscription struct{ Topic, Subscription string }

// AddSubscriptionToTxn says in which subscriptions a transaction will acknowledge.
type AddSubscriptionToTxn struct {
	Numbered
	Txn
	Subscriptions []TxnSubscription
}

// AddSubscriptionAnswer answers AddSubscriptionToTxn.
type AddSubscriptionAnswer struct{ TxnAnswer }

// EndTxn commits or aborts a transaction.
type EndTxn struct {
	Numbered
	Txn
	Abort bool
}

// EndTxnAnswer answers EndTxn.
type EndTxnAnswer struct{ TxnAnswer }

// TCClientConnect asks a transaction coordinator to serve this client.
type TCClientConnect struct {
	Numbered
	Coordinator uint64
}

// TCClientConnectAnswer answers TCClientConnect.
type TCClientConnectAnswer struct {
	Numbered
	Error   ServerError
	Message string
}

// Package protocol is Apache Pulsar's binary protocol as values: frames,
// commands, what a message carries, batches, checksums, compression, the hash
// of keys and the names of partitions.
//
// It encodes and decodes both directions, so it serves clients and brokers. It
// starts no goroutine, opens no socket and reads no clock. Numbers and names are
// those of PulsarApi.proto of Pulsar 4.0; fields.go has them all.
//
// What comes from a peer is never trusted: a length that lies, a field that is
// missing or a nesting without end is an error, and memory is bounded by a small
// multiple of the frame's own size.
package protocol

import "strconv"

// Version is the newest version of the protocol that this package speaks.
const Version = 21

// Type is the type of a command, and the number of the field that holds it.
type Type int32

// The commands of Pulsar 4.0.
const (
	TypeConnect                   Type = 2
	TypeConnected                 Type = 3
	TypeSubscribe                 Type = 4
	TypeProducer                  Type = 5
	TypeSend                      Type = 6
	TypeSendReceipt               Type = 7
	TypeSendError                 Type = 8
	TypeMessage                   Type = 9
	TypeAck                       Type = 10
	TypeFlow                      Type = 11
	TypeUnsubscribe               Type = 12
	TypeSuccess                   Type = 13
	TypeError                     Type = 14
	TypeCloseProducer             Type = 15
	TypeCloseConsumer             Type = 16
	TypeProducerSuccess           Type = 17
	TypePing                      Type = 18
	TypePong                      Type = 19
	TypeRedeliver                 Type = 20
	TypePartitionedMetadata       Type = 21
	TypePartitionedMetadataAnswer Type = 22
	TypeLookup                    Type = 23
	TypeLookupAnswer              Type = 24
	TypeConsumerStats             Type = 25
	TypeConsumerStatsAnswer       Type = 26
	TypeReachedEndOfTopic         Type = 27
	TypeSeek                      Type = 28
	TypeGetLastMessageID          Type = 29
	TypeGetLastMessageIDAnswer    Type = 30
	TypeActiveConsumerChange      Type = 31
	TypeGetTopics                 Type = 32
	TypeGetTopicsAnswer           Type = 33
	TypeGetSchema                 Type = 34
	TypeGetSchemaAnswer           Type = 35
	TypeAuthChallenge             Type = 36
	TypeAuthResponse              Type = 37
	TypeAckResponse               Type = 38
	TypeGetOrCreateSchema         Type = 39
	TypeGetOrCreateSchemaAnswer   Type = 40
	TypeNewTxn                    Type = 50
	TypeNewTxnAnswer              Type = 51
	TypeAddPartitionToTxn         Type = 52
	TypeAddPartitionToTxnAnswer   Type = 53
	TypeAddSubscriptionToTxn      Type = 54
	TypeAddSubscriptionAnswer     Type = 55
	TypeEndTxn                    Type = 56
	TypeEndTxnAnswer              Type = 57
	TypeTCClientConnect           Type = 62
	TypeTCClientConnectAnswer     Type = 63
	TypeWatchTopicList            Type = 64
	TypeWatchTopicListSuccess     Type = 65
	TypeWatchTopicUpdate          Type = 66
	TypeWatchTopicListClose       Type = 67
	TypeTopicMigrated             Type = 68
)

// String is the command's name as in PulsarApi.proto, or its number.
func (t Type) String() string {
	if kind, ok := kinds[t]; ok {
		return kind.name
	}
	return "command " + strconv.Itoa(int(t))
}

// ServerError is why a broker refuses.
type ServerError int32

// The errors of Pulsar 4.0. NoError stands for a field that is absent.
const (
	NoError                        ServerError = -1
	UnknownError                   ServerError = 0
	MetadataError                  ServerError = 1
	PersistenceError               ServerError = 2
	AuthenticationError            ServerError = 3
	AuthorizationError             ServerError = 4
	ConsumerBusy                   ServerError = 5
	ServiceNotReady                ServerError = 6
	ProducerBlockedQuotaError      ServerError = 7
	ProducerBlockedQuotaException  ServerError = 8
	ChecksumError                  ServerError = 9
	UnsupportedVersionError        ServerError = 10
	TopicNotFound                  ServerError = 11
	SubscriptionNotFound           ServerError = 12
	ConsumerNotFound               ServerError = 13
	TooManyRequests                ServerError = 14
	TopicTerminatedError           ServerError = 15
	ProducerBusy                   ServerError = 16
	InvalidTopicName               ServerError = 17
	IncompatibleSchema             ServerError = 18
	ConsumerAssignError            ServerError = 19
	TransactionCoordinatorNotFound ServerError = 20
	InvalidTxnStatus               ServerError = 21
	NotAllowedError                ServerError = 22
	TransactionConflict            ServerError = 23
	TransactionNotFound            ServerError = 24
	ProducerFenced                 ServerError = 25
)

var serverErrors = [...]string{
	"UnknownError", "MetadataError", "PersistenceError", "AuthenticationError", "AuthorizationError",
	"ConsumerBusy", "ServiceNotReady", "ProducerBlockedQuotaExceededError", "ProducerBlockedQuotaExceededException",
	"ChecksumError", "UnsupportedVersionError", "TopicNotFound", "SubscriptionNotFound", "ConsumerNotFound",
	"TooManyRequests", "TopicTerminatedError", "ProducerBusy", "InvalidTopicName", "IncompatibleSchema",
	"ConsumerAssignError", "TransactionCoordinatorNotFound", "InvalidTxnStatus", "NotAllowedError",
	"TransactionConflict", "TransactionNotFound", "ProducerFenced",
}

// String is the error's name as in PulsarApi.proto, or its number.
func (e ServerError) String() string {
	if e >= 0 && int(e) < len(serverErrors) {
		return serverErrors[e]
	}
	return "error " + strconv.Itoa(int(e))
}

// SubType is how a subscription shares messages among its consumers.
type SubType int32

// The types of subscriptions.
const (
	Exclusive SubType = 0
	Shared    SubType = 1
	Failover  SubType = 2
	KeyShared SubType = 3
)

// InitialPosition is where a new subscription begins.
type InitialPosition int32

// The two positions at which a new subscription can begin.
const (
	Latest   InitialPosition = 0
	Earliest InitialPosition = 1
)

// LookupType is what an answer to LOOKUP asks for.
type LookupType int32

// The answers to LOOKUP: ask another broker, connect to a broker, or give up.
const (
	LookupRedirect LookupType = 0
	LookupConnect  LookupType = 1
	LookupFailed   LookupType = 2
)

// AckType is how far an ACK reaches.
type AckType int32

// An ACK covers the messages that it names, or all up to the one that it names.
const (
	Individual AckType = 0
	Cumulative AckType = 1
)

// NoValidationError stands for an ACK of a message that could be read.
const NoValidationError = -1

// Reasons for which a consumer acknowledges a message that it cannot read.
const (
	UncompressedSizeCorruption = 0
	DecompressionError         = 1
	ChecksumMismatch           = 2
	BatchDeSerializeError      = 3
	DecryptionError            = 4
)

// ValidationText returns such a reason in the protocol's words.
func ValidationText(why int32) string {
	words := []string{"UncompressedSizeCorruption", "DecompressionError", "ChecksumMismatch", "BatchDeSerializeError", "DecryptionError"}
	if why < 0 || int(why) >= len(words) {
		return "of no known kind"
	}
	return words[why]
}

// Access modes of a producer.
const (
	AccessShared               = 0
	AccessExclusive            = 1
	AccessWaitForExclusive     = 2
	AccessExclusiveWithFencing = 3
)

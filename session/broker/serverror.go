package broker

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Subject is what a request to a broker was about.
type Subject struct {
	Topic        string
	Subscription string // "" for none
}

// ServerError is a row of the table of what brokers refuse over the binary protocol.
type ServerError struct {
	Code     string // the name of the error in PulsarApi.proto
	words    string // in the broker's text, lower case, names left out; "" matches any
	category Category
	sentence string // {topic}, {subscription} and {text} are filled in; so in try
	try      string
	// Policy is the policy whose bound is reached, "" for none.
	Policy string
	// Final reports that no later attempt can succeed for a producer or a consumer
	// that was open before.
	Final bool
}

// serverErrors is the table. The first row that matches is taken, so the row of a code
// without words comes last. Every code of the protocol has a row.
var serverErrors = []ServerError{
	{"AuthenticationError", "", NotAuthorised, "not authorised for topic {topic}", "", "", true},
	{"AuthorizationError", "", NotAuthorised, "not authorised for topic {topic}", "", "", true},
	// Bounds that an administrator has set.
	{"ConsumerBusy", "topic reached max consumers", Busy, "topic {topic} has as many consumers as it may have", "topic stats {topic}", "maxConsumersPerTopic", false},
	{"ConsumerBusy", "subscription reached max consumers", Busy, "the subscription {subscription} of topic {topic} has as many consumers as it may have", "topic stats {topic}", "maxConsumersPerSubscription", false},
	{"ConsumerBusy", "max same address consumers", Busy, "topic {topic} has as many consumers of this machine as it may have", "topic stats {topic}", "maxSameAddressConsumersPerTopic", false},
	{"ProducerBusy", "max producers limit", Busy, "topic {topic} has as many producers as it may have", "topic stats {topic}", "maxProducersPerTopic", false},
	{"ProducerBusy", "max same address producers", Busy, "topic {topic} has as many producers of this machine as it may have", "topic stats {topic}", "maxSameAddressProducersPerTopic", false},
	{"NotAllowedError", "maximum number of subscriptions", Other, "topic {topic} has as many subscriptions as it may have", "subs {topic}", "maxSubscriptionsPerTopic", false},
	{"NotAllowedError", "maximum number of topics", Other, "the namespace of topic {topic} has as many topics as it may have", "topics", "maxTopicsPerNamespace", false},
	{"NotAllowedError", "maximum number of connections", Throttled, "the broker has as many connections as it may have", "show session", "brokerMaxConnections", false},
	// What others hold.
	{"ConsumerBusy", "different type", Busy, "the subscription {subscription} of topic {topic} has another type, and consumers are connected to it", "subs {topic}", "", false},
	{"ConsumerBusy", "fenced", Moved, "the subscription {subscription} of topic {topic} is being moved or deleted", "", "", false},
	{"ConsumerBusy", "", Busy, "another consumer already holds this subscription of topic {topic}", "", "", false},
	{"ConsumerAssignError", "", Busy, "another consumer of this subscription of topic {topic} has the same hash range", "", "", true},
	{"ProducerBusy", "exclusive", Busy, "another producer has topic {topic} to itself", "", "", false},
	{"ProducerBusy", "", Busy, "another producer of topic {topic} has this name", "", "", false},
	{"ProducerFenced", "", Busy, "another producer has topic {topic} to itself", "", "", true},
	// Quotas and throttles.
	{"ProducerBlockedQuotaExceededError", "", BacklogFull, "the backlog quota of topic {topic} is full: the broker accepts no more messages", "subs {topic}", "", false},
	{"ProducerBlockedQuotaExceededException", "", BacklogFull, "the backlog quota of topic {topic} is full: the broker accepts no more messages", "subs {topic}", "", false},
	{"TooManyRequests", "", Throttled, "the broker throttles topic {topic}", "", "", false},
	// What is not there, or has ended.
	{"TopicNotFound", "", Gone, "there is no topic {topic}", "topic create {topic}", "", true},
	{"SubscriptionNotFound", "", Gone, "topic {topic} has no subscription {subscription}", "sub create {topic} {subscription}", "", true},
	{"ConsumerNotFound", "", Gone, "the broker has closed this consumer of topic {topic}", "", "", false},
	{"TopicTerminatedError", "", TopicTerminated, "topic {topic} is terminated and accepts no more messages", "", "", true},
	{"InvalidTopicName", "", Other, "\"{topic}\" is not a topic name", "", "", true},
	// What the topic or the broker cannot do.
	{"IncompatibleSchema", "without a schema", Other, "topic {topic} has a schema and takes no messages without one (schemaValidationEnforced); schema=auto sends such that fit", "schema show {topic}", "", true},
	{"IncompatibleSchema", "auto updating is disabled", Other, "topic {topic} takes no new schema from producers and consumers (isAllowAutoUpdateSchema)", "schema show {topic}", "", true},
	{"IncompatibleSchema", "", Other, "the schema does not fit the one that topic {topic} has: {text}", "schema show {topic}", "", true},
	{"UnsupportedVersionError", "", Other, "the broker of topic {topic} is too old for the wire engine: use engine=client", "", "", true},
	{"NotAllowedError", "subscription type", Other, "the broker allows no subscription of this type on topic {topic}", "", "subscriptionTypesEnabled", false},
	{"NotAllowedError", "", Other, "the broker does not allow this on topic {topic}: {text}", "", "", false},
	{"TransactionCoordinatorNotFound", "", Other, "the cluster has no transaction coordinator (transactionCoordinatorEnabled)", "", "", true},
	{"InvalidTxnStatus", "", Other, "the transaction is not open any more", "", "", false},
	{"TransactionConflict", "", Other, "another transaction has acknowledged this message of topic {topic}", "", "", false},
	{"TransactionNotFound", "", Other, "the broker does not know the transaction: it has timed out", "", "", false},
	// A topic that moves, and a cluster that is not well.
	{"ServiceNotReady", "topicfenced", Moved, fencedTopic, "", "", false},
	{"ServiceNotReady", "temporarily unavailable", Moved, fencedTopic, "", "", false},
	{"ServiceNotReady", "", Moved, "no broker serves topic {topic} at the moment: {text}", "", "", false},
	{"MetadataError", "", Other, "the broker cannot read the metadata of topic {topic}: {text}", "", "", false},
	{"PersistenceError", "non-faulty bookies", Other, "too few bookies are up to store messages of topic {topic}", "", "", false},
	{"PersistenceError", "topicfenced", Moved, fencedTopic, "", "", false},
	{"PersistenceError", "temporarily unavailable", Moved, fencedTopic, "", "", false},
	{"PersistenceError", "", Other, "the broker cannot store messages of topic {topic}: {text}", "", "", false},
	{"ChecksumError", "", Other, "the broker found a message of topic {topic} damaged on its way", "", "", false},
	{"UnknownError", "topicfenced", Moved, fencedTopic, "", "", false},
	{"UnknownError", "temporarily unavailable", Moved, fencedTopic, "", "", false},
	{"UnknownError", "exceeds", TooLarge, "the message is larger than the broker accepts", "", "", false},
	{"UnknownError", "", Other, "the broker refused a request about topic {topic}: {text}", "", "", false},
}

const fencedTopic = "topic {topic} is fenced: no publishing until the broker reloads it"

// ServerErrorOf returns the row of a code and the broker's text. Other codes, of a newer
// broker, have that of UnknownError.
func (s Subject) ServerErrorOf(code, text string) ServerError {
	clean := strings.ToLower(s.wordless(text))
	for _, row := range serverErrors {
		if row.Code == code && strings.Contains(clean, row.words) {
			return row
		}
	}
	return serverErrors[len(serverErrors)-1]
}

// Refused returns the error for a refusal of a broker.
func (s Subject) Refused(code, text string, cause error) *Error {
	row := s.ServerErrorOf(code, text)
	said := OneLine(text)
	if said == "" {
		said = "it gives no reason"
	}
	topic, subscription := s.Topic, s.Subscription
	if name, err := ParseTopic(topic); err == nil {
		topic = name.Short()
	} else if topic == "" {
		topic = "of this request"
	}
	if subscription == "" {
		subscription = "of this name"
	}
	fill := strings.NewReplacer("{topic}", topic, "{subscription}", subscription, "{text}", said)
	e := &Error{Category: row.category, Message: fill.Replace(row.sentence), Cause: cause, Policy: row.Policy}
	if row.Policy != "" {
		e.Message += " (" + row.Policy + ")"
	}
	if s.Topic != "" && (s.Subscription != "" || !strings.Contains(row.try, "{subscription}")) {
		e.Try = fill.Replace(row.try)
	}
	return e
}

// CodeIn returns the code that a text consists of or has as a word, "" for none: some
// errors of the Go client are no more.
func CodeIn(text string) string {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.ContainsFunc(serverErrors, func(row ServerError) bool { return row.Code == word }) {
			return word
		}
	}
	return ""
}

// ServerErrorCodes returns the names of the codes that have a row.
func ServerErrorCodes() []string {
	var codes []string
	for _, row := range serverErrors {
		if !slices.Contains(codes, row.Code) {
			codes = append(codes, row.Code)
		}
	}
	return codes
}

// topicURL matches the whole name of a topic in a text of the broker.
var topicURL = regexp.MustCompile(`(non-)?persistent://[^\s'",;)\]}]+`)

// Nameless returns a text of the broker or the client without the names of topics in it:
// a topic that is called timeout-events is no timeout. Texts name topics in full.
func (s Subject) Nameless(text string) string {
	text = topicURL.ReplaceAllString(text, "…")
	if name, err := ParseTopic(s.Topic); err == nil && len(name.Local) > 0 {
		text = strings.ReplaceAll(text, name.Tenant+"/"+name.Namespace+"/"+name.Local, "…")
	}
	return text
}

// wordless returns a text of the broker without the names in it, also where the broker
// writes them alone.
func (s Subject) wordless(text string) string {
	text = quoted.ReplaceAllString(s.Nameless(text), "…")
	names := []string{s.Topic, s.Subscription}
	if name, err := ParseTopic(s.Topic); err == nil {
		names = append(names, name.Local)
	}
	for _, name := range names {
		if name != "" {
			whole := regexp.MustCompile(`(^|[^\pL\pN_-])` + regexp.QuoteMeta(name) + `($|[^\pL\pN_-])`)
			text = whole.ReplaceAllString(text, "${1}…${2}")
		}
	}
	return text
}

// quoted matches a name in quotes, or in brackets as Pulsar writes those of subscriptions.
var quoted = regexp.MustCompile(`'[^']*'|\[[^\]]*\]`)

// javaClass matches the name of a Java class before the text of its exception.
var javaClass = regexp.MustCompile(`\b(?:[a-z]\w*\.){2,}[A-Z][\w$]*(?:: |$)`)

// textMax bounds a quotation of the broker, in characters.
const textMax = 160

// OneLine returns the first line of a text of a broker without names of Java classes and
// their causes, cut to textMax characters.
func OneLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line, _, _ = strings.Cut(javaClass.ReplaceAllString(line, ""), " caused by")
	line = strings.TrimSpace(line)
	if runes := []rune(line); len(runes) > textMax {
		line = string(runes[:textMax-1]) + "…"
	}
	return line
}

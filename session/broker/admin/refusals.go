package admin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"pulsh/session/broker"
)

// The meanings of a refusal that callers act on, by the status that
// broker.IsMissing, broker.IsThere and broker.IsBusy look for. Pulsar answers
// with these statuses for other reasons too: 409 also means that a limit is
// reached, and 412 that a name is not valid.
const (
	unspecified = 0
	missing     = http.StatusNotFound
	exists      = http.StatusConflict
	busy        = http.StatusPreconditionFailed
)

// reading is a row of the table of refusals: how pulsh reads a status of the
// admin API together with the broker's reason.
type reading struct {
	statuses []int  // any of these
	words    string // in the broker's reason, names left out; "" matches any
	meaning  int
	category broker.Category
	sentence string // see refusal.fill
	try      string // a line that works, or ""
}

func statuses(s ...int) []int { return s }

// readings is the table of refusals. The first row that matches is taken, so the
// rows without words come last.
var readings = [...]reading{
	// What is not there.
	{statuses(404), "amespace not found", missing, broker.Gone, "there is no namespace {namespace}", "topics"},
	{statuses(404), "amespace does not exist", missing, broker.Gone, "there is no namespace {namespace}", "topics"},
	{statuses(404), "ubscription … not found", missing, broker.Gone, "{topic} has no subscription {subscription}", "subs {topic}"},
	{statuses(404), "ubscription not found", missing, broker.Gone, "{topic} has no subscription {subscription}", "subs {topic}"},
	{statuses(404), "Message id not found", missing, broker.Gone, "cannot {doing}: the message is not stored", ""},
	{statuses(404), "chema not found", missing, broker.Gone, "topic {topic} has no schema", "topic stats {topic}"},
	{statuses(404), "opic … not found", missing, broker.Gone, "there is no topic {topic}", "topics {namespace}"},
	// What is there already, or under way.
	{statuses(409), "opic already exist", exists, broker.Other, "topic {topic} already exists", "topic stats {topic}"},
	{statuses(409), "ubscription already exist", exists, broker.Other, "{topic} already has a subscription {subscription}", "subs {topic}"},
	{statuses(409), "ompaction already in progress", exists, broker.Other, "{topic} is already being compacted", "topic stats {topic}"},
	{statuses(409), "xpire message by timestamp not issued", exists, broker.Other,
		"an earlier expiry of {subscription} is still running, or it has almost no backlog", "subs {topic}"},
	{statuses(409, 412), "ncompatible", unspecified, broker.Other, "the schema does not fit the one that topic {topic} has", "schema show {topic}"},
	// What is in use.
	{statuses(409, 412), "connected producers/consumers", busy, broker.Busy, "cannot {doing}: producers or consumers are connected", "topic delete {topic} force"},
	{statuses(409, 412), "active producers/subscriptions", busy, broker.Busy, "cannot {doing}: producers or consumers are connected", "topic delete {topic} force"},
	{statuses(409, 412), "opic has subscriptions", busy, broker.Busy, "cannot {doing}: it has subscriptions", "topic delete {topic} force"},
	{statuses(409, 412), "active connected consumers", busy, broker.Busy, "cannot {doing}: consumers are connected", "sub delete {topic} {subscription} force=on"},
	// Limits.
	{statuses(409, 412), "maximum number of topics in namespace", unspecified, broker.Other,
		"cannot {doing}: namespace {namespace} has as many topics as it may have (maxTopicsPerNamespace)", "topics {namespace}"},
	{statuses(409, 412), "maximum number of subscriptions", unspecified, broker.Other,
		"cannot {doing}: {topic} has as many subscriptions as it may have (maxSubscriptionsPerTopic)", "subs {topic}"},
	{statuses(406, 422), "partitions should be less than or equal", unspecified, broker.Other,
		"cannot {doing}: the cluster allows fewer (maxNumPartitionsPerPartitionedTopic)", ""},
	{statuses(409, 422), "less than the current partitions", unspecified, broker.Other, "cannot {doing}: it has more, and none can be removed", "topic stats {topic}"},
	// Partitioned or not.
	{statuses(409), "is not the partitioned topic", unspecified, broker.Other, "{topic} is not partitioned, or does not exist", "topics {namespace}"},
	{statuses(409), "is a partitioned topic", unspecified, broker.Other, "cannot {doing}: it has become a partitioned topic meanwhile", "topic stats {topic}"},
	{statuses(409), "is a non-partitioned topic", unspecified, broker.Other, "cannot {doing}: it has become a topic without partitions meanwhile", "topic stats {topic}"},
	{statuses(412), "followed by", unspecified, broker.Other,
		"cannot {doing}: the name is that of a partition, and its topic has no such partition", "topics {namespace}"},
	{statuses(412), "should not contain '-partition-'", unspecified, broker.Other,
		"cannot {doing}: the name is that of a partition, which has none of its own", "topics {namespace}"},
	{statuses(412), "opic name is not valid", unspecified, broker.Other, "cannot {doing}: the broker does not accept this name", "topics {namespace}"},
	{statuses(400, 405, 406), "persistent topic", unspecified, broker.Other, "cannot {doing}: a non-persistent topic stores nothing", "topics"},
	{statuses(500), "NonPersistentTopic cannot be cast", unspecified, broker.Other, "cannot {doing}: a non-persistent topic stores nothing", "topics"},
	// A topic that moves from broker to broker, and a cluster that is not well.
	{statuses(409, 412), "ownership", unspecified, broker.Moved, "cannot {doing}: the topic is moving between brokers", "topic stats {topic}"},
	{statuses(409, 412), "being unloaded", unspecified, broker.Moved, "cannot {doing}: the topic is moving between brokers", "topic stats {topic}"},
	{statuses(500), "ot enough non-faulty bookies", unspecified, broker.Other, "cannot {doing}: too few bookies are up to store it", ""},
	{statuses(414, 431), "", unspecified, broker.Other, "cannot {doing}: its names are too long for a request", ""},
	// Any other reason: the broker's own words.
	{statuses(403), "", unspecified, broker.NotAuthorised, "{url} does not allow to {doing}{reason}", ""},
	{statuses(429), "", unspecified, broker.Throttled, "{url} accepts no more requests for now{reason}", ""},
	{statuses(502, 503, 504), "", unspecified, broker.Disconnected, "{url} is not ready to {doing} (status {status}){reason}", ""},
	{statuses(404), "", missing, broker.Gone, "cannot {doing}{reason or not found}", ""},
	{statuses(409, 412), "", unspecified, broker.Other, "cannot {doing}{reason or status}", ""},
}

// otherwise reads a status that the table does not have.
var otherwise = reading{sentence: "cannot {doing} (status {status}){reason}"}

// tokenRefused and tokenWanted read status 401, by whether a token was sent.
var (
	tokenRefused = reading{category: broker.NotAuthorised, sentence: "{url} does not accept the token{reason}"}
	tokenWanted  = reading{category: broker.NotAuthorised, sentence: "{url} requires a token, and none is set"}
)

// refusal is an answer that is not a success.
type refusal struct {
	status int
	reason string // the broker's own words, one line, or ""
	row    reading
}

// Error returns the status and the reason.
func (r *refusal) Error() string {
	return (&broker.Refusal{Status: r.status, Reason: r.reason}).Error()
}

// Unwrap returns the refusal as package broker reads it: with the status of its
// meaning. A 404, 409 or 412 that means something else is no broker.Refusal.
func (r *refusal) Unwrap() error {
	if r.row.meaning == unspecified && (r.status == missing || r.status == exists || r.status == busy) {
		return nil
	}
	status := r.status
	if r.row.meaning != unspecified {
		status = r.row.meaning
	}
	return &broker.Refusal{Status: status, Reason: r.reason}
}

func hasStatus(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status
}

// refused returns the error for an answer that is not a success.
func (a *api) refused(c call, status int, answer []byte, token string) error {
	if status == http.StatusBadRequest && refusesPlain(answer) {
		return &broker.Error{Category: broker.Disconnected, Message: a.wantsTLS(), Cause: &refusal{status: status, row: otherwise}}
	}
	whole := reasonOf(answer, token)
	r := &refusal{status: status, reason: brief(whole)}
	switch {
	case status == http.StatusUnauthorized && token == "":
		r.row = tokenWanted
	case status == http.StatusUnauthorized:
		r.row = tokenRefused
	default:
		r.row = read(status, withoutNames(whole, c.at))
	}
	fill := r.fill(a.base.String(), c)
	return &broker.Error{Category: r.row.category, Message: fill(r.row.sentence, func(name string) string { return name }), Try: fill(r.row.try, quoted), Cause: r}
}

// read returns the row of a status and a reason without names.
func read(status int, reason string) reading {
	for _, row := range readings {
		for _, s := range row.statuses {
			if s == status && strings.Contains(reason, row.words) {
				return row
			}
		}
	}
	return otherwise
}

// fill returns a function that puts the refusal and its call into a text, with
// names as the second argument writes them. The {reason} begins with ": ", and is
// empty where the broker gives none.
func (r *refusal) fill(url string, c call) func(string, func(string) string) string {
	reason := ""
	if r.reason != "" {
		reason = ": " + r.reason
	}
	ns := broker.NamespaceName{Tenant: c.at.topic.Tenant, Namespace: c.at.topic.Namespace}
	return func(text string, name func(string) string) string {
		return strings.NewReplacer("{url}", url, "{doing}", c.doing, "{status}", strconv.Itoa(r.status),
			"{reason}", reason, "{reason or not found}", cmp.Or(reason, ": not found"),
			"{reason or status}", cmp.Or(reason, fmt.Sprintf(" (status %d)", r.status)),
			"{topic}", name(c.at.topic.Short()), "{subscription}", name(c.at.subscription), "{namespace}", ns.String()).Replace(text)
	}
}

// quoted writes a name as it can be typed: in the quotes that it does not contain,
// where it has a character with a meaning of its own.
func quoted(name string) string {
	if !strings.ContainsAny(name, " \t\n'\";\\$#") {
		return name
	}
	if !strings.Contains(name, "'") {
		return "'" + name + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `$$`).Replace(name) + `"`
}

// withoutNames replaces the names of a call in the broker's reason by …, so that
// no word of a user's name is taken for the broker's. The full name of a topic is
// cut wherever it stands, since no sentence of the broker has one; a short name
// may be any word, and is cut only where the broker writes names.
func withoutNames(reason string, at path) string {
	if at.topic.Local != "" {
		full := regexp.MustCompile(regexp.QuoteMeta(at.topic.Of(-1).String()) + `(-partition-\d+)?`)
		reason = full.ReplaceAllLiteralString(reason, "…")
		reason = cut(reason, "opic ", at.topic.Leaf(), "with", "created")
		reason = cut(reason, "opic ", at.topic.Local, "with", "created")
	}
	if at.subscription != "" {
		reason = cut(reason, "ubscription ", at.subscription, "not found", "due")
	}
	return reason
}

// cut replaces a name by … where it stands between two words of the broker.
func cut(reason, before, name string, after ...string) string {
	for _, word := range after {
		reason = strings.ReplaceAll(reason, before+name+" "+word, before+"… "+word)
	}
	return reason
}

// reasonMax bounds the quotation of a broker's reason, in characters.
const reasonMax = 160

// javaClass matches the name of a Java class before the text of its exception.
var javaClass = regexp.MustCompile(`\b(?:[a-z]\w*\.){2,}[A-Z][\w$]*: `)

// reasonOf returns the reason in an answer: {"reason": "…"}, or plain text. HTML
// comes from a proxy or the HTTP server and has no reason. The token is removed:
// some servers send back what they received.
func reasonOf(answer []byte, token string) string {
	var said struct{ Reason, Message string }
	reason := ""
	switch err := json.Unmarshal(answer, &said); {
	case err == nil && said.Reason != "":
		reason = said.Reason
	case err == nil:
		reason = said.Message
	case !strings.HasPrefix(strings.TrimSpace(string(answer)), "<"):
		reason = string(answer)
	}
	if token != "" {
		reason = strings.ReplaceAll(reason, token, "…")
	}
	// An answer with a stack trace has its message in the middle.
	if _, message, found := strings.Cut(reason, "\nMessage: "); found {
		reason = message
	}
	return oneLine(javaClass.ReplaceAllString(reason, ""))
}

// brief cuts a text that is longer than reasonMax.
func brief(text string) string {
	if runes := []rune(text); len(runes) > reasonMax {
		return string(runes[:reasonMax-1]) + "…"
	}
	return text
}

// oneLine returns the first line of a foreign text, fit to be printed.
func oneLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(text, "�")), "\n")
	text = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, text)
	return strings.TrimRight(strings.TrimSpace(text), ".")
}

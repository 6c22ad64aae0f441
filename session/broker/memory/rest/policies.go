package rest

import (
	"encoding/json"
	"net/http"
)

// namespacePolicies and topicPolicies are the policies that can be set and asked
// for. What is not among those that package memory reads is kept without an effect,
// and that is refused: nobody shall believe that it holds.
var (
	effective = map[string]bool{
		"retention": true, "messageTTL": true, "backlogQuota": true, "backlogQuotaMap": true, "deduplication": true,
		"deduplicationStatus": true, "deduplicationEnabled": true, "maxMessageSize": true, "maxUnackedMessagesOnConsumer": true,
		"maxUnackedMessagesOnSubscription": true, "maxUnackedMessagesPerConsumer": true, "maxUnackedMessagesPerSubscription": true,
	}
	// known are those that are never set here.
	known = map[string]bool{"publishRate": true, "dispatchRate": true, "subscriptionDispatchRate": true, "compactionThreshold": true,
		"persistence": true, "permissions": true, "replication": true}
)

// policy answers a question for a policy of a level.
func (r *request) policy(level string) (any, error) {
	resource := r.args[0]
	if !effective[resource] && !known[resource] {
		return nil, fail(http.StatusNotImplemented, "the embedded broker does not serve %.200s", r.URL.Path)
	}
	raw := r.broker.Policy(level, resource, r.flag("applied"))
	switch {
	case raw == nil:
		return nil, nil
	case resource == "backlogQuotaMap":
		return map[string]json.RawMessage{"destination_storage": raw}, nil
	}
	return raw, nil
}

// setPolicy sets or removes a policy of a level.
func (r *request) setPolicy(level string) (any, error) {
	resource := r.args[0]
	if !effective[resource] {
		return nil, fail(http.StatusNotImplemented, "the embedded broker does not follow the policy %.200q", resource)
	}
	raw := json.RawMessage(r.body)
	if r.Method == http.MethodDelete {
		raw = nil
	} else if len(raw) == 0 {
		return nil, fail(http.StatusBadRequest, "The policy is empty")
	}
	if err := r.broker.SetPolicy(level, resource, raw); err != nil {
		return nil, fail(http.StatusPreconditionFailed, "The policy cannot be read")
	}
	return nil, nil
}

func getNamespacePolicy(r *request) (any, error) { return r.policy(r.ns) }
func setNamespacePolicy(r *request) (any, error) { return r.setPolicy(r.ns) }

// whole is the name of the topic that a partition belongs to: policies are those of
// the whole.
func (r *request) whole() (string, error) {
	if _, ok := r.broker.Parts(r.name.Base); !ok && r.broker.Topic(r.name.Full) == nil {
		return "", fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
	}
	return r.name.Base, nil
}

func getTopicPolicy(r *request) (any, error) {
	level, err := r.whole()
	if err != nil {
		return nil, err
	}
	return r.policy(level)
}

func setTopicPolicy(r *request) (any, error) {
	level, err := r.whole()
	if err != nil {
		return nil, err
	}
	return r.setPolicy(level)
}

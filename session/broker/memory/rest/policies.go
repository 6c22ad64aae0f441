package rest

import (
	"encoding/json"
	"net/http"

	"pulsh/session/broker/memory"
)

// unset are policies that can be asked for and are never set here. Setting one is
// refused: nobody shall believe that it holds.
var unset = map[string]bool{"compactionThreshold": true, "persistence": true, "permissions": true, "replication": true, "subscribeRate": true}

// policy answers a question for a policy of a level.
func (r *request) policy(level string) (any, error) {
	resource := r.args[0]
	if !memory.Effective(resource) && !unset[resource] {
		return nil, fail(http.StatusNotImplemented, "the embedded broker does not serve %.200s", r.URL.Path)
	}
	raw := r.broker.Policy(level, resource, r.flag("applied"))
	switch {
	case raw == nil && resource == "backlogQuotaMap":
		return map[string]json.RawMessage{}, nil
	case raw == nil && resource == "schemaValidationEnforced":
		return false, nil
	case raw == nil && level != r.ns && (resource == "publishRate" || resource == "maxMessageSize"):
		return nil, nil // 204, as Pulsar answers these two
	case raw == nil:
		return plain(""), nil
	case resource == "backlogQuotaMap":
		return map[string]json.RawMessage{"destination_storage": raw}, nil
	}
	return raw, nil
}

// setPolicy sets or removes a policy of a level.
func (r *request) setPolicy(level string) (any, error) {
	resource := r.args[0]
	if !memory.Effective(resource) {
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

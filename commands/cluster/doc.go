// Package cluster has the commands on the cluster: connections, topics, subscriptions
// and the local Pulsar.
package cluster

// Package group holds what producer groups and consumer groups share: the Host
// and the Cluster that they see, their life, their background loop, and the
// figures that both are sampled by.
package group

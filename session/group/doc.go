// Package group holds what producer groups and consumer groups share: the Base
// of both, the Supervisor that repairs them, the Sampling of their figures, and
// the Host and the Cluster that they see.
package group

// Package consume holds consumer groups: workers that receive, record and
// acknowledge messages through the consumers of one subscription.
package consume

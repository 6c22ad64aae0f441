// Package transaction sends and acknowledges in transactions: it divides what a producer
// sends, or a consumer acknowledges, into transactions, and commits or aborts each of
// them. The engine brings the coordinator and what sends inside a transaction.
package transaction

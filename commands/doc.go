// Package commands holds the commands of pulsh: one table, from which parsing,
// completion, help, errors and the manual all come, and the verbs that act on a
// session. What is not in the table cannot be typed.
package commands

// Package commands is the language of pulsh: one table of commands, from which
// parsing, completion, help and the reference in the README come.
package commands

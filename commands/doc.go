// Package commands has the table of the commands of pulsh. Parsing, completion, help,
// errors and the manual all use the table.
package commands

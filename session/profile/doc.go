// Package profile reads and writes profiles: a connection, preferences and
// groups as TOML. A profile never holds a secret, only the file or the variable
// that it comes from.
package profile

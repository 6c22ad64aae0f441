// Package conditions says how conditions stand, and holds the guards of a session:
// conditions that are watched beside everything else.
package conditions

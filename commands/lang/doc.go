// Package lang is the language of the prompt and of scripts: words and settings,
// quotes, variables, scripts that run scripts, completion, help, recordings and
// errors with a place and a next step. It works on a Language, a table of
// commands, and knows nothing of Pulsar or of a session.
//
// A line is words and settings:
//
//	produce start fast rate=50000 size=1KiB
//
// Blanks separate words. '…' and "…" quote; within "…", \" and \\ stand for a
// quote and a backslash. A # at the beginning of a word starts a comment, a \ at
// the end of a line continues it, and ; separates commands. A setting is
// name=value, in any order; a word without = goes to the parameter at its place.
//
// A Runner's Execute runs a typed line, RunScript a file that ParseScript has
// read whole, Complete lists how a line can go on, and Paint writes an error with
// carets under the place and a line that works.
package lang

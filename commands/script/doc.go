// Package script holds the commands of scripts and profiles: waiting, expecting,
// marks, the guided tour, saving and loading.
package script

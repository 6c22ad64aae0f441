// Package script has the commands of scripts and profiles: waits, expectations,
// marks, the guided tour, saving and loading.
package script

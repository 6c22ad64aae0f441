// Package messages has the verbs that show and send single messages: peek, tail and
// send.
package messages

package snapshot

// Read is the kind of a reader where a user names it: in the verbs and in profiles. Its
// figures are those of a consumer group, so in a sample its kind is Consume.
const Read Kind = "read"

// Named returns the kind of the group as users name it.
func (g Group) Named() Kind {
	if g.Consumer != nil && g.Consumer.Reader {
		return Read
	}
	return g.Kind
}

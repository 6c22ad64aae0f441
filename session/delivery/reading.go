package delivery

// Reading is the state of an Audit at one moment: of the present period and of all earlier
// ones.
type Reading struct {
	Present, Earlier Totals
	Accounts         map[uint64]Totals // of the producers; nil unless they were read
}

// Read reads the totals of an audit.
func Read(a *Audit) Reading { return Reading{Present: a.Totals(), Earlier: a.Previous()} }

// ReadAccounts reads the totals of an audit and of each of its producers.
func ReadAccounts(a *Audit) Reading {
	r := Read(a)
	r.Accounts = map[uint64]Totals{}
	for _, one := range a.Accounts(MaxProducers) {
		r.Accounts[one.ID] = one.Totals
	}
	return r
}

// Sum adds up all periods. Messages that were still missing when a seek ended a period do
// not count.
func (r Reading) Sum() Totals { return r.Present.With(r.Earlier) }

// Since returns what was added after a reset, everything if base is nil.
func (r Reading) Since(base *Reading) Reading {
	if base == nil {
		return r
	}
	r.Earlier = r.Earlier.Since(base.Earlier)
	if r.Present.Period == base.Present.Period {
		r.Present = r.Present.Since(base.Present)
	} else {
		r.Earlier = r.Earlier.Since(base.Present)
	}
	return r
}

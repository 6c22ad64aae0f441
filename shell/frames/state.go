package frames

import (
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sign is a state as one character. The shape tells states apart without
// colours.
type sign struct {
	glyph string
	style graphs.Style
}

// groupSign returns the sign for the state of a group. A running group has the
// colour of its cluster.
func (f *Frames) groupSign(state snapshot.State, health spec.Grade) sign {
	p, moving := f.palette, f.palette.Series[0]
	switch state {
	case snapshot.Running:
		return f.sign("●", "*", f.gradeStyle(health))
	case snapshot.Paused:
		return f.sign("‖", "=", p.Yellow)
	case snapshot.Seeking:
		return f.sign("«", "<", moving)
	case snapshot.Starting, snapshot.Stopping:
		return f.sign("◌", "~", moving)
	case snapshot.Failed:
		return f.sign("×", "x", p.Red)
	case snapshot.Stopped:
		return f.sign("■", "#", p.Faint)
	case snapshot.Done:
		return f.sign("✓", "+", p.Faint)
	}
	return f.sign("○", "o", p.Faint)
}

// sign returns the sign with a glyph, or with its ASCII form.
func (f *Frames) sign(glyph, ascii string, style graphs.Style) sign {
	if f.look.ASCII {
		glyph = ascii
	}
	return sign{glyph, style}
}

// cell returns the cell of the sign, with one or two blanks before it.
func (s sign) cell(gap bool) graphs.Cell {
	return graphs.Cell{Text: s.glyph, Width: 1, Style: s.style, Priority: always, Tight: !gap}
}

// measured reports whether a group in a state has present figures.
func measured(state snapshot.State) bool {
	return state == snapshot.Running || state == snapshot.Paused || state == snapshot.Seeking
}

// troubled reports whether a group failed or had lost, duplicated or failed
// messages since its start or reset. Such a group is shown before others.
func troubled(g snapshot.Group) bool {
	switch {
	case g.State == snapshot.Failed:
		return true
	case g.Producer != nil:
		return g.Producer.Failed > 0
	case g.Consumer != nil:
		return g.Consumer.Judged() && g.Consumer.Delivery.Lost > 0 || g.Consumer.Delivery.Duplicated > 0
	}
	return false
}

// rateStyle returns the colour of a rate beside its target. A rate above the
// target is graded by the same distance, but at worst as doubtful.
func (f *Frames) rateStyle(rate, target float64) graphs.Style {
	share := 100 * rate / target
	if share > 100 {
		return f.gradeStyle(min(f.limits.Rate.Under(200-share), spec.Doubtful))
	}
	return f.gradeStyle(f.limits.Rate.Under(share))
}

// gradeStyle returns the colour of a grade.
func (f *Frames) gradeStyle(g spec.Grade) graphs.Style {
	switch g {
	case spec.Good:
		return f.palette.Green
	case spec.Doubtful:
		return f.palette.Yellow
	}
	return f.palette.Red
}

// worry is gradeStyle without a colour for a good grade.
func (f *Frames) worry(g spec.Grade) graphs.Style {
	if g == spec.Good {
		return graphs.Plain
	}
	return f.gradeStyle(g)
}

package frames

import (
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sign is a state as one cell, told apart by shape as well as by colour.
type sign struct {
	glyph string
	style graphs.Style
}

// groupSign is the sign of a group's state. A group that runs is no better off
// than its cluster.
func (f *Frames) groupSign(state snapshot.State) sign {
	p, moving := f.palette, f.palette.Series[0]
	switch state {
	case snapshot.Running:
		return f.sign("●", "*", f.gradeStyle(f.health))
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
	}
	return f.sign("○", "o", p.Faint)
}

func (f *Frames) sign(glyph, ascii string, style graphs.Style) sign {
	if f.look.ASCII {
		glyph = ascii
	}
	return sign{glyph, style}
}

// cell is the sign beside a name.
func (s sign) cell(gap bool) graphs.Cell {
	return graphs.Cell{Text: s.glyph, Width: 1, Style: s.style, Priority: always, Tight: !gap}
}

// measured says whether a group in this state has figures of right now.
func measured(state snapshot.State) bool {
	return state == snapshot.Running || state == snapshot.Paused || state == snapshot.Seeking
}

// troubled says whether something went wrong with a group since its start or
// reset, so that its row is shown rather than that of another.
func troubled(g snapshot.Group) bool {
	switch {
	case g.State == snapshot.Failed:
		return true
	case g.Producer != nil:
		return g.Producer.Failed > 0
	case g.Consumer != nil:
		return g.Consumer.Delivery.Lost > 0 || g.Consumer.Delivery.Duplicated > 0
	}
	return false
}

// rateStyle is the colour of an actual rate beside its target. A rate above its
// target is judged by the same distance, but never as bad.
func (f *Frames) rateStyle(rate, target float64) graphs.Style {
	share := 100 * rate / target
	if share > 100 {
		return f.gradeStyle(min(f.limits.Rate.Under(200-share), spec.Doubtful))
	}
	return f.gradeStyle(f.limits.Rate.Under(share))
}

// gradeStyle is the colour of a figure whose goodness is known.
func (f *Frames) gradeStyle(g spec.Grade) graphs.Style {
	switch g {
	case spec.Good:
		return f.palette.Green
	case spec.Doubtful:
		return f.palette.Yellow
	}
	return f.palette.Red
}

// worry is gradeStyle for a figure that has no colour while it is good.
func (f *Frames) worry(g spec.Grade) graphs.Style {
	if g == spec.Good {
		return graphs.Plain
	}
	return f.gradeStyle(g)
}

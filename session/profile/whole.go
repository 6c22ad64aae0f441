package profile

import (
	"path/filepath"
	"slices"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// Whole returns the profile with absolute names of all files, so that it means the same
// in every folder. A name that its setting could not take when it is absolute, as one
// with a comma, stays as it is.
func (p Profile) Whole() Profile {
	p.Connection = wholeConnection(p.Connection)
	p.Clusters = slices.Clone(p.Clusters)
	for i := range p.Clusters {
		p.Clusters[i].Connection = wholeConnection(p.Clusters[i].Connection)
	}
	p.Groups = slices.Clone(p.Groups)
	for i, g := range p.Groups {
		if g.Producer != nil {
			one := *g.Producer
			one.Pattern = wholePattern(one.Body, one.Pattern)
			one.Encrypt = wholeKeys(one.Encrypt)
			one.Schema = wholeSchema(one.Schema)
			one.Rate = one.Rate.Renamed(whole)
			p.Groups[i].Producer = &one
		}
		if g.Consumer != nil {
			one := *g.Consumer
			one.Decrypt = wholeKeys(one.Decrypt)
			one.Schema = wholeSchema(one.Schema)
			p.Groups[i].Consumer = &one
		}
	}
	return p
}

// whole returns the absolute name of a file. One below the home folder, as ~/orders.csv,
// is whole already.
func whole(name string) string {
	if name == "" || strings.HasPrefix(name, "~") {
		return name
	}
	if long, err := filepath.Abs(name); err == nil {
		return long
	}
	return name
}

func wholeConnection(c broker.Connection) broker.Connection {
	c.TokenFile, c.TrustFile = whole(c.TokenFile), whole(c.TrustFile)
	for _, f := range broker.LoginFields() {
		if field := f.Field(&c.Login); f.File {
			*field = whole(*field)
		}
	}
	return c
}

// wholePattern makes the file of an argument of file(…) and template(@…) absolute.
func wholePattern(kind payload.Kind, argument string) string {
	long := argument
	switch name, inFile := payload.TemplateFile(argument); {
	case kind == payload.FileKind:
		file, option, given := strings.Cut(argument, ",")
		if long = whole(strings.TrimSpace(file)); given {
			long += "," + option
		}
	case kind == payload.TemplateKind && inFile:
		long = "@" + whole(name)
	}
	if _, again, err := payload.ParseBody(payload.FormatBody(kind, long)); err != nil || again != long {
		return argument
	}
	return long
}

// wholeKeys makes the files of keys absolute.
func wholeKeys(keys spec.KeyFiles) spec.KeyFiles {
	var list []string
	for _, key := range keys.List() {
		list = append(list, key.Name+":"+whole(key.File))
	}
	if long, err := spec.ParseKeyFiles(strings.Join(list, ",")); err == nil {
		return long
	}
	return keys
}

// wholeSchema makes the file of a schema absolute.
func wholeSchema(schema spec.SchemaFrom) spec.SchemaFrom {
	long := schema
	long.File = whole(schema.File)
	if again, err := spec.ParseSchema(long.String()); err != nil || again != long {
		return schema
	}
	return long
}

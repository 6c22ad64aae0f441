// Package encryption reads the keys of end-to-end encryption from files. A key is in the
// memory of the process only, and no error quotes it.
package encryption

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/secret"
	"pulsh/session/spec"
)

// Public reads the public keys that a producer group encrypts for. A private key will
// not do: it has no place where messages are sent.
func Public(group string, files spec.KeyFiles) ([]broker.CryptoKey, error) {
	return read(group, "encrypt", files, publicKey)
}

// Private reads the private keys with which a consumer group decrypts.
func Private(group string, files spec.KeyFiles) ([]broker.CryptoKey, error) {
	return read(group, "decrypt", files, privateKey)
}

// read reads keys in the forms that OpenSSL writes, and returns them in the form that the
// Go client reads.
func read(group, setting string, files spec.KeyFiles, convert func(*pem.Block) (*pem.Block, error)) (keys []broker.CryptoKey, err error) {
	for _, one := range files.List() {
		key, err := readKey(one.File, convert)
		if err != nil {
			return nil, &broker.Error{Message: err.Error(), Try: "set " + group + " " + setting + "=none"}
		}
		keys = append(keys, broker.CryptoKey{Name: one.Name, PEM: broker.NewSecret(string(pem.EncodeToMemory(key)))})
	}
	return keys, nil
}

func readKey(file string, convert func(*pem.Block) (*pem.Block, error)) (*pem.Block, error) {
	if err := secret.CheckFile(file); err != nil {
		return nil, err
	}
	text, err := input.ReadRegular(input.Home(file), input.SecretMax)
	if err != nil {
		return nil, fmt.Errorf("the key %s cannot be read: %w", file, err)
	}
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("%s contains no key in PEM", file)
		}
		if strings.HasSuffix(block.Type, "PARAMETERS") {
			continue // OpenSSL writes those of elliptic curves first
		}
		key, err := convert(block)
		if err != nil {
			return nil, fmt.Errorf("%s %w", file, err)
		}
		return key, nil
	}
}

var (
	errPrivate   = errors.New("is a private key, and a producer encrypts for public ones")
	errPublic    = errors.New("is a public key, and decrypting needs the private one")
	errProtected = errors.New("is a key with a password, which cannot be asked for here")
	errBroken    = errors.New("is not a key that can be read")
	errElliptic  = errors.New("is not an RSA key, and the Go client takes no others")
)

// publicKey returns a public key as SubjectPublicKeyInfo. It may also be in PKCS #1 or in
// a certificate.
func publicKey(block *pem.Block) (*pem.Block, error) {
	var key any
	var err error
	switch {
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return nil, errPrivate
	case block.Type == "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case block.Type == "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = certificate.PublicKey
		}
	default:
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, errBroken
	}
	known, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errElliptic
	}
	der, err := x509.MarshalPKIXPublicKey(known)
	if err != nil {
		return nil, errBroken
	}
	return &pem.Block{Type: "PUBLIC KEY", Bytes: der}, nil
}

// privateKey returns a private key as PKCS #1. It may also be in PKCS #8.
func privateKey(block *pem.Block) (*pem.Block, error) {
	switch {
	case strings.Contains(block.Type, "PUBLIC KEY"), block.Type == "CERTIFICATE":
		return nil, errPublic
	case strings.Contains(block.Type, "ENCRYPTED"), strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return nil, errProtected
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return pkcs1(key), nil
	}
	if _, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return nil, errElliptic
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errBroken
	}
	known, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errElliptic
	}
	return pkcs1(known), nil
}

func pkcs1(key *rsa.PrivateKey) *pem.Block {
	return &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
}

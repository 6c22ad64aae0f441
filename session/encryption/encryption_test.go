package encryption

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/input"
	"pulsh/session/spec"
)

func write(t *testing.T, name string, blocks ...*pem.Block) string {
	path := filepath.Join(t.TempDir(), name)
	var text []byte
	for _, b := range blocks {
		text = append(text, pem.EncodeToMemory(b)...)
	}
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func TestKeysAreReadInTheFormsThatOpenSSLWrites(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	must := func(der []byte, err error) []byte { require.NoError(t, err); return der }
	public, private := must(x509.MarshalPKIXPublicKey(&key.PublicKey)), must(x509.MarshalPKCS8PrivateKey(key))
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	for _, b := range []*pem.Block{{Type: "PUBLIC KEY", Bytes: public}, {Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)}, {Type: "CERTIFICATE", Bytes: certificate}} {
		keys, err := Public("fast", spec.KeyFiles("k:"+write(t, "public.pem", b)))
		require.NoError(t, err)
		require.Equal(t, "k", keys[0].Name)
		require.Equal(t, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), keys[0].PEM.Reveal())
	}
	for _, b := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: private}, {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}} {
		keys, err := Private("sub1", spec.KeyFiles("k:"+write(t, "private.pem", b)))
		require.NoError(t, err)
		require.Contains(t, keys[0].PEM.Reveal(), "BEGIN RSA PRIVATE KEY")
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", keys, keys, keys), "BEGIN")
	}
}

func TestWhatIsNoKeyIsRefusedAndNotQuoted(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	must := func(der []byte, err error) []byte { require.NoError(t, err); return der }
	pkcs1 := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	public := &pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&key.PublicKey))}
	large := filepath.Join(t.TempDir(), "large.pem")
	require.NoError(t, os.WriteFile(large, []byte(strings.Repeat("x", input.SecretMax+1)), 0o600))
	for _, test := range []struct {
		private bool
		file    string
		says    string
	}{
		{false, write(t, "a", pkcs1), "is a private key, and a producer encrypts for public ones"},
		{true, write(t, "b", public), "is a public key, and decrypting needs the private one"},
		{false, write(t, "c"), "contains no key in PEM"},
		{false, write(t, "d", &pem.Block{Type: "PUBLIC KEY", Bytes: []byte("secret")}), "is not a key that can be read"},
		{true, write(t, "e", &pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret")}), "is not a key that can be read"},
		{true, write(t, "f", &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("secret")}), "is a key with a password"},
		{true, write(t, "g", &pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(curve))}), "is not an RSA key"},
		{true, write(t, "h", &pem.Block{Type: "EC PARAMETERS", Bytes: []byte("x")}, &pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(curve))}), "is not an RSA key"},
		{false, write(t, "i", &pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&curve.PublicKey))}), "is not an RSA key"},
		{false, filepath.Join(t.TempDir(), "nothing"), "cannot be read: no such file"},
		{false, t.TempDir(), "cannot be read: it is a folder"},
		{false, large, "it is larger than 64 KiB"},
	} {
		read := Public
		if test.private {
			read = Private
		}
		_, err := read("g", spec.KeyFiles("k:"+test.file))
		require.ErrorContains(t, err, test.says)
		require.NotContains(t, err.Error(), "secret")
	}
}

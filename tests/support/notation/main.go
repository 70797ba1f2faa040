// The Notary Project's own library as a signer, and as somebody to ask about envelopes.
//
//	notation sign DIRECTORY     make keys, chains and an envelope of every kind, each in a directory of its own
//	notation verify ENVELOPE…   print "good" for each envelope that holds by itself, else "bad: " and why
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	"github.com/notaryproject/notation-core-go/signature/jws"
)

const payloadType = "application/vnd.cncf.notary.payload.v1+json"

// image is what everything is about.
var image = map[string]any{
	"mediaType": "application/vnd.oci.image.manifest.v1+json",
	"digest":    "sha256:" + strings.Repeat("5", 64),
	"size":      1234,
}

// kind is one way to make an envelope.
type kind struct {
	name     string
	key      crypto.Signer
	length   int
	scheme   signature.SigningScheme
	expiry   time.Duration
	extended []signature.Attribute
}

func kinds() []kind {
	rsaKey := func(bits int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, bits)) }
	ecKey := func(curve elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(curve, rand.Reader)) }
	keys := map[string]crypto.Signer{
		"ps256": rsaKey(2048), "ps384": rsaKey(3072), "ps512": rsaKey(4096),
		"es256": ecKey(elliptic.P256()), "es384": ecKey(elliptic.P384()), "es512": ecKey(elliptic.P521()),
	}
	var all []kind
	for name, key := range keys {
		all = append(all,
			kind{name: name + "-signer", key: key, length: 3, scheme: signature.SigningSchemeX509},
			kind{name: name + "-authority", key: key, length: 3, scheme: signature.SigningSchemeX509SigningAuthority})
	}
	p384 := keys["es384"]
	signer := []signature.Attribute{
		{Key: "io.cncf.notary.verificationPlugin", Critical: true, Value: "com.amazonaws.signer.notation.plugin"},
		{Key: "com.amazonaws.signer.signingProfileVersion", Critical: true,
			Value: "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release/AbCdEf0123"},
		{Key: "com.amazonaws.signer.signingJob", Critical: true,
			Value: "arn:aws:signer:eu-west-1:111122223333:/signing-jobs/7d4c0c1e-0000-4000-8000-000000000000"},
	}
	return append(all,
		kind{name: "alone", key: p384, length: 1, scheme: signature.SigningSchemeX509},
		kind{name: "deep", key: p384, length: 5, scheme: signature.SigningSchemeX509},
		kind{name: "expiring", key: p384, length: 2, scheme: signature.SigningSchemeX509, expiry: time.Hour},
		kind{name: "remark", key: p384, length: 2, scheme: signature.SigningSchemeX509,
			extended: []signature.Attribute{{Key: "com.example.remark", Value: "<&>"}}},
		kind{name: "aws-signer", key: p384, length: 4, scheme: signature.SigningSchemeX509SigningAuthority, extended: signer})
}

// chain issues a certificate for the key, and the authorities above it, leaf first.
func chain(key crypto.Signer, length int, now time.Time) []*x509.Certificate {
	var issuer *x509.Certificate
	var issuerKey crypto.Signer
	var certificates []*x509.Certificate
	for depth := length - 1; depth >= 0; depth-- {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(depth + 100)),
			Subject: pkix.Name{Country: []string{"US"}, Province: []string{"WA"}, Organization: []string{"acme, inc."},
				CommonName: fmt.Sprintf("level %d", depth)},
			NotBefore: now.Add(-time.Hour),
			NotAfter:  now.Add(24 * time.Hour),
		}
		subjectKey := key
		if depth == 0 {
			template.KeyUsage = x509.KeyUsageDigitalSignature
			template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
		} else {
			subjectKey = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
			template.KeyUsage = x509.KeyUsageCertSign
			template.BasicConstraintsValid, template.IsCA = true, true
			template.MaxPathLen, template.MaxPathLenZero = depth-1, depth == 1
		}
		if issuer == nil {
			issuer, issuerKey = template, subjectKey
		}
		der := must(x509.CreateCertificate(rand.Reader, template, issuer, subjectKey.Public(), issuerKey))
		issuer, issuerKey = must(x509.ParseCertificate(der)), subjectKey
		certificates = append([]*x509.Certificate{issuer}, certificates...)
	}
	return certificates
}

func sign(directory string, kind kind, now time.Time) {
	certificates := chain(kind.key, kind.length, now)
	request := &signature.SignRequest{
		Payload: signature.Payload{
			ContentType: payloadType,
			Content:     must(json.Marshal(map[string]any{"targetArtifact": image})),
		},
		Signer:                   must(signature.NewLocalSigner(certificates, kind.key)),
		SigningTime:              now,
		SigningScheme:            kind.scheme,
		SigningAgent:             "tests",
		ExtendedSignedAttributes: kind.extended,
	}
	if kind.expiry != 0 {
		request.Expiry = now.Add(kind.expiry)
	}
	envelope := must(signature.NewEnvelope(jws.MediaTypeEnvelope))
	write(filepath.Join(directory, kind.name, "envelope.json"), must(envelope.Sign(request)))
	root := certificates[len(certificates)-1].Raw
	write(filepath.Join(directory, kind.name, "root.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}))
}

func verify(path string) error {
	envelope, err := signature.ParseEnvelope(jws.MediaTypeEnvelope, must(os.ReadFile(path)))
	if err == nil {
		_, err = envelope.Verify()
	}
	return err
}

func write(path string, content []byte) {
	check(os.MkdirAll(filepath.Dir(path), 0o777))
	check(os.WriteFile(path, content, 0o666))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	switch command, arguments := os.Args[1], os.Args[2:]; command {
	case "sign":
		now := time.Now().UTC().Truncate(time.Second)
		for _, kind := range kinds() {
			sign(arguments[0], kind, now)
		}
	case "verify":
		for _, path := range arguments {
			if err := verify(path); err != nil {
				fmt.Println("bad:", strings.ReplaceAll(err.Error(), "\n", " "))
			} else {
				fmt.Println("good")
			}
		}
	default:
		check(fmt.Errorf("no command %q", command))
	}
}

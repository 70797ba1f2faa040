// Two sigstores on this machine, `ours` and `theirs`, each with Fulcio, a certificate log, Rekor and a timestamp authority.
//
// It stands around `@sigstore/mock`, which does the work, and ends when its stdin is closed. Its first line on stdout says
// where each listens and what it is to be trusted by. Beside what cosign asks for, `POST /bundle` has `@sigstore/sign` make
// a bundle.
'use strict';

const crypto = require('crypto');
const http = require('http');
const mock = require('@sigstore/mock');
const x509 = require('@peculiar/x509');
const { Crypto } = require('@peculiar/webcrypto');
const { bundleToJSON } = require('@sigstore/bundle');
const { DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness, TSAWitness } = require('@sigstore/sign');

const pem = (label, der) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END ${label}-----\n`;
const spki = (key) => key.export({ format: 'der', type: 'spki' });
const sha256 = (data) => crypto.createHash('sha256').update(data).digest();
const jwt = (claims) =>
  [{ alg: 'none' }, claims, ''].map((part) => Buffer.from(part && JSON.stringify(part)).toString('base64url')).join('.');
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

// Rekor does not store an envelope that it is asked to log, but what identifies it.
function stored(proposed) {
  if (proposed.kind !== 'dsse' || !proposed.spec.proposedContent) return proposed;
  const { envelope, verifiers } = proposed.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(envelope).toString('hex') },
      payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(payload, 'base64')).toString('hex') },
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  };
}

// The authority's certificate as it would be if it had expired a day ago.
async function expired(keys) {
  const engine = new Crypto();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = (key, use) => engine.subtle.importKey('jwk', key.export({ format: 'jwk' }), algorithm, true, [use]);
  const pair = {
    privateKey: await imported(keys.privateKey, 'sign'),
    publicKey: await imported(keys.publicKey, 'verify'),
  };
  const day = 24 * 60 * 60 * 1000;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: 'CN=sigstore,O=sigstore.mock',
      notBefore: new Date(Date.now() - 30 * day),
      notAfter: new Date(Date.now() - day),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
      keys: pair,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    },
    engine,
  );
  return Buffer.from(certificate.rawData);
}

// Signs with a key of the test's, or keyless as the claims say.
function signer(options, url) {
  if (options.key) {
    const key = crypto.createPrivateKey(options.key);
    const publicKey = crypto.createPublicKey(key).export({ format: 'pem', type: 'spki' });
    const hash = key.asymmetricKeyType === 'ed25519' ? null : options.hash || 'sha256';
    const sign = async (data) => ({
      signature: crypto.sign(hash, data, key),
      key: { $case: 'publicKey', publicKey, hint: 'a hint' },
    });
    return { sign };
  }
  return new FulcioSigner({ fulcioBaseURL: url, identityProvider: { getToken: async () => jwt(options.claims) } });
}

async function makeBundle(options, url) {
  const witnesses = [];
  if (options.log !== false) witnesses.push(new RekorWitness({ rekorBaseURL: url, entryType: options.entry || 'dsse' }));
  if (options.timestamp) witnesses.push(new TSAWitness({ tsaBaseURL: url }));
  const data = Buffer.from(options.payload);
  const common = { signer: signer(options, url), witnesses };
  const builder = options.message
    ? new MessageSignatureBundleBuilder(common)
    : new DSSEBundleBuilder({ ...common, certificateChain: options.chain === true });
  return bundleToJSON(await builder.create({ data, type: options.type || 'application/vnd.in-toto+json' }));
}

async function sigstore() {
  const pair = () => crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { ca: pair(), ct: pair(), rekor: pair(), tsa: pair() };
  const ct = await mock.initializeCTLog(keys.ct);
  const ca = await mock.initializeCA(keys.ca, ct);
  const rekor = await mock.initializeTLog('http://rekor.test', keys.rekor);
  const tsa = await mock.initializeTSA(keys.tsa);
  // The verifier reads whole seconds only.
  tsa.getCurrentTime = () => new Date(Math.floor(Date.now() / 1000) * 1000);

  const fulcio = mock.fulcioHandler(ca);
  const handlers = new Map();
  handlers.set(fulcio.path, async (body) => {
    // How long ago the certificate is said to have been issued, and whether it is logged, are the test's to choose.
    const claims = claimsOf(JSON.parse(body).credentials.oidcIdentityToken);
    const issued = new Date(Date.now() - (claims.age || 0) * 1000);
    ca.getCurrentTime = () => issued;
    ca.ctLog = claims.unlogged ? undefined : ct;
    return fulcio.fn(body);
  });
  // cosign 2 asks with the first version of the interface, and takes the chain alone.
  handlers.set('/api/v1/signingCert', async (body, request) => {
    const { content } = JSON.parse(body).publicKey;
    const oidcIdentityToken = request.headers.authorization.replace(/^Bearer /, '');
    const publicKey = { content: Buffer.from(content, 'base64').toString() };
    const asked = { credentials: { oidcIdentityToken }, publicKeyRequest: { publicKey } };
    const answer = await handlers.get(fulcio.path)(JSON.stringify(asked));
    if (answer.statusCode !== 201) return answer;
    const chain = JSON.parse(answer.response).signedCertificateEmbeddedSct.chain.certificates;
    return { ...answer, response: chain.join(''), contentType: 'application/pem-certificate-chain' };
  });
  const log = mock.rekorHandler(rekor);
  handlers.set(log.path, (body) => log.fn(JSON.stringify(stored(JSON.parse(body)))));
  const stamp = mock.tsaHandler(tsa);
  handlers.set(stamp.path, stamp.fn);

  let url;
  handlers.set('/bundle', async (body) => {
    const bundle = await makeBundle(JSON.parse(body), url);
    return { statusCode: 201, response: JSON.stringify(bundle), contentType: 'application/json' };
  });
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const handler = handlers.get(request.url);
      let answer = { statusCode: 404, response: '' };
      try {
        if (handler) answer = await handler(Buffer.concat(chunks).toString(), request);
      } catch (error) {
        answer = { statusCode: 500, response: String(error.stack) };
      }
      const headers = { 'content-type': answer.contentType || 'text/plain' };
      if (request.url === log.path && answer.statusCode === 201) {
        headers.location = `${log.path}/${Object.keys(JSON.parse(answer.response))[0]}`;
      }
      response.writeHead(answer.statusCode, headers).end(answer.response);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    fulcio: pem('CERTIFICATE', ca.rootCertificate),
    expired: pem('CERTIFICATE', await expired(keys.ca)),
    rekor: pem('PUBLIC KEY', spki(keys.rekor.publicKey)),
    ct: pem('PUBLIC KEY', spki(keys.ct.publicKey)),
    tsa: [tsa.intCertificate, tsa.rootCertificate].map((der) => der.toString('base64')),
  };
}

(async () => {
  const [ours, theirs] = await Promise.all([sigstore(), sigstore()]);
  console.log(JSON.stringify({ ours, theirs }));
  process.stdin.resume().on('end', () => process.exit(0));
})();

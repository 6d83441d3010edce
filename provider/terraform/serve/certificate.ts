// The plugin's own certificate: self-signed, ECDSA P-256, made anew for every process and kept in
// memory alone. Built by hand because a library costs more at each start than all of this:
// Terraform starts a provider two to five times a command. Invariant: the private key never leaves
// the process.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, in the forms that TLS and the handshake ask for. */
export interface Certificate {
  readonly der: Buffer;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const dayMs = 86_400_000;
/** A client whose clock is a little behind ours must find the certificate valid already. */
const clockSlackMs = 60_000;

// Object identifiers of RFC 5280 and RFC 5758, as their DER bodies.
const ids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  organization: '55040a',
  commonName: '550403',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
  clientAuth: '2b06010505070302',
  serverAuth: '2b06010505070301',
} as const;

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  id: 0x06,
  text: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
} as const;

/**
 * A certificate for localhost that is valid for a day. It is its own authority and serves both
 * ends, as go-plugin's does (go-plugin: mtls.go), because the client takes it for its root.
 */
export function makeCertificate(now = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = sequence(id(ids.ecdsaWithSha256));
  const name = sequence(
    nameOf(ids.organization, 'cinderkit terraform provider'),
    nameOf(ids.commonName, 'localhost'),
  );
  const toBeSigned = sequence(
    der(tags.version, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, serialNumber()),
    algorithm,
    name,
    sequence(time(now - clockSlackMs), time(now + dayMs)),
    name,
    publicKey,
    der(tags.extensions, extensions()),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const whole = sequence(toBeSigned, algorithm, bits(0, signature));
  return { der: whole, certificatePem: pemOf(whole), privateKeyPem: privateKey };
}

/** The PEM text of a certificate. */
export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensions(): Buffer {
  // digitalSignature, keyEncipherment, keyAgreement, keyCertSign: bits 0, 2, 4 and 5.
  const usage = bits(2, Buffer.from([0b1010_1100]));
  return sequence(
    extension(ids.keyUsage, usage, { isCritical: true }),
    extension(ids.extendedKeyUsage, sequence(id(ids.clientAuth), id(ids.serverAuth))),
    extension(ids.basicConstraints, sequence(yes), { isCritical: true }),
    extension(ids.subjectAltName, sequence(der(tags.dnsName, Buffer.from('localhost')))),
  );
}

function extension(which: string, value: Buffer, { isCritical = false } = {}): Buffer {
  return sequence(id(which), ...(isCritical ? [yes] : []), der(tags.octets, value));
}

/** Positive, and of one length always: the first byte lies between 0x40 and 0x7f. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

const nameOf = (which: string, text: string): Buffer =>
  der(tags.set, sequence(id(which), der(tags.text, Buffer.from(text))));

// RFC 5280 wants two digits of the year until 2049 and four from then on.
function time(atMs: number): Buffer {
  const digits = `${new Date(atMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return Number(digits.slice(0, 4)) < 2050
    ? der(tags.utcTime, Buffer.from(digits.slice(2)))
    : der(tags.generalizedTime, Buffer.from(digits));
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(tags.sequence, ...parts);
const id = (hex: string): Buffer => der(tags.id, Buffer.from(hex, 'hex'));
const bits = (unused: number, bytes: Uint8Array): Buffer =>
  der(tags.bits, Buffer.from([unused]), bytes);

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const yes = der(tags.boolean, Buffer.from([0xff]));

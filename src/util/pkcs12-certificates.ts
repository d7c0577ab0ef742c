import { createDecipheriv, pbkdf2Sync, X509Certificate } from 'node:crypto';

/** A PKCS #12 file that cannot be read: malformed, another password, or algorithms of the last century. */
export class Pkcs12Error extends Error {
  override name = 'Pkcs12Error';
}

interface Node {
  readonly tag: number;
  readonly bytes: Buffer;
}

const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;
const OCTETS = 0x04;
const INTEGER = 0x02;
/** The hexadecimal bytes of object identifiers. */
const OID = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  certificateBag: '2a864886f70d010c0a0103',
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  sha1: '2a864886f70d0207',
  sha256: '2a864886f70d0209',
} as const;
const DIGESTS: Readonly<Record<string, string>> = { [OID.sha1]: 'sha1', [OID.sha256]: 'sha256' };
const CIPHERS: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  '60864801650304012a': ['aes-256-cbc', 32],
  '608648016503040116': ['aes-192-cbc', 24],
  '608648016503040102': ['aes-128-cbc', 16],
};

/** The values that stand one after another in `bytes` (DER: lengths are definite). */
function nodes(bytes: Buffer): Node[] {
  const found: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const first = bytes[at + 1] ?? 0;
    const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
    if (sizeBytes > 4 || first === 0x80) throw new Pkcs12Error('a length that is none');
    const start = at + 2 + sizeBytes;
    const length = sizeBytes === 0 ? first : bytes.readUIntBE(at + 2, sizeBytes);
    if (start + length > bytes.length) throw new Pkcs12Error('the file ends too early');
    found.push({ tag, bytes: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function inside(node: Node | undefined): Node[] {
  return node === undefined ? [] : nodes(node.bytes);
}

function hex(node: Node | undefined): string {
  return node?.bytes.toString('hex') ?? '';
}

function integer(node: Node | undefined): number {
  return node?.tag === INTEGER ? Number.parseInt(hex(node), 16) : Number.NaN;
}

/** ContentInfo: what it is, and what stands in its [0]. */
function content(node: Node | undefined): { type: string; value: Node | undefined } {
  const [type, explicit] = inside(node);
  return { type: hex(type), value: inside(explicit)[0] };
}

/** PBES2 with PBKDF2 and AES, as keytool and openssl write since 2021. */
function decrypt(algorithm: Node | undefined, data: Buffer, password: string): Buffer {
  const [kind, parameters] = inside(algorithm);
  if (hex(kind) !== OID.pbes2) throw new Pkcs12Error('it is encrypted in a way that is not safe any more');
  const [derivation, scheme] = inside(parameters);
  const [derivationKind, derivationParameters] = inside(derivation);
  const [cipherKind, iv] = inside(scheme);
  const cipher = CIPHERS[hex(cipherKind)];
  if (hex(derivationKind) !== OID.pbkdf2 || cipher === undefined || iv === undefined) {
    throw new Pkcs12Error('it is encrypted in an unknown way');
  }
  const all = inside(derivationParameters);
  const prf = all.find(({ tag }) => tag === SEQUENCE);
  const digest = prf === undefined ? 'sha1' : DIGESTS[hex(inside(prf)[0])];
  if (all[0] === undefined || digest === undefined) throw new Pkcs12Error('its key is derived in an unknown way');
  const [name, keyBytes] = cipher;
  const key = pbkdf2Sync(password, all[0].bytes, integer(all[1]), keyBytes, digest);
  const decipher = createDecipheriv(name, key, iv.bytes);
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch (error) {
    throw new Pkcs12Error('the password is wrong', { cause: error });
  }
}

function safeContents(info: Node, password: string): Buffer {
  const { type, value } = content(info);
  if (type === OID.data) return value?.bytes ?? Buffer.alloc(0);
  if (type !== OID.encryptedData) return Buffer.alloc(0);
  const [, encrypted] = inside(value);
  const [, algorithm, data] = inside(encrypted);
  return decrypt(algorithm, data?.bytes ?? Buffer.alloc(0), password);
}

/** All certificates of a PKCS #12 file (a trust store as keytool makes it), as PEM. Throws Pkcs12Error. */
export function pkcs12Certificates(file: Buffer, password: string): string[] {
  const [pfx] = nodes(file);
  const [, authenticatedSafe] = inside(pfx);
  const { type, value } = content(authenticatedSafe);
  if (type !== OID.data || value?.tag !== OCTETS) throw new Pkcs12Error('it is no PKCS #12 file');
  const bags = inside(nodes(value.bytes)[0]).flatMap((info) => inside(nodes(safeContents(info, password))[0]));
  return bags.flatMap((bag) => {
    const [kind, explicit] = inside(bag);
    if (kind?.tag !== OBJECT_ID || hex(kind) !== OID.certificateBag) return [];
    const [certificateBag] = inside(explicit);
    const [, certificate] = inside(certificateBag);
    const der = inside(certificate)[0]?.bytes;
    return der === undefined ? [] : [new X509Certificate(der).toString()];
  });
}

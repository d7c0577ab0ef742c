import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { JavaError } from '../../../util/java-error.ts';
import { Pkcs12Error, pkcs12Certificates } from '../../../util/pkcs12-certificates.ts';

/** A config of the listener: its own value, else the general one, else the default; null: none. */
export type SslConfig = (name: string) => string | null;

type Store = 'keystore' | 'truststore';

function invalid(text: string): JavaError {
  return new JavaError('org.apache.kafka.common.errors.InvalidConfigurationException', text);
}

function unusable(store: Store, location: string, type: string, why: string, cause?: unknown): JavaError {
  const text = `Failed to load SSL ${store} ${location} of type ${type}: ${why}`;
  return new JavaError('org.apache.kafka.common.KafkaException', text, cause);
}

function read(store: Store, location: string, type: string): Buffer {
  try {
    return readFileSync(location);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw unusable(store, location, type, isMissing ? 'there is no such file' : (error as Error).message, error);
  }
}

const DER_SEQUENCE = 0x30;

/** Java reads PKCS12 files under the type JKS as well, which is the default of ssl.keystore.type. */
function isPkcs12(type: string, bytes: Buffer): boolean {
  return type === 'PKCS12' || (type === 'JKS' && bytes[0] === DER_SEQUENCE);
}

function notServed(store: Store, location: string, type: string, served: string): JavaError {
  return unusable(store, location, type, `klamm reads ${served}; keytool -importkeystore and openssl convert it`);
}

function ownCertificate(config: SslConfig): SecureContextOptions {
  const type = (config('ssl.keystore.type') ?? 'JKS').toUpperCase();
  const location = config('ssl.keystore.location');
  const key = config('ssl.keystore.key');
  const chain = config('ssl.keystore.certificate.chain');
  const keyPassword = config('ssl.key.password');
  const passphrase = keyPassword === null ? {} : { passphrase: keyPassword };
  if (key !== null) {
    if (type !== 'PEM') throw invalid(`SSL private key can be specified only for PEM, but key store type is ${type}.`);
    if (location !== null) throw invalid('Both SSL key store location and separate private key are specified.');
    if (chain === null) throw invalid('SSL private key is specified, but certificate chain is not specified.');
    return { cert: chain, key, ...passphrase };
  }
  if (chain !== null) throw invalid('SSL certificate chain is specified, but private key is not specified');
  if (location === null)
    throw invalid('ssl.keystore.location or ssl.keystore.key is needed: a listener has a certificate');
  const bytes = read('keystore', location, type);
  if (type === 'PEM') return { cert: bytes, key: bytes, ...passphrase };
  if (!isPkcs12(type, bytes)) throw notServed('keystore', location, type, 'PEM and PKCS12');
  const password = config('ssl.keystore.password') ?? keyPassword;
  return { pfx: bytes, ...(password === null ? {} : { passphrase: password }) };
}

/** Whom clients' certificates are signed by; nothing: the authorities that Node knows, as Java takes those of the JDK. */
function trusted(config: SslConfig): SecureContextOptions {
  const type = (config('ssl.truststore.type') ?? 'JKS').toUpperCase();
  const location = config('ssl.truststore.location');
  const certificates = config('ssl.truststore.certificates');
  if (certificates !== null) {
    if (type !== 'PEM')
      throw invalid(`SSL trust store certs can be specified only for PEM, but trust store type is ${type}.`);
    if (location !== null)
      throw invalid('Both SSL trust store location and separate trust certificates are specified.');
    return { ca: certificates };
  }
  if (location === null) return {};
  const bytes = read('truststore', location, type);
  if (type === 'PEM') return { ca: bytes };
  if (!isPkcs12(type, bytes)) throw notServed('truststore', location, type, 'PEM and PKCS12');
  try {
    return { ca: pkcs12Certificates(bytes, config('ssl.truststore.password') ?? '') };
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    throw unusable('truststore', location, type, error.message, error);
  }
}

/** "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" as OpenSSL calls it; the names of TLS 1.3 are everybody's. */
function opensslCipher(name: string): string {
  if (!name.includes('_WITH_')) return name;
  return name
    .replace(/^TLS_/, '')
    .replace('_WITH_', '-')
    .replace(/AES_(128|256)/, 'AES$1')
    .replaceAll('_', '-')
    .replace(/-CBC/, '')
    .replace(/(CHACHA20-POLY1305)-SHA256$/, '$1');
}

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Certificate, trust, versions and ciphers of a listener. Throws JavaError for what cannot be read or is not served. */
export function secureContextOptions(config: SslConfig): SecureContextOptions {
  const listed = (name: string) => (config(name) ?? '').split(',').map((one) => one.trim());
  const versions = listed('ssl.enabled.protocols').filter((one) => VERSIONS.includes(one)) as SecureVersion[];
  versions.sort();
  const ciphers = listed('ssl.cipher.suites').filter((one) => one !== '');
  const options: SecureContextOptions = {
    ...ownCertificate(config),
    ...trusted(config),
    ...(versions.length > 0 ? { minVersion: versions[0]!, maxVersion: versions.at(-1)! } : {}),
    ...(ciphers.length > 0 ? { ciphers: ciphers.map(opensslCipher).join(':') } : {}),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const location = config('ssl.keystore.location') ?? '(ssl.keystore.key)';
    const why = (error as Error).message;
    throw unusable('keystore', location, config('ssl.keystore.type') ?? 'JKS', why, error);
  }
  return options;
}

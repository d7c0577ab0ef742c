import { readFileSync } from 'node:fs';
import { type ConnectionOptions, type SecureVersion } from 'node:tls';
import { type Password } from '../../util/config-definition.ts';
import { JavaError } from '../../util/java-error.ts';
import { Pkcs12Error, pkcs12Certificates } from '../../util/pkcs12-certificates.ts';
import { type SecurityValues } from '../settings.ts';

const DER_SEQUENCE = 0x30;

/** A store that cannot be read, as Java's DefaultSslEngineFactory words it. */
function storeError(text: string, cause?: unknown): JavaError {
  return new JavaError('org.apache.kafka.common.KafkaException', text, cause);
}

function invalidConfig(text: string): JavaError {
  return new JavaError('org.apache.kafka.common.errors.InvalidConfigurationException', text);
}

function readStore(location: string, type: string): Buffer {
  try {
    return readFileSync(location);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const cause = isMissing ? new JavaError('java.nio.file.NoSuchFileException', location) : error;
    // Java calls every store a keystore here.
    throw storeError(`Failed to load SSL keystore ${location} of type ${type}`, cause);
  }
}

function text(value: Password | null): string | undefined {
  return value === null ? undefined : value.value;
}

/** Certificates to trust; none: those that come with Node, as Java takes those that come with the JDK. */
function trusted(values: SecurityValues): Pick<ConnectionOptions, 'ca'> {
  const type = values.get('ssl.truststore.type').toUpperCase();
  const location = values.get('ssl.truststore.location');
  const certificates = text(values.get('ssl.truststore.certificates'));
  if (certificates !== undefined) {
    if (type !== 'PEM') throw invalidConfig('SSL trust store certs can be specified only for PEM.');
    if (location !== null) {
      throw invalidConfig('Both SSL trust store location and separate trust certificates are specified.');
    }
    return { ca: certificates };
  }
  if (location === null) return {};
  const store = readStore(location, type);
  if (type === 'PEM') return { ca: store };
  if (!isPkcs12(type, store)) throw unsupportedType(location, type);
  try {
    return { ca: pkcs12Certificates(store, text(values.get('ssl.truststore.password')) ?? '') };
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    throw storeError(
      `Failed to load SSL keystore ${location} of type ${type}`,
      new JavaError('java.io.IOException', error.message),
    );
  }
}

/** Our own certificate, for brokers that want one. */
function ownKey(values: SecurityValues): Pick<ConnectionOptions, 'cert' | 'key' | 'pfx' | 'passphrase'> {
  const type = values.get('ssl.keystore.type').toUpperCase();
  const location = values.get('ssl.keystore.location');
  const key = text(values.get('ssl.keystore.key'));
  const chain = text(values.get('ssl.keystore.certificate.chain'));
  const keyPassword = text(values.get('ssl.key.password'));
  const passphrase = keyPassword === undefined ? {} : { passphrase: keyPassword };
  if (key !== undefined) {
    if (type !== 'PEM') throw invalidConfig('SSL private key can be specified only for PEM.');
    if (location !== null) throw invalidConfig('Both SSL key store location and separate private key are specified.');
    if (chain === undefined) {
      throw invalidConfig('SSL private key is specified, but certificate chain is not specified.');
    }
    return { cert: chain, key, ...passphrase };
  }
  if (chain !== undefined) {
    throw invalidConfig('SSL certificate chain is specified, but private key is not specified');
  }
  if (location === null) return {};
  if (type === 'PEM') {
    const both = readStore(location, type);
    return { cert: both, key: both, ...passphrase };
  }
  const pfx = readStore(location, type);
  if (!isPkcs12(type, pfx)) throw unsupportedType(location, type);
  const storePassword = text(values.get('ssl.keystore.password'));
  return { pfx, ...(storePassword === undefined ? {} : { passphrase: storePassword }) };
}

/** Java reads PKCS12 files under the type JKS as well, which is the default. */
function isPkcs12(type: string, bytes: Buffer): boolean {
  return type === 'PKCS12' || (type === 'JKS' && bytes[0] === DER_SEQUENCE);
}

function unsupportedType(location: string, type: string): JavaError {
  const hint = 'klamm reads PEM and PKCS12; convert it with keytool and openssl';
  return storeError(`Failed to load SSL keystore ${location} of type ${type}: ${hint}`);
}

/** From Java's ssl.* settings. Throws JavaError when a store cannot be used. */
export function tlsOptions(values: SecurityValues): ConnectionOptions {
  const versions = values
    .get('ssl.enabled.protocols')
    .filter((one) => /^TLSv1(\.[1-3])?$/.test(one)) as SecureVersion[];
  versions.sort();
  const [minVersion] = versions;
  const maxVersion = versions.at(-1);
  const isHostChecked = values.get('ssl.endpoint.identification.algorithm') !== '';
  return {
    ...trusted(values),
    ...ownKey(values),
    ...(minVersion && maxVersion ? { minVersion, maxVersion } : {}),
    ...(isHostChecked ? {} : { checkServerIdentity: () => undefined }),
  };
}

import { type TLSSocket, type TlsOptions } from 'node:tls';
import { JavaError } from '../../../util/java-error.ts';
import { distinguishedName } from './distinguished-name.ts';
import { type SslConfig, secureContextOptions } from './key-stores.ts';
import { principalMapping } from './principal-mapping.ts';

export interface TlsConfig {
  readonly listener: string;
  /** SASL says who somebody is: certificates of clients are asked for only if the listener's own config says so. */
  readonly speaksSasl: boolean;
  /** server.properties as given. */
  readonly given: ReadonlyMap<string, string>;
  /** Values of configs that are not given. */
  readonly defaultOf: (name: string) => string | null;
}

export interface SecureListener {
  readonly options: TlsOptions;
  /** "User:CN=alice,O=Acme" of a certificate, "User:ANONYMOUS" without. Throws Error when no rule fits or nobody vouches for it. */
  principalOf(socket: TLSSocket): string;
}

const CLIENT_AUTH = ['required', 'requested', 'none'];

/** Throws JavaError for stores that cannot be read, values that are none, rules that do not parse. */
export function secureListener(tls: TlsConfig): SecureListener {
  const prefix = `listener.name.${tls.listener.toLowerCase()}.`;
  const config: SslConfig = (name) => {
    const value = tls.given.get(prefix + name) ?? tls.given.get(name) ?? tls.defaultOf(name);
    return value === '' ? null : value;
  };
  const own = tls.given.get(`${prefix}ssl.client.auth`);
  const clientAuth = (tls.speaksSasl ? (own ?? 'none') : (config('ssl.client.auth') ?? 'none')).toLowerCase();
  if (!CLIENT_AUTH.includes(clientAuth)) {
    const text = `Invalid value ${clientAuth} for configuration ssl.client.auth: String must be one of: required, requested, none`;
    throw new JavaError('org.apache.kafka.common.config.ConfigException', text);
  }
  const mapped = principalMapping(config('ssl.principal.mapping.rules') ?? 'DEFAULT');
  return {
    options: {
      ...secureContextOptions(config),
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
    },
    principalOf(socket) {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return 'User:ANONYMOUS';
      if (!socket.authorized) throw new Error(`its certificate is not trusted: ${socket.authorizationError}`);
      const name = distinguishedName(certificate.subject);
      const user = mapped(name);
      if (user === null) throw new Error(`No rules apply to ${name}`);
      return `User:${user}`;
    },
  };
}

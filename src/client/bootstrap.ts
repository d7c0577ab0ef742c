import { isIP } from 'node:net';
import { ConfigError } from '../util/config-definition.ts';
import { type NamedLogger } from '../util/log-lines.ts';

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

// Java's Utils.HOST_PORT_PATTERN: anything up to the last colon, perhaps a scheme, perhaps an address in brackets.
const HOST_PORT = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/;

/** Java: Utils.getHost and getPort; undefined when the text is no address. */
export function parseAddress(text: string): Address | undefined {
  const match = HOST_PORT.exec(text);
  return match ? { host: match[1] as string, port: Number(match[2]) } : undefined;
}

/** Throws ConfigError in the words of Java's ClientUtils.parseAndValidateAddresses. Names are not resolved here. */
export function parseBootstrapServers(servers: readonly string[], key = 'bootstrap.servers'): Address[] {
  return servers
    .filter((one) => one !== '')
    .map((one) => {
      const address = parseAddress(one);
      if (!address) throw new ConfigError(`Invalid url in ${key}: ${one}`);
      if (address.port > 65535) throw new ConfigError(`Invalid port in ${key}: ${one}`);
      return address;
    });
}

/** Addresses whose names resolve; throws ConfigError when none does. */
export async function resolvable(addresses: readonly Address[], logger: NamedLogger, key = 'bootstrap.servers') {
  const found: Address[] = [];
  for (const address of addresses) {
    const { host, port } = address;
    if (await resolves(host)) found.push(address);
    else {
      logger
        .named('org.apache.kafka.clients.ClientUtils')
        .log('WARN', `Couldn't resolve server ${host}:${port} from ${key} as DNS resolution failed for ${host}`);
    }
  }
  if (found.length === 0) throw new ConfigError(`No resolvable bootstrap urls given in ${key}`);
  return found;
}

async function resolves(host: string): Promise<boolean> {
  // localhost needs no question to a name server; an empty host means it, as in Java.
  if (host === '' || host === 'localhost' || isIP(host) !== 0) return true;
  const { lookup } = await import('node:dns/promises');
  return lookup(host).then(
    () => true,
    () => false,
  );
}

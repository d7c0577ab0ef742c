import { isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from '../../../util/config-definition.ts';
import { JavaError } from '../../../util/java-error.ts';

/** Numbers as in broker registrations and Metadata (kafka SecurityProtocol). */
export const SECURITY_PROTOCOLS = { PLAINTEXT: 0, SSL: 1, SASL_PLAINTEXT: 2, SASL_SSL: 3 } as const;
export type SecurityProtocol = keyof typeof SECURITY_PROTOCOLS;

export interface ListenerEndpoint {
  /** Upper case, as Kafka normalises listener names. */
  readonly listener: string;
  readonly securityProtocol: SecurityProtocol;
  /** Null: all addresses. */
  readonly host: string | null;
  /** 0: a free port. */
  readonly port: number;
}

export function illegalArgument(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** Scala's `require`, whose texts Kafka's users know. Throws JavaError. */
export function required(isTrue: boolean, text: string): void {
  if (!isTrue) throw illegalArgument(`requirement failed: ${text}`);
}

const LISTENER_NAME = /^([^:]*):\/\//;

function listenerName(listener: string): string {
  const name = listener.includes('://') ? LISTENER_NAME.exec(listener)?.[1] : listener.split(':')[0];
  if (name === undefined || !listener.includes(':')) {
    throw new JavaError('org.apache.kafka.common.KafkaException', `Unable to parse a listener name from ${listener}`);
  }
  return name.toUpperCase();
}

/**
 * listener.security.protocol.map as it counts: unless given, controller listeners without a mapping are PLAINTEXT, as long
 * as nothing uses TLS or SASL (kafka 4.x AbstractKafkaConfig). `given` says whether the file sets the map.
 */
export function securityProtocolMap(
  text: string,
  isGiven: boolean,
  controllerListenerNames: readonly string[],
  listeners: readonly string[],
): Map<string, SecurityProtocol> {
  const map = new Map<string, SecurityProtocol>();
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue;
    const colon = entry.lastIndexOf(':');
    if (colon < 0) {
      const cause = `begin 0, end -1, length ${entry.length}`;
      throw illegalArgument(`Error parsing configuration property 'listener.security.protocol.map': ${cause}`);
    }
    const protocol = entry.slice(colon + 1).trim();
    if (!Object.hasOwn(SECURITY_PROTOCOLS, protocol.toUpperCase())) {
      throw new ConfigError(`Invalid security protocol \`${protocol}\` defined in listener.security.protocol.map`);
    }
    map.set(entry.slice(0, colon).trim().toUpperCase(), protocol.toUpperCase() as SecurityProtocol);
  }
  if (isGiven) return map;
  const isSecured = (name: string) => name !== 'PLAINTEXT' && Object.hasOwn(SECURITY_PROTOCOLS, name);
  if (controllerListenerNames.some(isSecured) || listeners.map(listenerName).some(isSecured)) return map;
  for (const name of controllerListenerNames) map.set(name.toUpperCase(), 'PLAINTEXT');
  return map;
}

const ENDPOINT = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/;

/** The endpoints of `listeners` or `advertised.listeners`; only the former must differ in their ports. Throws JavaError. */
export function parseEndpoints(
  listeners: readonly string[],
  protocols: ReadonlyMap<string, SecurityProtocol>,
  mustHaveOwnPorts: boolean,
): ListenerEndpoint[] {
  const fail = (text: string) =>
    illegalArgument(`Error creating broker listeners from '[${listeners.join(', ')}]': ${text}`);
  const endpoints = listeners.map((listener) => {
    const match = ENDPOINT.exec(listener);
    if (match === null) throw fail(`Unable to parse ${listener} to a broker endpoint`);
    const name = (match[1] as string).toUpperCase();
    const securityProtocol = protocols.get(name);
    if (securityProtocol === undefined) throw fail(`No security protocol defined for listener ${name}`);
    return {
      listener: name,
      securityProtocol,
      host: match[2] === '' ? null : (match[2] as string),
      port: Number(match[3]),
    };
  });
  const all = `listeners: [${listeners.join(', ')}]`;
  if (new Set(endpoints.map((one) => one.listener)).size !== endpoints.length) {
    throw fail(`Each listener must have a different name, ${all}`);
  }
  if (mustHaveOwnPorts) checkPorts(endpoints, (text, port) => fail(`${text}, ${all}, port: ${port}`));
  return endpoints;
}

/** One port may serve two listeners only when one address is IPv4 and the other IPv6 (KIP-797). */
function checkPorts(endpoints: readonly ListenerEndpoint[], fail: (text: string, port: number) => JavaError): void {
  const byPort = Map.groupBy(
    endpoints.filter((one) => one.port !== 0),
    (one) => one.port,
  );
  for (const [port, sharing] of byPort) {
    if (sharing.length < 2) continue;
    const isPair = sharing.length === 2;
    const hosts = sharing.map((one) => one.host ?? '');
    if (isPair && hosts.some(isIPv4) && hosts.some(isIPv6)) continue;
    if (isPair)
      throw fail('If you have two listeners on the same port then one needs to be IPv4 and the other IPv6', port);
    throw fail(
      'Each listener must have a different port unless exactly one listener has an IPv4 address and the other IPv6 address',
      port,
    );
  }
}

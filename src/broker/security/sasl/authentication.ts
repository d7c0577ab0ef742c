import { ScramMechanism } from '../../../protocol/enums.ts';
import { type Clock } from '../../../util/clock.ts';
import { type LoginModule, parseJaas } from '../../../util/jaas.ts';
import { JavaError } from '../../../util/java-error.ts';
import { type ClusterMetadata } from '../../cluster/index.ts';
import { PlainExchange } from './plain.ts';
import { ScramExchange } from './scram.ts';
import { type SaslMechanism, SaslSession, type SaslSettings } from './session.ts';

/** What decides how connections of a listener authenticate: its own configs (`listener.name.NAME.`) before the general ones. */
export interface SaslConfig {
  /** Of the listeners that speak SASL, as Kafka writes them: upper case. */
  readonly listeners: readonly string[];
  /** server.properties as given. */
  readonly given: ReadonlyMap<string, string>;
  /** sasl.enabled.mechanisms */
  readonly mechanisms: readonly string[];
  /** connections.max.reauth.ms */
  readonly maxReauthMs: number;
  /** connection.failed.authentication.delay.ms */
  readonly failureDelayMs: number;
  /** sasl.server.max.receive.size: of one request before its sender has authenticated. */
  readonly maxReceiveBytes: number;
}

type Scram = ClusterMetadata['scramCredential'];
type Begin = (login: LoginModule, scramCredential: Scram) => SaslMechanism['begin'];

function scram(hash: 'sha256' | 'sha512', mechanism: number): Begin {
  return (_, scramCredential) => () =>
    new ScramExchange({ hash, secretsOf: (user) => scramCredential(mechanism, user) });
}

const USER_PREFIX = 'user_';

function plain({ options }: LoginModule): () => PlainExchange {
  const users = [...options].filter(([name]) => name.startsWith(USER_PREFIX));
  const passwords = new Map(users.map(([name, password]) => [name.slice(USER_PREFIX.length), password]));
  return () => new PlainExchange(passwords);
}

const MECHANISMS: Readonly<Record<string, { readonly module: string; readonly begin: Begin }>> = {
  PLAIN: { module: 'org.apache.kafka.common.security.plain.PlainLoginModule', begin: plain },
  'SCRAM-SHA-256': {
    module: 'org.apache.kafka.common.security.scram.ScramLoginModule',
    begin: scram('sha256', ScramMechanism.SCRAM_SHA_256),
  },
  'SCRAM-SHA-512': {
    module: 'org.apache.kafka.common.security.scram.ScramLoginModule',
    begin: scram('sha512', ScramMechanism.SCRAM_SHA_512),
  },
};

/** Who is on which connection of the listeners that speak SASL. */
export class Authentication {
  readonly failureDelayMs: number;
  readonly maxReceiveBytes: number;
  private readonly settings: ReadonlyMap<string, SaslSettings>;
  private readonly sessions = new WeakMap<object, SaslSession>();

  constructor(
    settings: ReadonlyMap<string, SaslSettings>,
    { failureDelayMs, maxReceiveBytes }: Pick<SaslConfig, 'failureDelayMs' | 'maxReceiveBytes'>,
  ) {
    this.settings = settings;
    this.failureDelayMs = failureDelayMs;
    this.maxReceiveBytes = maxReceiveBytes;
  }

  /** Null on a listener without SASL. */
  sessionOf(connection: { readonly listenerName: string }): SaslSession | null {
    const settings = this.settings.get(connection.listenerName);
    if (settings === undefined) return null;
    let session = this.sessions.get(connection);
    if (session === undefined) {
      session = new SaslSession(settings);
      this.sessions.set(connection, session);
    }
    return session;
  }
}

/** Null without a SASL listener. Throws JavaError for what cannot be served: mechanisms, login modules that are not there. */
export function createAuthentication(config: SaslConfig, scramCredential: Scram, clock: Clock): Authentication | null {
  if (config.listeners.length === 0) return null;
  const settings = config.listeners.map((listener): [string, SaslSettings] => {
    const own = config.given.get(`${prefixOf(listener)}sasl.enabled.mechanisms`);
    const names = own === undefined ? config.mechanisms : own.split(',').map((one) => one.trim());
    return [listener, { mechanisms: names.map((name) => mechanismOf(name, listener, config, scramCredential)), clock }];
  });
  return new Authentication(new Map(settings), config);
}

function prefixOf(listener: string): string {
  return `listener.name.${listener.toLowerCase()}.`;
}

function mechanismOf(name: string, listener: string, config: SaslConfig, scramCredential: Scram): SaslMechanism {
  const known = MECHANISMS[name];
  if (known === undefined) {
    const served = Object.keys(MECHANISMS).join(', ');
    throw configError(`SASL mechanism ${name} of listener ${listener} is not served: klamm knows ${served}`);
  }
  const { given, maxReauthMs } = config;
  const prefix = `${prefixOf(listener)}${name.toLowerCase()}.`;
  const jaas = given.get(`${prefix}sasl.jaas.config`) ?? given.get('sasl.jaas.config');
  if (jaas === undefined) {
    const entries = `'KafkaServer' or '${listener.toLowerCase()}.KafkaServer' entry in the JAAS configuration`;
    const text = `Could not find a ${entries}, nor ${prefix}sasl.jaas.config`;
    throw new JavaError('java.lang.IllegalArgumentException', text);
  }
  const login = parseJaas(jaas);
  if (login.name !== known.module) throw configError(`${prefix}sasl.jaas.config must name ${known.module}`);
  const ownReauthMs = given.get(`${prefix}connections.max.reauth.ms`);
  const lifetimeMs = ownReauthMs === undefined ? maxReauthMs : Number(ownReauthMs);
  return { name, begin: known.begin(login, scramCredential), lifetimeMs: Math.max(0, lifetimeMs) };
}

function configError(text: string): JavaError {
  return new JavaError('org.apache.kafka.common.config.ConfigException', text);
}

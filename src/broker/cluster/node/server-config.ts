import { type BrokerConfigs, brokerConfigs } from '../configs/broker.ts';
import { brokerConfigSynonyms } from '../configs/synonyms.ts';
import { parseQuorumVoters, type QuorumVoter } from '../configs/validators.ts';
import { type ListenerEndpoint, parseEndpoints, securityProtocolMap } from './listeners.ts';
import { checkServerConfig } from './server-config-checks.ts';

export type ProcessRole = 'broker' | 'controller';

/** A server.properties that Kafka would start with. */
export interface ServerConfig {
  readonly nodeId: number;
  readonly processRoles: ReadonlySet<ProcessRole>;
  readonly rack: string | null;
  /** All listeners of the node; `controllerListenerNames` tells the quorum's from the clients'. */
  readonly listeners: readonly ListenerEndpoint[];
  readonly controllerListenerNames: readonly string[];
  /** What clients are told, in the order of the file. */
  readonly advertisedListeners: readonly ListenerEndpoint[];
  readonly interBrokerListenerName: string;
  /** Empty with a dynamic quorum (controller.quorum.bootstrap.servers). */
  readonly quorumVoters: readonly QuorumVoter[];
  readonly logDirs: readonly string[];
  /** The one that holds `__cluster_metadata-0`. */
  readonly metadataLogDir: string;
  /** Every config of Kafka's table, parsed; synonyms are not merged: see `effectiveNumber`. */
  readonly values: BrokerConfigs;
  /** As given, trimmed of nothing; `broker.id` follows `node.id` as in Kafka. */
  readonly staticConfigs: ReadonlyMap<string, string>;
}

/** The clients' listeners: those no controller.listener.names entry names. */
export function brokerListeners(config: ServerConfig): ListenerEndpoint[] {
  return config.listeners.filter((one) => !config.controllerListenerNames.includes(one.listener));
}

export function controllerListeners(config: Pick<ServerConfig, 'listeners' | 'controllerListenerNames'>) {
  return config.listeners.filter((one) => config.controllerListenerNames.includes(one.listener));
}

/**
 * Reads and checks a server.properties. Throws ConfigError and JavaError in Kafka's words and in Kafka's order: types and
 * ranges first, then what concerns several configs.
 */
export function parseServerConfig(given: ReadonlyMap<string, string>): ServerConfig {
  const staticConfigs = withBrokerId(given);
  const values = brokerConfigs.parse(staticConfigs);
  const quorumVoters = parseQuorumVoters(values.get('controller.quorum.voters'));
  const controllerListenerNames = values.get('controller.listener.names').map((name) => name.toUpperCase());
  const listenerTexts = values.get('listeners');
  const protocols = securityProtocolMap(
    values.get('listener.security.protocol.map'),
    values.isSet('listener.security.protocol.map'),
    values.get('controller.listener.names'),
    listenerTexts,
  );
  const logDirs = values.get('log.dirs') ?? values.get('log.dir');
  const parts = {
    nodeId: values.get('node.id'),
    processRoles: new Set(values.get('process.roles') as readonly ProcessRole[]),
    rack: values.get('broker.rack'),
    quorumVoters,
    controllerListenerNames,
    logDirs,
    metadataLogDir: values.get('metadata.log.dir') ?? (logDirs[0] as string),
    values,
    staticConfigs,
  };
  return checkServerConfig({
    ...parts,
    protocols,
    parseListeners: () => {
      const listeners = parseEndpoints(listenerTexts, protocols, true);
      const advertised = values.get('advertised.listeners');
      const all = advertised === null ? listeners : parseEndpoints(advertised, protocols, false);
      return {
        listeners,
        advertisedListeners: all.filter((one) => !controllerListenerNames.includes(one.listener)),
      };
    },
  });
}

/** `node.id` alone is enough; both must agree, which the checks say. */
function withBrokerId(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const nodeId = given.get('node.id');
  const brokerId = given.get('broker.id');
  if (nodeId !== undefined && brokerId === undefined) return new Map([...given, ['broker.id', nodeId]]);
  if (brokerId !== undefined && nodeId === undefined) return new Map([...given, ['node.id', brokerId]]);
  return given;
}

const MILLISECONDS: readonly (readonly [suffix: string, factor: bigint])[] = [
  ['.ms', 1n],
  ['.minutes', 60_000n],
  ['.hours', 3_600_000n],
];

/** A duration given under any of its names (log.retention.ms, .minutes, .hours, ...), in milliseconds. */
export function effectiveDurationMs(
  values: BrokerConfigs,
  name: 'log.retention.ms' | 'log.roll.ms' | 'log.roll.jitter.ms',
) {
  for (const synonym of brokerConfigSynonyms(name)) {
    const value = values.get(synonym as typeof name) as bigint | number | null;
    if (value === null) continue;
    const factor = MILLISECONDS.find(([suffix]) => synonym.endsWith(suffix))?.[1] ?? 1n;
    const durationMs = BigInt(value) * factor;
    return name === 'log.retention.ms' && durationMs < 0n ? -1n : durationMs;
  }
  throw new Error(`${name} has no value under any name`);
}

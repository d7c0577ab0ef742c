import { ConfigError, lambda, type Validator } from '../../../util/config-definition.ts';
import { parseJavaDuration } from '../../../util/java-duration.ts';

export const LONG_MAX = 9223372036854775807n;

export const gzipLevel = lambda((_name, value) => {
  const isLevel = value === -1 || ((value as number) >= 1 && (value as number) <= 9);
  return isLevel ? null : 'Value must be between 1 and 9 or equal to -1';
}, '[1,...,9] or -1');

const REPLICAS = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';

/** Empty, "*", or pairs of partition and broker (kafka 4.x ThrottledReplicaListValidator). */
export const throttledReplicas = lambda((name, value) => {
  const entries = value as readonly string[];
  const isValid = entries.length === 0 || (entries.length === 1 && entries[0] === '*') || entries.every(isPair);
  return isValid ? null : `${name} must be the literal '*' or a list of replicas in the following format: ${REPLICAS}`;
}, REPLICAS);

function isPair(entry: string): boolean {
  return /^[0-9]+:[0-9]+$/.test(entry.trim());
}

/** share.auto.offset.reset (KIP-932). */
export const autoOffsetReset = lambda((name, value) => {
  const text = value as string;
  if (text === 'earliest' || text === 'latest') return null;
  const duration = text.startsWith('by_duration:') ? parseJavaDuration(text.slice('by_duration:'.length)) : undefined;
  if (duration !== undefined && duration >= 0n) return null;
  return (
    `Invalid value \`${text}\` for configuration ${name}. The value must be either 'earliest', 'latest' or of ` +
    "the format 'by_duration:<PnDTnHnMn.nS>'."
  );
}, '[latest, earliest, by_duration:PnDTnHnMn.nS]');

export interface QuorumVoter {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

const VOTERS_FORM = 'Each entry should be in the form `{id}@{host}:{port}`.';
const HOST_AND_PORT = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/;

/** The entries of controller.quorum.voters; a voter named twice counts once, the last entry wins. Throws ConfigError. */
export function parseQuorumVoters(entries: readonly string[]): QuorumVoter[] {
  const voters = new Map<number, QuorumVoter>();
  for (const entry of entries) {
    const [id, address, more] = entry.split('@');
    if (id === undefined || address === undefined || more !== undefined) {
      throw new ConfigError(`Invalid configuration value for controller.quorum.voters. ${VOTERS_FORM}`);
    }
    if (!/^[+-]?[0-9]+$/.test(id)) throw new ConfigError(`Failed to parse voter ID as an integer from ${id}`);
    const match = HOST_AND_PORT.exec(address);
    if (match === null) {
      const where = `from entry ${entry} for the configuration controller.quorum.voters`;
      throw new ConfigError(`Failed to parse host name ${where}. ${VOTERS_FORM}`);
    }
    voters.set(Number(id), { nodeId: Number(id), host: match[1] as string, port: Number(match[2]) });
  }
  return [...voters.values()];
}

export const quorumVoters: Validator = {
  text: 'non-empty list',
  check: (_name, value) => {
    parseQuorumVoters(value as readonly string[]);
  },
};

export const quorumBootstrapServers: Validator = {
  text: 'non-empty list',
  check: (name, value) => {
    for (const entry of value as readonly string[]) {
      if (HOST_AND_PORT.test(entry)) continue;
      const form = 'Each entry should be in the form "{host}:{port}"';
      throw new ConfigError(`Failed to parse host name from ${entry} for the configuration ${name}. ${form}`);
    }
  },
};

/** No Java class can be loaded here; Kafka's own names are accepted, as this broker does their work itself or not at all. */
export function isKnownClass(name: string): boolean {
  return name.startsWith('org.apache.kafka.');
}

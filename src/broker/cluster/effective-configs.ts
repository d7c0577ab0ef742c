import { ConfigResourceType } from '../../protocol/enums.ts';
import { ConfigError, configText } from '../../util/config-definition.ts';
import { type BrokerConfigs, brokerConfigs } from './configs/broker.ts';
import { brokerConfigSynonyms, TOPIC_CONFIG_SYNONYMS, withoutListenerPrefix } from './configs/synonyms.ts';
import { topicConfigs } from './configs/topic.ts';
import { configKey, type MetadataState } from './metadata-state.ts';
import { effectiveDurationMs, type ServerConfig } from './node/server-config.ts';
import { type ConfigResource } from './types.ts';

const NONE: ReadonlyMap<string, string> = new Map();
/** Older brokers do not know of it, so below it cordoned.log.dirs has no effect. */
const CORDON_METADATA_VERSION = 30;
const DURATIONS = ['log.retention.ms', 'log.roll.ms', 'log.roll.jitter.ms'] as const;

/**
 * What each config is worth on this node: its own dynamic value, the cluster's, the file's, the default, in this order
 * (KIP-226). Values are parsed when a broker config changes, not when one is asked for.
 */
export class EffectiveConfigs {
  private readonly state: MetadataState;
  private readonly server: ServerConfig;
  /** Null after a broker config changed. */
  private broker: { readonly values: BrokerConfigs; readonly texts: Map<string, string | null> } | null = null;

  constructor(state: MetadataState, server: ServerConfig) {
    this.state = state;
    this.server = server;
  }

  /** Called for every changed resource. */
  changed({ type }: ConfigResource): void {
    if (type === ConfigResourceType.BROKER) this.broker = null;
  }

  of(resource: ConfigResource): ReadonlyMap<string, string> {
    return this.state.configs.get(configKey(resource))?.values ?? NONE;
  }

  /** Dynamic values of this node. */
  get ofThisBroker(): ReadonlyMap<string, string> {
    return this.of({ type: ConfigResourceType.BROKER, name: String(this.server.nodeId) });
  }

  /** Dynamic values of all brokers. */
  get ofAllBrokers(): ReadonlyMap<string, string> {
    return this.of({ type: ConfigResourceType.BROKER, name: '' });
  }

  /** Whether this node takes no new replicas: every one of its log directories is cordoned (KIP-1066). */
  get isCordoned(): boolean {
    return this.server.logDirs.every((path) => this.cordons(path));
  }

  cordons(logDir: string): boolean {
    if ((this.state.features.get('metadata.version') ?? 0) < CORDON_METADATA_VERSION) return false;
    const cordoned = this.brokerValues.get('cordoned.log.dirs') ?? [];
    return cordoned.includes('*') || cordoned.includes(logDir);
  }

  /** All broker configs, parsed; synonyms are not merged. */
  get brokerValues(): BrokerConfigs {
    return this.current.values;
  }

  private get current() {
    this.broker ??= { values: this.parseBrokerConfigs(), texts: new Map() };
    return this.broker;
  }

  /**
   * A stored value that this version would refuse counts as not set, and a dynamic value hides all names of a static one,
   * both as in Kafka.
   */
  private parseBrokerConfigs(): BrokerConfigs {
    const merged = new Map(this.server.staticConfigs);
    for (const values of [this.ofAllBrokers, this.ofThisBroker]) {
      for (const [name, value] of values) {
        if (!isReadable(name, value)) continue;
        for (const synonym of brokerConfigSynonyms(name)) {
          if (withoutListenerPrefix(name) !== synonym) merged.delete(synonym);
        }
        merged.set(name, value);
      }
    }
    return brokerConfigs.parse(merged);
  }

  /** Text of a broker config, in milliseconds for durations that have several names. */
  brokerText(name: string): string | null {
    const { values, texts } = this.current;
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = this.computeBrokerText(name, values);
    texts.set(name, text);
    return text;
  }

  private computeBrokerText(name: string, values: BrokerConfigs): string | null {
    const duration = DURATIONS.find((one) => one === name);
    if (duration !== undefined) return String(effectiveDurationMs(values, duration));
    if (name === 'log.flush.interval.ms') {
      return String(values.get('log.flush.interval.ms') ?? values.get('log.flush.scheduler.interval.ms'));
    }
    const definition = brokerConfigs.keys.get(name);
    if (definition === undefined) return values.originals.get(name) ?? null;
    return configText(values.get(name as 'node.id'), definition.type);
  }

  /** Text of a topic config; without a topic's own value that of its broker config. */
  topicText(topic: string, name: string): string | null {
    return this.topicValueText(this.of({ type: ConfigResourceType.TOPIC, name: topic }), name);
  }

  /** The same for a topic with these configs of its own. */
  topicValueText(own: ReadonlyMap<string, string>, name: string): string | null {
    const definition = topicConfigs.keys.get(name);
    if (definition === undefined) return null;
    const value = own.get(name);
    if (value !== undefined) return configText(topicConfigs.parseValue(name, value), definition.type);
    return this.topicDefaultText(name);
  }

  /** What a topic without a value of its own gets. */
  topicDefaultText(name: string): string | null {
    const synonym = TOPIC_CONFIG_SYNONYMS[name];
    if (synonym !== undefined) return this.brokerText(synonym);
    const definition = topicConfigs.keys.get(name);
    return definition === undefined ? null : configText(definition.default ?? null, definition.type);
  }
}

function isReadable(name: string, value: string): boolean {
  if (!brokerConfigs.keys.has(name)) return true;
  try {
    brokerConfigs.parseValue(name, value);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

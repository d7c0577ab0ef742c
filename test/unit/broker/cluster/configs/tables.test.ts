import { readFileSync } from 'node:fs';
import { brokerConfigs } from '../../../../../src/broker/cluster/configs/broker.ts';
import { clientMetricsConfigs } from '../../../../../src/broker/cluster/configs/client-metrics.ts';
import { groupConfigs } from '../../../../../src/broker/cluster/configs/group.ts';
import { brokerConfigSynonyms, withoutListenerPrefix } from '../../../../../src/broker/cluster/configs/synonyms.ts';
import { topicConfigs } from '../../../../../src/broker/cluster/configs/topic.ts';
import {
  CLUSTER_WIDE_CONFIGS,
  PER_BROKER_CONFIGS,
  replicationQuotaConfigs,
} from '../../../../../src/broker/cluster/configs/update-modes.ts';
import { type ConfigDefinition, configText } from '../../../../../src/util/config-definition.ts';

/** Name, type, default, valid values, importance and "internal" of each key, in order of definition. */
type Row = [string, string, string | null | undefined, string | null, string, boolean];

const fixture = new URL('../../../../fixtures/cluster/config-definitions.json', import.meta.url);
const recorded = JSON.parse(readFileSync(fixture, 'utf8')) as {
  tables: Record<string, Row[]>;
  updateModes: Record<string, string>;
};

function rows({ keys }: ConfigDefinition): unknown[] {
  return [...keys].map(([name, key]) => [
    name,
    key.type,
    key.default === undefined ? 'REQUIRED' : configText(key.default, key.type),
    key.validator?.text ?? null,
    key.importance,
    key.isInternal,
  ]);
}

describe('config tables hold what Apache Kafka 4.3.1 defines', () => {
  it.each([
    ['broker', brokerConfigs],
    ['topic', topicConfigs],
    ['group', groupConfigs],
    ['client-metrics', clientMetricsConfigs],
  ])('%s', (name, definition) => {
    expect(rows(definition as unknown as ConfigDefinition)).toEqual(recorded.tables[name]);
  });

  it('update modes', () => {
    const names = Object.keys(recorded.updateModes).filter((name) => recorded.updateModes[name] === 'cluster-wide');
    expect([...CLUSTER_WIDE_CONFIGS].sort()).toEqual(names.sort());
    const own = Object.keys(recorded.updateModes).filter((name) => recorded.updateModes[name] === 'per-broker');
    expect([...PER_BROKER_CONFIGS].sort()).toEqual(own.sort());
    for (const name of CLUSTER_WIDE_CONFIGS) {
      expect([name, brokerConfigs.keys.has(name) || name in replicationQuotaConfigs]).toEqual([name, true]);
    }
  });
});

// DynamicBrokerConfig.brokerConfigSynonyms(name, true) of Apache Kafka 4.3.1.
describe('names whose values count for a broker config', () => {
  it.each([
    ['log.retention.hours', ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']],
    ['log.roll.ms', ['log.roll.ms', 'log.roll.hours']],
    ['log.flush.interval.ms', ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms']],
    ['num.io.threads', ['num.io.threads']],
    ['listener.name.a.plain.sasl.jaas.config', ['listener.name.a.plain.sasl.jaas.config', 'sasl.jaas.config']],
    ['listener.name.plaintext.max.connections', ['listener.name.plaintext.max.connections', 'max.connections']],
  ])('%s', (name, expected) => {
    expect(brokerConfigSynonyms(name)).toEqual(expected);
  });

  it('a plain name has no listener prefix', () => {
    expect(withoutListenerPrefix('listeners')).toBeNull();
  });
});

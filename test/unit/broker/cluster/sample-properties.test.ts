import { readFileSync } from 'node:fs';
import { parseServerConfig } from '../../../../src/broker/cluster/index.ts';
import { parseJavaProperties } from '../../../../src/util/java-properties.ts';

const sample = readFileSync(new URL('../../../../config/server.properties', import.meta.url), 'utf8');

describe('config/server.properties', () => {
  it('is one that a node starts with, and names nothing unknown', () => {
    const config = parseServerConfig(parseJavaProperties(sample));
    expect([config.nodeId, config.logDirs, config.values.unknownNames()]).toEqual([1, ['/tmp/klamm-logs'], []]);
  });

  it('shows defaults as they are, where it shows a value behind a #', () => {
    const given = parseJavaProperties(sample);
    const defaults = parseServerConfig(given).values;
    const EXAMPLES = ['advertised.listeners', 'broker.rack', 'log.flush.interval.messages', 'log.flush.interval.ms'];
    const shown = [...sample.matchAll(/^#([a-z.]+)=(.*)$/gm)].filter(([, name]) => !EXAMPLES.includes(name as string));
    expect(shown.length).toBeGreaterThan(8);
    for (const [, name, value] of shown) {
      expect([name, String(defaults.get(name as 'log.cleanup.policy'))]).toEqual([name, value]);
    }
  });
});

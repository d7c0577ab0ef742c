import { readFileSync } from 'node:fs';
import { effectiveDurationMs, parseServerConfig } from '../../../../../src/broker/cluster/node/server-config.ts';
import { JavaError } from '../../../../../src/util/java-error.ts';

interface Case {
  lines: string[];
  refused?: [javaClass: string, text: string];
  ok?: {
    advertised: string[];
    interBroker: string;
    retentionMs: string;
    logDirs: string[];
    metadataLogDir: string;
    rollMs: string;
  };
}

const fixture = new URL('../../../../fixtures/cluster/server-config.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };

const COMBINED = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': '1@127.0.0.1:9093',
  'controller.listener.names': 'CONTROLLER',
  listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
  'log.dirs': '/tmp/x',
};

function properties(lines: string[]): Map<string, string> {
  const given = new Map<string, string>(lines.includes('!') ? [] : Object.entries(COMBINED));
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (line.startsWith('-')) given.delete(line.slice(1));
    else if (line !== '!') given.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return given;
}

function answer(lines: string[]): Omit<Case, 'lines'> {
  try {
    const config = parseServerConfig(properties(lines));
    return {
      ok: {
        advertised: config.advertisedListeners.map(
          (one) => `${one.listener}=${one.securityProtocol}://${one.host}:${one.port}`,
        ),
        interBroker: config.interBrokerListenerName,
        retentionMs: String(effectiveDurationMs(config.values, 'log.retention.ms')),
        logDirs: [...config.logDirs],
        metadataLogDir: config.metadataLogDir,
        rollMs: String(effectiveDurationMs(config.values, 'log.roll.ms')),
      },
    };
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    return { refused: [error.className, error.message] };
  }
}

describe('a server.properties is read and refused as Apache Kafka does', () => {
  it.each(cases.map((one) => [one.lines.join(' ; '), one] as const))('%s', (_title, { lines, ...expected }) => {
    expect(answer(lines)).toEqual(expected);
  });
});

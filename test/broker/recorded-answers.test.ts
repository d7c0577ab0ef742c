import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TestBroker } from './harness.ts';
import { Exchange } from './scenarios/exchange.ts';
import { scenarios } from './scenarios/index.ts';

/** Recorded from Apache Kafka 4.3.1 by record.ts. */
function recordedAnswers(name: string): [step: string, answer: unknown][] {
  const path = fileURLToPath(new URL(`../fixtures/broker/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('answers are those of Apache Kafka', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  it.each(Object.keys(scenarios))('in the script %s', async (name) => {
    const exchange = await Exchange.open(broker.port);
    await scenarios[name]!(exchange);
    exchange.close();
    const expected = recordedAnswers(name);
    for (const [i, answer] of exchange.recorded.entries()) expect(answer).toEqual(expected[i]);
    expect(exchange.recorded).toHaveLength(expected.length);
  });
});

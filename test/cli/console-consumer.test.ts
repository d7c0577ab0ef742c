import { TestBroker } from '../broker/harness.ts';
import { runBin } from './run-bin.ts';

describe('the console consumer and signals', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s twice at once, as timeout(1) sends it, still stops in good order', async (signal, expected) => {
    const topic = `stopped-by-${signal}`;
    await broker.createTopic(topic);
    const address = [...broker.bootstrapOption, '--topic', topic];
    await runBin('kafka-console-producer', address, { input: '1\n2\n3\n' });
    const { stdout, stderr, status } = await runBin('kafka-console-consumer', [...address, '--from-beginning'], {
      during: (child) => {
        child.stdout?.once('data', () => {
          child.kill(signal);
          setTimeout(() => child.kill(signal), 2);
        });
      },
    });
    expect([stdout, status]).toEqual(['1\n2\n3\n', expected]);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('Processed a total of 3 messages');
  });
});

import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { batches, RecordCursor } from '../../src/protocol/records/index.ts';
import { TestBroker } from '../broker/harness.ts';
import { runBin } from './run-bin.ts';

const NO_BROKER = ['--bootstrap-server', '127.0.0.1:1', '--topic', 't', '--max-block-ms', '300'];

describe('the console producer under both of its names', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  /** Values of the only partition, as Latin-1. */
  async function stored(topic: string): Promise<string[]> {
    const client = await broker.connect();
    const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 20 }];
    const answer = await client.send(fetch, 12, { maxBytes: 1 << 20, topics: [{ topic, partitions }] });
    const values: string[] = [];
    const cursor = new RecordCursor();
    for (const batch of batches(answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0))) {
      cursor.reset(batch);
      while (cursor.next()) values.push(cursor.value()?.toString('latin1') ?? 'null');
    }
    return values;
  }

  const address = () => broker.bootstrapOption;
  const input = Buffer.from('a\r\nb\xff\n', 'latin1');

  it('reads text as Java does under its original name', async () => {
    await broker.createTopic('exact');
    const done = await runBin('kafka-console-producer', [...address(), '--topic', 'exact'], { input });
    expect(done).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(await stored('exact')).toEqual(['a', 'b\xef\xbf\xbd']);
  });

  it('keeps every byte under klamm', async () => {
    await broker.createTopic('comfort');
    const done = await runBin('klamm', ['console-producer', ...address(), '--topic', 'comfort'], { input });
    expect(done).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(await stored('comfort')).toEqual(['a\r', 'b\xff']);
  });

  it('waits for the topic with each record under its original name, and reports success', async () => {
    const { stdout, stderr, status } = await runBin('kafka-console-producer', NO_BROKER, { input: 'a\nb\n' });
    expect([stdout, status]).toEqual(['', 0]);
    expect(stderr.match(/ERROR Error when sending message to topic t with key: null, value: 1 bytes/g)).toHaveLength(2);
    expect(stderr.match(/TimeoutException: Topic t not present in metadata after 300 ms\./g)).toHaveLength(2);
  });

  it('gives up at the first under klamm, and says so by its status', async () => {
    const { stdout, stderr, status } = await runBin('klamm', ['console-producer', ...NO_BROKER], { input: 'a\nb\n' });
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr.match(/Topic t not present in metadata after 300 ms\./g)).toHaveLength(1);
  });
});

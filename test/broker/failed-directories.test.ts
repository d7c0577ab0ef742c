import fs from 'node:fs';
import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { singleBatch } from '../../src/protocol/records/index.ts';
import { TestBroker } from './harness.ts';

/** What a read-only disk does to a lock, in a way that also holds for root: the lock file cannot be read. */
function makeUnlockable(directory: string): void {
  fs.mkdirSync(`${directory}/.lock`, { recursive: true });
}

describe('a log directory that cannot be locked', () => {
  let broker: TestBroker;
  let second: string;
  beforeAll(async () => {
    second = fs.mkdtempSync(`${fs.realpathSync('/tmp')}/klamm-second-`);
    broker = await TestBroker.start({ secondLogDir: second });
    await broker.createTopic('wide', 4);
  });
  afterAll(async () => {
    fs.rmSync(`${second}/.lock`, { recursive: true, force: true });
    await broker.stop();
    fs.rmSync(second, { recursive: true, force: true });
  });

  // kafka 4.x LogManager.lockLogDirs
  it('is offline with its partitions; the others are served', async () => {
    const inSecond = fs.readdirSync(second).filter((name) => name.startsWith('wide-'));
    expect(inSecond).toHaveLength(2);
    await broker.restartAfter(() => makeUnlockable(second));
    expect(broker.logged[0]).toMatch(
      /^ERROR I\/O failure in log directory .*klamm-second-\w+ \(opening\): cannot be locked: EISDIR/,
    );
    const client = await broker.connect();
    const { topics } = await client.send(metadata, 12, { topics: [{ name: 'wide' }] });
    const leaders = new Map(topics[0]?.partitions.map((one) => [`wide-${one.partitionIndex}`, one.leaderId]));
    for (const [name, leader] of leaders) expect([name, leader]).toEqual([name, inSecond.includes(name) ? -1 : 1]);
    const records = () => singleBatch([{ timestampMs: Date.now(), key: null, value: Buffer.from('v') }]);
    const partitionData = [0, 1, 2, 3].map((index) => ({ index, records: records() }));
    const answer = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'wide', partitionData }],
    });
    for (const { index, errorCode } of answer.responses[0]?.partitionResponses ?? []) {
      expect(errorCode === Errors.NONE).toBe(!inSecond.includes(`wide-${index}`));
    }
  });

  it('keeps the broker from starting when the metadata log is in it', async () => {
    await expect(broker.restartAfter(() => makeUnlockable(broker.logDir))).rejects.toThrow(/EISDIR/);
    fs.rmSync(`${broker.logDir}/.lock`, { recursive: true });
  });
});

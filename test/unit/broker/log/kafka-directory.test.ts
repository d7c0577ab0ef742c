import fs from 'node:fs';
import path from 'node:path';
import { RecordBatch } from '../../../../src/protocol/records/index.ts';
import { append, FIXTURES, fixture, fixtureFileSystem, LOG_DIR, LogWorld } from './log-world.ts';

/** The batches of a fixture's segments in order, each in a buffer of its own, as they came to the broker. */
function producedBatches(...files: string[]): { bytes: Buffer; isControl: boolean }[] {
  const all = Buffer.concat(files.map(fixture));
  const found: { bytes: Buffer; isControl: boolean }[] = [];
  for (let at = 0; at < all.length; ) {
    const bytes = Buffer.from(new RecordBatch(all, at).bytes());
    at += bytes.length;
    const batch = new RecordBatch(bytes);
    batch.baseOffset = 0n;
    batch.partitionLeaderEpoch = -1;
    found.push({ bytes, isControl: batch.isControl });
  }
  return found;
}

function filesOf(topic: string): string[] {
  return fs.readdirSync(path.join(FIXTURES, topic)).sort();
}

describe('a log directory of Apache Kafka after a clean stop', () => {
  it('opens with its offsets, epochs, topic ids and open transaction', async () => {
    const world = await LogWorld.open(
      { unknownProducerExpirationMs: Number.POSITIVE_INFINITY },
      { fileSystem: fixtureFileSystem() },
    );
    const [plain, txn, compact] = ['plain', 'txn', 'compact'].map((topic) => world.manager.get(topic, 0));
    expect([plain?.logStartOffset, plain?.logEndOffset, plain?.highWatermark]).toEqual([30n, 90n, 90n]);
    expect([txn?.logEndOffset, txn?.lastStableOffset, txn?.latestLeaderEpoch]).toEqual([37n, 36n, 0]);
    expect([compact?.logEndOffset, compact?.topicId]).toEqual([40n, 'eiFG9utqROSLobW44BAIKw']);
    expect(txn?.activeProducers().find(({ producerId }) => producerId === 4n)).toMatchObject({
      producerEpoch: 0,
      lastSequence: 0,
      currentTransactionStartOffset: 36n,
    });
    expect(world.manager.directoryId(LOG_DIR)).toBe('wMXiyC3aZSuIDNZFfcODQw');
    expect(world.lines).toEqual([]);
  });

  it('tells the aborted transactions of a range from the transaction index', async () => {
    const world = await LogWorld.open({}, { fileSystem: fixtureFileSystem() });
    const txn = world.manager.get('txn', 0);
    const read = txn?.read(16n, { maxBytes: 300, minOneBatch: true, endOffset: 36n, readCommitted: true });
    expect(read?.abortedTransactions).toEqual([
      { producerId: 2n, firstOffset: 13n },
      { producerId: 1n, firstOffset: 18n },
    ]);
  });

  it('answers the same state when the clean shutdown marker, indexes and snapshots are missing', async () => {
    const fileSystem = fixtureFileSystem();
    fileSystem.remove(`${LOG_DIR}/.kafka_cleanshutdown`);
    fileSystem.remove(`${LOG_DIR}/recovery-point-offset-checkpoint`);
    for (const file of fileSystem.paths()) if (/index$|snapshot$/.test(file)) fileSystem.remove(file);
    const world = await LogWorld.open(
      { indexIntervalBytes: 100, unknownProducerExpirationMs: Number.POSITIVE_INFINITY },
      { fileSystem },
    );
    await world.manager.get('txn', 0)?.flush();
    expect(world.file('00000000000000000003.txnindex', 'txn-0')).toEqual(
      fixture('txn-0/00000000000000000003.txnindex'),
    );
    expect(world.file('00000000000000000003.index', 'txn-0')).toEqual(fixture('txn-0/00000000000000000003.index'));
    expect(world.manager.get('txn', 0)?.lastStableOffset).toBe(36n);
    expect(world.file('00000000000000000003.snapshot', 'txn-0')).toEqual(
      fixture('txn-0/00000000000000000003.snapshot'),
    );
  });
});

describe('what our log writes for the same appends', () => {
  it('is byte for byte what Kafka wrote: segments that roll by size, indexes, snapshots', async () => {
    const world = await LogWorld.open({ segmentBytes: 2000, indexIntervalBytes: 200 });
    const log = world.log('plain', 0);
    const logs = filesOf('plain-0').filter((name) => name.endsWith('.log'));
    for (const { bytes } of producedBatches(...logs.map((name) => `plain-0/${name}`))) {
      expect(append(log, bytes).error).toBe('NONE');
    }
    await world.manager.close();
    for (const name of filesOf('plain-0').filter((one) => one !== 'partition.metadata' && !one.startsWith('leader'))) {
      expect({ name, bytes: world.file(name, 'plain-0') }).toEqual({ name, bytes: fixture(`plain-0/${name}`) });
    }
    expect(world.file('leader-epoch-checkpoint', 'plain-0').toString()).toBe('0\n1\n0 0\n');
    expect(world.files('plain-0')).toEqual(filesOf('plain-0'));
  });

  it('is byte for byte what Kafka wrote: transactions, aborted ones in the transaction index, roll by time', async () => {
    const world = await LogWorld.open({ segmentBytes: 3000, indexIntervalBytes: 100 }, { nowMs: 1_795_227_920_000 });
    const log = world.log('txn', 0);
    const batches = producedBatches('txn-0/00000000000000000000.log', 'txn-0/00000000000000000003.log');
    for (const { bytes, isControl } of batches) {
      expect(append(log, bytes, isControl ? 'coordinator' : 'client').error).toBe('NONE');
    }
    log.advanceHighWatermark(log.logEndOffset);
    expect(log.lastStableOffset).toBe(36n);
    await world.manager.close();
    const ours = world.files('txn-0').filter((name) => !name.startsWith('partition'));
    expect(ours).toEqual(filesOf('txn-0').filter((name) => !name.startsWith('partition')));
    for (const name of ours) {
      expect({ name, bytes: world.file(name, 'txn-0') }).toEqual({ name, bytes: fixture(`txn-0/${name}`) });
    }
  });

  it('has checkpoints and marker files in Kafka’s form', async () => {
    const world = await LogWorld.open({}, { manager: { brokerEpoch: () => 11n } });
    const log = world.log('plain', 0);
    append(log, producedBatches('plain-0/00000000000000000000.log')[0]!.bytes);
    log.advanceHighWatermark(3n);
    log.deleteRecordsBefore(2n);
    await world.manager.close();
    const text = (name: string) => world.fileSystem.readFile(`${LOG_DIR}/${name}`).toString();
    expect(text('recovery-point-offset-checkpoint')).toBe('0\n1\nplain 0 3\n');
    expect(text('replication-offset-checkpoint')).toBe('0\n1\nplain 0 3\n');
    expect(text('log-start-offset-checkpoint')).toBe('0\n1\nplain 0 2\n');
    expect(text('.kafka_cleanshutdown')).toBe(fixture('.kafka_cleanshutdown').toString());
    expect(text('plain-0/partition.metadata')).toBe('version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAw');
  });
});

import { RecordBatch, singleBatch, transactionMarker } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LogWorld, NOW, record } from './log-world.ts';

const producer = { producerId: 7n, producerEpoch: 0 };
const inTransaction = { ...producer, isTransactional: true };
const abort = () => transactionMarker('abort', NOW, { ...producer, coordinatorEpoch: 0 });

/** KIP-890: a transaction that ends between its check and the append must not be opened again by the append. */
describe('a batch that was verified', () => {
  const client = { leaderEpoch: 0, origin: 'client' as const };

  it('is appended while nobody has ended the transaction', async () => {
    const log = (await LogWorld.open()).log();
    const verificationGuard = log.beginVerification(7n, 0);
    expect(verificationGuard).not.toBeNull();
    expect(log.beginVerification(7n, 0)).toBe(verificationGuard);
    const first = log.appendAsLeader(batchOf(['a'], { ...inTransaction, baseSequence: 0 }), {
      ...client,
      verificationGuard,
    });
    expect(first.error).toBe('NONE');
    expect(log.beginVerification(7n, 0)).toBeNull();
    const options = { ...client, verificationGuard: null };
    expect(log.appendAsLeader(batchOf(['b'], { ...inTransaction, baseSequence: 1 }), options).error).toBe('NONE');
  });

  it('is refused when a marker came in between, and leaves no open transaction behind', async () => {
    const log = (await LogWorld.open()).log();
    const verificationGuard = log.beginVerification(7n, 0);
    append(log, abort(), 'coordinator');
    const late = batchOf(['late'], { ...inTransaction, baseSequence: 0 });
    expect(log.appendAsLeader(late, { ...client, verificationGuard })).toEqual({ error: 'INVALID_TXN_STATE' });
    expect(log.hasOngoingTransaction(7n, 0)).toBe(false);
    expect(log.logEndOffset).toBe(1n);
  });

  it('is refused when the transaction that was open has ended', async () => {
    const log = (await LogWorld.open()).log();
    const verificationGuard = log.beginVerification(7n, 0);
    const first = batchOf(['a'], { ...inTransaction, baseSequence: 0 });
    log.appendAsLeader(first, { ...client, verificationGuard });
    const wasOpen = log.beginVerification(7n, 0);
    append(log, abort(), 'coordinator');
    const late = batchOf(['late'], { ...inTransaction, baseSequence: 1 });
    const options = { ...client, verificationGuard: wasOpen };
    expect(log.appendAsLeader(late, options)).toEqual({ error: 'INVALID_TXN_STATE' });
    // A retry of what is there is told so all the same.
    const again = batchOf(['a'], { ...inTransaction, baseSequence: 0 });
    expect(log.appendAsLeader(again, options)).toMatchObject({ error: 'NONE', isDuplicate: true });
  });
});

/** KIP-390 */
describe('conversion at the broker', () => {
  it('packs with the level of the topic', async () => {
    const world = await LogWorld.open();
    const text = Array.from(
      { length: 400 },
      (_, index) => `${index * 7919} ${index % 13} some words that come again`,
    ).join();
    const sizeAt = (name: string, compressionType: 'gzip' | 'zstd', compressionLevel?: number) => {
      const log = world.log(name, 0, { compressionType, compressionLevel });
      append(log, singleBatch([record(text)]));
      const { records } = log.read(0n, { maxBytes: 1, minOneBatch: true, endOffset: 1n, readCommitted: false });
      return new RecordBatch(records).sizeInBytes;
    };
    expect(sizeAt('best', 'gzip', 9)).toBeLessThan(sizeAt('fast', 'gzip', 1));
    expect(sizeAt('zbest', 'zstd', 19)).toBeLessThan(sizeAt('zfast', 'zstd', 1));
    expect(sizeAt('usual', 'gzip')).toBeLessThanOrEqual(sizeAt('fast2', 'gzip', 1));
  });
});

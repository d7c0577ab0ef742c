import { basename, extname } from 'node:path';
import { Complaints } from './complaints.ts';
import { dumpOffsetIndex, dumpTimeIndex, type IndexOptions } from './dump-indexes.ts';
import { dumpRecords, type RecordOptions } from './dump-records.ts';
import { dumpProducers, dumpTransactionIndex } from './dump-state.ts';
import { type DumpEvent } from './events.ts';
import { numberOf, snapshotIdOf } from './file-name.ts';

export type { DumpEvent } from './events.ts';

export interface DumpOptions {
  readonly files: readonly string[];
  /** Asked for when the first file needs it: Kafka's tool reads its options no sooner. */
  readonly records: () => RecordOptions;
  readonly indexes: () => IndexOptions;
}

/** What the files hold, in their order; at the end what does not fit together. Source: DumpLogSegments.main. */
export function* dumpFiles({ files, records, indexes }: DumpOptions): Generator<DumpEvent> {
  const complaints = new Complaints();
  for (const file of files) {
    yield { kind: 'file', file };
    yield* dumpFile(file, { records, indexes }, complaints);
  }
  yield* complaints.list();
}

function* dumpFile(
  file: string,
  { records, indexes }: Omit<DumpOptions, 'files'>,
  complaints: Complaints,
): Generator<DumpEvent> {
  switch (endingOf(file)) {
    case '.log': {
      const options = records();
      yield { kind: 'log', startOffset: numberOf(file) };
      return yield* dumpRecords(file, options, complaints);
    }
    case '.checkpoint': {
      const options = records();
      if (basename(file) === 'bootstrap.checkpoint') yield { kind: 'bootstrap snapshot' };
      else yield { kind: 'metadata snapshot', ...snapshotIdOf(file) };
      return yield* dumpRecords(file, options, complaints);
    }
    case '.index':
      return yield* dumpOffsetIndex(file, indexes(), complaints);
    case '.timeindex':
      return yield* dumpTimeIndex(file, indexes(), complaints);
    case '.snapshot':
      return yield* dumpProducers(file);
    case '.txnindex':
      return yield* dumpTransactionIndex(file);
    default:
      yield { kind: 'ignored', file };
  }
}

/** From the last dot on, also where the name begins with it. */
function endingOf(file: string): string {
  const name = basename(file);
  return name.startsWith('.') && !name.slice(1).includes('.') ? name : extname(name);
}

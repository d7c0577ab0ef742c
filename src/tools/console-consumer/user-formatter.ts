import { JavaError } from '../../util/java-error.ts';
import { loadUserModule, userFailure } from '../user-module.ts';
import { type Formatter, type FormatterProperties, type RecordsToShow } from './formatter.ts';
import { type ConsumedRecord, type MessageFormatter } from './message-formatter.ts';
import { type OutputChunks } from './output-chunks.ts';

/** A module of the user's own as a formatter. Throws JavaError: it cannot be loaded, is none, or refuses its properties. */
export async function userFormatter(path: string, properties: FormatterProperties): Promise<Formatter> {
  const loaded = await loadUserModule(path);
  if (!isMessageFormatter(loaded)) {
    throw new JavaError(
      'java.lang.ClassCastException',
      `${path}: the default export must be a formatter, with a method writeTo(record, output)`,
    );
  }
  try {
    await loaded.configure?.(Object.fromEntries(properties));
  } catch (error) {
    throw userFailure(path, error);
  }
  let target: OutputChunks | undefined;
  const output = {
    write(chunk: string | Uint8Array) {
      if (typeof chunk === 'string') target?.text(chunk);
      else target?.all(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    },
  };
  return {
    write(records, chunks) {
      target = chunks;
      try {
        loaded.writeTo(recordOf(records), output);
      } catch (error) {
        throw userFailure(path, error);
      }
    },
    async close() {
      try {
        await loaded.close?.();
      } catch (error) {
        throw userFailure(path, error);
      }
    },
  };
}

function isMessageFormatter(value: unknown): value is MessageFormatter {
  return typeof value === 'object' && value !== null && 'writeTo' in value && typeof value.writeTo === 'function';
}

const copy = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

/** Views on the fetched batch do not outlive the call; copies do. */
function recordOf({ cursor, partition, currentBatch }: RecordsToShow): ConsumedRecord {
  return {
    topic: partition.topic,
    partition: partition.partition,
    offset: cursor.offset(),
    timestamp: BigInt(cursor.timestamp()),
    timestampType: currentBatch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime',
    leaderEpoch: currentBatch.partitionLeaderEpoch,
    key: copy(cursor.key()),
    value: copy(cursor.value()),
    headers: cursor.headers().map(({ key, value }) => ({ key, value: copy(value) })),
  };
}

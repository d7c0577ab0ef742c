import { KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError, type Offset } from '../../protocol/primitives.ts';
import { type Logger } from '../../util/logger.ts';
import { RefusedAppend } from './append-validation.ts';
import { isStorageError } from './filesystem.ts';
import { type AppendResult } from './types.ts';

/** The log directory as its logs see it: one failed call takes it out of service, with all its logs. */
export interface DirectoryState {
  readonly path: string;
  readonly isOffline: boolean;
  /** Reports an I/O failure; the directory is offline from now on. */
  fail(error: Error, what: string): void;
  /** Makes it durable that the partitions' directories are there. */
  syncEntriesInBackground(): Promise<void>;
  syncEntries(): void;
  /** A log start offset moved: its checkpoint must be written before anybody is told. */
  noteLogStartMoved(): void;
  /** A log was cut: what the cleaner knows of it beyond that offset is void. */
  noteTruncated(name: string, offset: Offset): void;
}

/** Turns failures of one log's operations into what callers are promised. */
export class StorageGuard {
  private directory: DirectoryState;
  private readonly logger: Logger;
  private readonly name: string;
  /** The log is deleted: nothing that still happens to its files says anything about the disk. */
  isClosed = false;
  private lastMalformed = '';

  constructor(directory: DirectoryState, logger: Logger, name: string) {
    this.directory = directory;
    this.logger = logger;
    this.name = name;
  }

  /** The log goes on in another directory; what is under way still tells of the one it began in. */
  movedTo(directory: DirectoryState): void {
    this.directory = directory;
  }

  /** Throws KafkaError KAFKA_STORAGE_ERROR for an I/O failure, CORRUPT_MESSAGE for bytes that are no batches. */
  run<T>(what: string, act: () => T): T {
    this.checkOnline();
    const { directory } = this;
    try {
      return act();
    } catch (error) {
      throw this.translate(what, error, directory);
    }
  }

  async runAsync<T>(what: string, act: () => Promise<T>): Promise<T> {
    this.checkOnline();
    const { directory } = this;
    try {
      return await act();
    } catch (error) {
      throw this.translate(what, error, directory);
    }
  }

  /** For appends: the failure is the result. */
  append(act: () => AppendResult): AppendResult {
    try {
      return this.run('append', act);
    } catch (error) {
      if (error instanceof RefusedAppend) {
        this.logger.log('DEBUG', `Append to ${this.name} refused with ${error.failure.error}: ${error.message}`, error);
        return error.failure;
      }
      if (error instanceof KafkaError) {
        this.logger.log('DEBUG', `Append to ${this.name} refused with ${error.error}: ${error.message}`, error);
        return { error: error.error === 'NONE' ? 'UNKNOWN_SERVER_ERROR' : error.error };
      }
      throw error;
    }
  }

  private checkOnline(): void {
    if (this.isClosed) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The log of ${this.name} is deleted`);
    if (this.directory.isOffline) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `The log directory ${this.directory.path} is offline`);
    }
  }

  private translate(what: string, error: unknown, directory: DirectoryState): unknown {
    if (isStorageError(error)) {
      if (!this.isClosed) directory.fail(error, `${what} of ${this.name}`);
      return new KafkaError('KAFKA_STORAGE_ERROR', `${what} of ${this.name}: ${error.message}`, { cause: error });
    }
    if (error instanceof MalformedBytesError) {
      // Readers come again and again.
      if (error.message !== this.lastMalformed) {
        this.logger.log('ERROR', `Malformed data in ${what} of ${this.name}: ${error.message}`, error);
      }
      this.lastMalformed = error.message;
      return new KafkaError('CORRUPT_MESSAGE', error.message, { cause: error });
    }
    return error;
  }
}

/** How a file is opened: `update` needs it to exist, `create` makes it when absent. Both allow reads and writes. */
export type OpenMode = 'read' | 'update' | 'create';

/** An open file. Positions and lengths are bytes; failures throw errors with a `code` such as ENOSPC or EIO. */
export interface File {
  /** Bytes read; fewer than `length` only at the end of the file. */
  read(target: Buffer, offset: number, length: number, position: number): number;
  /** All or an error; after an error any prefix of the bytes may be there. */
  write(source: Buffer, offset: number, length: number, position: number): void;
  truncate(size: number): void;
  size(): number;
  /** Durable when it returns. Blocks: only where a caller asked for exactly that. */
  sync(): void;
  /** Durable when it resolves; the file must stay open until then. */
  syncInBackground(): Promise<void>;
  close(): void;
}

export interface FileStatus {
  readonly sizeInBytes: number;
  readonly modifiedMs: number;
}

/**
 * Everything the log room does to disks, so that a simulator can cut or refuse any step. Calls are synchronous: they go to
 * the page cache, and a check is never parted from the act it guards.
 */
export interface FileSystem {
  open(path: string, mode: OpenMode): File;
  readFile(path: string): Buffer;
  /** Undefined when there is no such file. */
  status(path: string): FileStatus | undefined;
  /** Names in a directory, in no order. */
  list(directory: string): string[];
  /** Parents included; an existing directory is fine. */
  makeDirectory(path: string): void;
  /** Replaces what is at `to`. */
  rename(from: string, to: string): void;
  /** A file; a missing one is fine. */
  remove(path: string): void;
  /** With all in it; a missing one is fine. */
  removeDirectory(path: string): void;
  /** Makes creations, renames and removals in the directory durable. */
  syncDirectory(path: string): void;
  /** The same without blocking. */
  syncDirectoryInBackground(path: string): Promise<void>;
  /** Thousands of syncs will follow: writes all of the file system back in one go, if the system knows how. Promises nothing. */
  prepareManySyncs?(directory: string): Promise<void>;
}

/** A failed system call, as opposed to a mistake in our code. */
export function isStorageError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error;
}

/** Replaces a small file so that a crash leaves the old or the new content (Kafka: CheckpointFile). */
export function replaceFile(fileSystem: FileSystem, path: string, content: Buffer, durable = true): void {
  const temporary = `${path}.tmp`;
  const file = fileSystem.open(temporary, 'create');
  try {
    file.truncate(0);
    file.write(content, 0, content.length, 0);
    if (durable) file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(temporary, path);
  if (durable) fileSystem.syncDirectory(parentDirectory(path));
}

export function parentDirectory(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
}

export function directoryExists(fileSystem: FileSystem, directory: string): boolean {
  try {
    fileSystem.list(directory);
    return true;
  } catch (error) {
    if (isStorageError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

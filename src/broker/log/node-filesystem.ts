import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { type File, type FileStatus, type FileSystem, type OpenMode } from './filesystem.ts';

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: fs.constants.O_RDONLY,
  update: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
};

class NodeFile implements File {
  private readonly descriptor: number;

  constructor(path: string, mode: OpenMode) {
    this.descriptor = fs.openSync(path, FLAGS[mode], 0o644);
  }

  read(target: Buffer, offset: number, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const count = fs.readSync(this.descriptor, target, offset + done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(source: Buffer, offset: number, length: number, position: number): void {
    let done = 0;
    while (done < length) {
      done += fs.writeSync(this.descriptor, source, offset + done, length - done, position + done);
    }
  }

  truncate(size: number): void {
    fs.ftruncateSync(this.descriptor, size);
  }

  size(): number {
    return fs.fstatSync(this.descriptor).size;
  }

  sync(): void {
    fs.fdatasyncSync(this.descriptor);
  }

  syncInBackground(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.descriptor, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }
}

export const nodeFileSystem: FileSystem = {
  open: (path, mode) => new NodeFile(path, mode),
  readFile: (path) => fs.readFileSync(path),
  status(path): FileStatus | undefined {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    return found && { sizeInBytes: found.size, modifiedMs: Math.floor(found.mtimeMs) };
  },
  list: (directory) => fs.readdirSync(directory),
  makeDirectory(path) {
    fs.mkdirSync(path, { recursive: true });
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  removeDirectory: (path) => fs.rmSync(path, { recursive: true, force: true }),
  syncDirectory(path) {
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY);
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  prepareManySyncs(directory) {
    // syncfs(2), which Node has no call for. Each file is synced all the same: then there is nothing left to wait for.
    return new Promise((resolve) => {
      execFile('sync', ['-f', directory], () => resolve());
    });
  },
  async syncDirectoryInBackground(path) {
    const handle = await fs.promises.open(path, fs.constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

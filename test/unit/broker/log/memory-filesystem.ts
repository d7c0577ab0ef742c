import { type File, type FileStatus, type FileSystem, type OpenMode } from '../../../../src/broker/log/filesystem.ts';

/** One change to the disk, in the order it was made. */
export type Change =
  | { readonly kind: 'create' | 'remove' | 'removeDirectory' | 'makeDirectory'; path: string }
  /** `covers`: changes from that number on were made while the sync was under way, which promises nothing of them. */
  | { readonly kind: 'syncDirectory' | 'sync'; path: string; readonly covers?: number }
  | { readonly kind: 'write'; path: string; bytes: Buffer; position: number }
  | { readonly kind: 'truncate'; path: string; size: number }
  | { readonly kind: 'rename'; path: string; to: string };

function failure(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}

class Inode {
  bytes = Buffer.alloc(0);
  modifiedMs = 0;
  /** Where it is now; null when it was removed. */
  path: string | null;

  constructor(path: string) {
    this.path = path;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * A disk in memory that keeps a journal of all changes, so that a test can replay any beginning of it: what a crash at that
 * point leaves behind. `refuse` makes a call fail as a broken disk does.
 */
export class MemoryFileSystem implements FileSystem {
  readonly journal: Change[] = [];
  /** Returns an error code to fail the call with. */
  refuse: (syscall: string, path: string) => string | null = () => null;
  /** A refused write has stored half of its bytes, as a full disk does. */
  keepsHalf = false;
  openCount = 0;
  mostOpen = 0;
  private readonly files = new Map<string, Inode>();
  /** Directory -> names in it. */
  private readonly directories = new Map<string, Set<string>>([['', new Set()]]);

  /** The disk after the first `count` changes; of the last one, when it writes, only the first `bytes` bytes. */
  static after(journal: readonly Change[], count: number, bytes = Number.POSITIVE_INFINITY): MemoryFileSystem {
    const fileSystem = new MemoryFileSystem();
    journal.slice(0, count).forEach((change, index) => {
      const isCut = index === count - 1 && change.kind === 'write';
      fileSystem.apply(isCut ? { ...change, bytes: change.bytes.subarray(0, bytes) } : change);
    });
    return fileSystem;
  }

  /** A disk with that content and an empty journal; parents of directories come before them. */
  static holding(directories: readonly string[], files: ReadonlyMap<string, Buffer>): MemoryFileSystem {
    const fileSystem = new MemoryFileSystem();
    for (const path of directories) fileSystem.addDirectory(path);
    for (const [path, bytes] of files) {
      const inode = new Inode(path);
      inode.bytes = Buffer.from(bytes);
      fileSystem.link(path, inode);
    }
    return fileSystem;
  }

  private apply(change: Change): void {
    this.journal.push(change);
    switch (change.kind) {
      case 'create':
        this.link(change.path, new Inode(change.path));
        break;
      case 'write':
        writeInto(this.inode(change.path), change.bytes, change.position);
        break;
      case 'truncate':
        resize(this.inode(change.path), change.size);
        break;
      case 'rename':
        this.move(change.path, change.to);
        break;
      case 'remove':
        this.unlink(change.path);
        break;
      case 'makeDirectory':
        this.addDirectory(change.path);
        break;
      case 'removeDirectory':
        this.dropDirectory(change.path);
        break;
    }
  }

  private addDirectory(path: string): void {
    this.directories.set(path, new Set());
    if (!this.directories.has(parentOf(path))) this.addDirectory(parentOf(path));
    this.directories.get(parentOf(path))?.add(nameOf(path));
  }

  private dropDirectory(path: string): void {
    for (const name of this.directories.get(path) ?? []) {
      if (this.directories.has(`${path}/${name}`)) this.dropDirectory(`${path}/${name}`);
      else this.unlink(`${path}/${name}`);
    }
    this.directories.delete(path);
    this.directories.get(parentOf(path))?.delete(nameOf(path));
  }

  private link(path: string, inode: Inode): void {
    const replaced = this.files.get(path);
    if (replaced) replaced.path = null;
    inode.path = path;
    this.files.set(path, inode);
    if (!this.directories.has(parentOf(path))) this.addDirectory(parentOf(path));
    this.directories.get(parentOf(path))?.add(nameOf(path));
  }

  private unlink(path: string): Inode {
    const inode = this.inode(path);
    inode.path = null;
    this.files.delete(path);
    this.directories.get(parentOf(path))?.delete(nameOf(path));
    return inode;
  }

  private move(from: string, to: string): void {
    const names = this.directories.get(from);
    if (names === undefined) {
      this.link(to, this.unlink(from));
      return;
    }
    this.addDirectory(to);
    for (const name of names) this.link(`${to}/${name}`, this.unlink(`${from}/${name}`));
    this.dropDirectory(from);
  }

  inode(path: string): Inode {
    const inode = this.files.get(path);
    if (!inode) throw failure('ENOENT', 'open', path);
    return inode;
  }

  check(syscall: string, path: string): void {
    const code = this.refuse(syscall, path);
    if (code) throw failure(code, syscall, path);
  }

  open(path: string, mode: OpenMode): File {
    this.check('open', path);
    if (mode === 'create' && !this.files.has(path)) this.apply({ kind: 'create', path });
    const inode = this.inode(path);
    this.openCount++;
    this.mostOpen = Math.max(this.mostOpen, this.openCount);
    return new MemoryFile(this, inode);
  }

  /** A change through a descriptor; one to a removed file leaves no trace. */
  change(inode: Inode, make: (path: string) => Change): void {
    if (inode.path !== null) this.apply(make(inode.path));
  }

  readFile(path: string): Buffer {
    this.check('read', path);
    return Buffer.from(this.inode(path).bytes);
  }

  status(path: string): FileStatus | undefined {
    this.check('stat', path);
    const inode = this.files.get(path);
    return inode && { sizeInBytes: inode.bytes.length, modifiedMs: inode.modifiedMs };
  }

  list(directory: string): string[] {
    this.check('readdir', directory);
    const names = this.directories.get(directory);
    if (names === undefined) throw failure('ENOENT', 'scandir', directory);
    return [...names];
  }

  makeDirectory(path: string): void {
    this.check('mkdir', path);
    if (!this.directories.has(path)) this.apply({ kind: 'makeDirectory', path });
  }

  rename(from: string, to: string): void {
    this.check('rename', from);
    this.apply({ kind: 'rename', path: from, to });
  }

  remove(path: string): void {
    this.check('unlink', path);
    if (this.files.has(path)) this.apply({ kind: 'remove', path });
  }

  removeDirectory(path: string): void {
    this.check('rmdir', path);
    if (this.directories.has(path)) this.apply({ kind: 'removeDirectory', path });
  }

  syncDirectory(path: string): void {
    this.check('fsync', path);
    this.apply({ kind: 'syncDirectory', path });
  }

  async syncDirectoryInBackground(path: string): Promise<void> {
    this.check('fsync', path);
    const covers = this.journal.length;
    await Promise.resolve();
    this.apply({ kind: 'syncDirectory', path, covers });
  }

  /** A file put there by the test. */
  put(path: string, bytes: Buffer): void {
    if (!this.files.has(path)) this.apply({ kind: 'create', path });
    this.apply({ kind: 'truncate', path, size: 0 });
    this.apply({ kind: 'write', path, bytes: Buffer.from(bytes), position: 0 });
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }
}

function resize(inode: Inode, size: number): void {
  const bytes = Buffer.alloc(size);
  inode.bytes.copy(bytes);
  inode.bytes = bytes;
}

function writeInto(inode: Inode, bytes: Buffer, position: number): void {
  if (position + bytes.length > inode.bytes.length) resize(inode, position + bytes.length);
  bytes.copy(inode.bytes, position);
}

class MemoryFile implements File {
  private readonly fileSystem: MemoryFileSystem;
  private readonly inode: Inode;

  constructor(fileSystem: MemoryFileSystem, inode: Inode) {
    this.fileSystem = fileSystem;
    this.inode = inode;
  }

  private get path(): string {
    return this.inode.path ?? '(removed)';
  }

  read(target: Buffer, offset: number, length: number, position: number): number {
    this.fileSystem.check('read', this.path);
    return this.inode.bytes.copy(target, offset, position, position + length);
  }

  write(source: Buffer, offset: number, length: number, position: number): void {
    const isRefused = this.fileSystem.keepsHalf && this.fileSystem.refuse('write', this.path) !== null;
    if (isRefused) this.put(source.subarray(offset, offset + (length >>> 1)), position);
    this.fileSystem.check('write', this.path);
    this.put(source.subarray(offset, offset + length), position);
  }

  private put(source: Buffer, position: number): void {
    const bytes = Buffer.from(source);
    this.fileSystem.change(this.inode, (path) => ({ kind: 'write', path, bytes, position }));
  }

  truncate(size: number): void {
    this.fileSystem.check('ftruncate', this.path);
    this.fileSystem.change(this.inode, (path) => ({ kind: 'truncate', path, size }));
  }

  size(): number {
    return this.inode.bytes.length;
  }

  sync(): void {
    this.fileSystem.check('fdatasync', this.path);
    this.fileSystem.change(this.inode, (path) => ({ kind: 'sync', path }));
  }

  async syncInBackground(): Promise<void> {
    this.fileSystem.check('fdatasync', this.path);
    const covers = this.fileSystem.journal.length;
    await Promise.resolve();
    this.fileSystem.change(this.inode, (path) => ({ kind: 'sync', path, covers }));
  }

  close(): void {
    this.fileSystem.openCount--;
  }
}

import { withDescriptorRelief } from './descriptor-relief.ts';
import { type File, type FileSystem } from './filesystem.ts';
import { SecondChance } from './second-chance.ts';

/** Opens files when they are used and keeps at most `capacity` of them open. */
export class FilePool {
  /** Closes files of this pool when the process runs out of descriptors. */
  readonly fileSystem: FileSystem;
  private readonly open: SecondChance<PooledFile>;

  constructor(fileSystem: FileSystem, capacity: number) {
    this.open = new SecondChance(capacity);
    this.fileSystem = withDescriptorRelief(fileSystem, () => this.open.release(Math.ceil(this.open.weight / 2)));
  }

  get openCount(): number {
    return this.open.weight;
  }

  acquire(owner: PooledFile, mode: 'update' | 'create'): File {
    const file = this.fileSystem.open(owner.path, mode);
    this.open.add(owner, 1);
    return file;
  }

  forget(owner: PooledFile): void {
    this.open.delete(owner);
  }
}

/** A file by path; its descriptor comes and goes. */
export class PooledFile {
  wasUsed = false;
  private readonly pool: FilePool;
  private currentPath: string;
  private file: File | null = null;
  /** Background syncs under way: the descriptor must stay. */
  private pins = 0;
  private closeWanted = false;

  constructor(pool: FilePool, path: string) {
    this.pool = pool;
    this.currentPath = path;
  }

  get path(): string {
    return this.currentPath;
  }

  get isEvictable(): boolean {
    return this.pins === 0;
  }

  evict(): void {
    const file = this.file;
    this.file = null;
    file?.close();
  }

  private use(mode: 'update' | 'create'): File {
    this.wasUsed = true;
    this.file ??= this.pool.acquire(this, mode);
    return this.file;
  }

  /** Makes the file when it is absent. */
  create(): void {
    this.use('create');
  }

  read(target: Buffer, offset: number, length: number, position: number): number {
    return this.use('update').read(target, offset, length, position);
  }

  write(source: Buffer, offset: number, length: number, position: number): void {
    this.use('update').write(source, offset, length, position);
  }

  truncate(size: number): void {
    this.use('update').truncate(size);
  }

  size(): number {
    return this.use('update').size();
  }

  sync(): void {
    this.use('update').sync();
  }

  async syncInBackground(): Promise<void> {
    const file = this.use('update');
    this.pins++;
    try {
      await file.syncInBackground();
    } finally {
      this.pins--;
      if (this.closeWanted && this.pins === 0) this.close();
    }
  }

  /** The file itself stays; the next use opens it again. */
  close(): void {
    if (this.pins > 0) {
      this.closeWanted = true;
      return;
    }
    this.closeWanted = false;
    this.pool.forget(this);
    this.evict();
  }

  /** Renames the file on disk when it exists; an open descriptor stays good. */
  renameTo(path: string): void {
    if (this.pool.fileSystem.status(this.currentPath) !== undefined) {
      this.pool.fileSystem.rename(this.currentPath, path);
    }
    this.currentPath = path;
  }

  /** The directory above was renamed. */
  movedTo(path: string): void {
    this.currentPath = path;
  }

  remove(): void {
    this.close();
    this.pool.fileSystem.remove(this.currentPath);
  }
}

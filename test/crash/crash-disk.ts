import { type Change, MemoryFileSystem } from '../unit/broker/log/memory-filesystem.ts';

/** A write or truncation that may not have reached the disk. */
interface DataChange {
  readonly seq: number;
  readonly bytes: Buffer | null;
  /** Of a write; the size after a truncation. */
  readonly at: number;
}

/** One system call's change to a directory: names and what they mean afterwards, null for nothing. */
interface EntryChange {
  readonly seq: number;
  readonly entries: readonly (readonly [name: string, node: Node | null])[];
}

class FileNode {
  readonly kind = 'file';
  durable: Buffer = Buffer.alloc(0);
  pending: DataChange[] = [];
}

class DirectoryNode {
  readonly kind = 'directory';
  readonly durable = new Map<string, Node>();
  readonly current = new Map<string, Node>();
  pending: EntryChange[] = [];
}

type Node = FileNode | DirectoryNode;

/** What of a file or directory that was not synced the file system kept. */
export type Choice =
  | FileChoice
  | { readonly node: DirectoryNode /** A bit per pending change. */; readonly kept: bigint };

export interface FileChoice {
  readonly node: FileNode;
  /** Number of changes. */
  readonly kept: number;
  /** Of the last one kept only so many bytes. */
  readonly lastBytes?: number;
  /** The file has its size, but what was not synced reads as zeros. */
  readonly zeros?: boolean;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function write(into: Buffer, { bytes, at }: DataChange, byteCount: number): Buffer {
  if (bytes === null) {
    const resized = Buffer.alloc(at);
    into.copy(resized);
    return resized;
  }
  const end = at + byteCount;
  const target = end > into.length ? Buffer.concat([into, Buffer.alloc(end - into.length)]) : Buffer.from(into);
  bytes.copy(target, at, 0, byteCount);
  return target;
}

/**
 * The disk under a journal of changes, split into what is durable and what a crash may take: of each file any beginning of
 * the changes since its last sync, of each directory any subset of them. Files and directories lose independently of each
 * other, as POSIX allows; real file systems allow less.
 */
export class CrashDisk {
  readonly root = new DirectoryNode();
  /** Nodes with something pending. */
  private readonly dirty = new Set<Node>();
  private seq = 0;

  /** Takes over the next change of the journal. */
  apply(change: Change): void {
    const seq = this.seq++;
    switch (change.kind) {
      case 'create':
        this.enter(seq, change.path, new FileNode());
        break;
      case 'makeDirectory':
        this.parent(`${change.path}/x`, seq);
        break;
      case 'write':
        this.data(change.path, { seq, bytes: change.bytes, at: change.position });
        break;
      case 'truncate':
        this.data(change.path, { seq, bytes: null, at: change.size });
        break;
      case 'rename':
        this.rename(seq, change.path, change.to);
        break;
      case 'remove':
      case 'removeDirectory':
        this.enter(seq, change.path, null);
        break;
      case 'sync':
        this.sync(this.find(change.path) as FileNode, change.covers ?? seq);
        break;
      case 'syncDirectory':
        this.syncDirectory(this.find(change.path) as DirectoryNode, change.covers ?? seq);
        break;
    }
  }

  private find(path: string): Node {
    let node: Node = this.root;
    for (const part of split(path)) node = (node as DirectoryNode).current.get(part) as Node;
    return node;
  }

  /** Makes what is missing above, as mkdir -p does. */
  private parent(path: string, seq: number): DirectoryNode {
    let node = this.root;
    for (const part of split(path).slice(0, -1)) {
      let next = node.current.get(part);
      if (next === undefined) {
        next = new DirectoryNode();
        this.change(node, { seq, entries: [[part, next]] });
      }
      node = next as DirectoryNode;
    }
    return node;
  }

  private enter(seq: number, path: string, node: Node | null): void {
    this.change(this.parent(path, seq), { seq, entries: [[split(path).at(-1) as string, node]] });
  }

  private rename(seq: number, from: string, to: string): void {
    const [source, target] = [this.parent(from, seq), this.parent(to, seq)];
    if (source !== target) throw new Error(`${from} leaves its directory: not modelled`);
    const [name, newName] = [split(from).at(-1) as string, split(to).at(-1) as string];
    const node = source.current.get(name) as Node;
    this.change(source, {
      seq,
      entries: [
        [name, null],
        [newName, node],
      ],
    });
  }

  private change(directory: DirectoryNode, change: EntryChange): void {
    directory.pending.push(change);
    enterAll(directory.current, change);
    this.dirty.add(directory);
  }

  private data(path: string, change: DataChange): void {
    const file = this.find(path) as FileNode;
    file.pending.push(change);
    this.dirty.add(file);
  }

  private sync(file: FileNode, covers: number): void {
    for (const change of file.pending) {
      if (change.seq < covers) file.durable = write(file.durable, change, change.bytes?.length ?? 0);
    }
    file.pending = file.pending.filter(({ seq }) => seq >= covers);
    if (file.pending.length === 0) this.dirty.delete(file);
  }

  private syncDirectory(directory: DirectoryNode, covers: number): void {
    for (const change of directory.pending) if (change.seq < covers) enterAll(directory.durable, change);
    directory.pending = directory.pending.filter(({ seq }) => seq >= covers);
    if (directory.pending.length === 0) this.dirty.delete(directory);
  }

  /** Of what has pending changes: everything kept. */
  allKept(): Choice[] {
    return Array.from(this.dirty, (node) => everything(node));
  }

  /** How many outcomes each of them has. */
  outcomes(): { node: Node; count: bigint }[] {
    return Array.from(this.dirty, (node) => {
      const { length } = node.pending;
      return { node, count: node.kind === 'file' ? BigInt(length + 1) : 1n << BigInt(length) };
    });
  }

  /** The disk with those choices; what is not named keeps everything. A string that is equal for equal disks comes along. */
  materialize(choices: readonly Choice[]): MemoryFileSystem {
    const byNode = new Map<Node, Choice>(choices.map((choice) => [choice.node, choice]));
    const files = new Map<string, Buffer>();
    const directories: string[] = [];
    const visit = (directory: DirectoryNode, path: string): void => {
      for (const [name, node] of entriesOf(directory, byNode.get(directory))) {
        const inner = `${path}/${name}`;
        if (node.kind === 'file') files.set(inner, contentOf(node, byNode.get(node)));
        else {
          directories.push(inner);
          visit(node, inner);
        }
      }
    };
    visit(this.root, '');
    return MemoryFileSystem.holding(directories, files);
  }
}

function enterAll(map: Map<string, Node>, { entries }: EntryChange): void {
  for (const [name, node] of entries) {
    if (node === null) map.delete(name);
    else map.set(name, node);
  }
}

export function everything(node: Node): Choice {
  return node.kind === 'file'
    ? { node, kept: node.pending.length }
    : { node, kept: (1n << BigInt(node.pending.length)) - 1n };
}

export function nothing(node: Node): Choice {
  return node.kind === 'file' ? { node, kept: 0 } : { node, kept: 0n };
}

/** The outcome with that number, of `outcomes` many. */
export function numbered(node: Node, index: bigint): Choice {
  return node.kind === 'file' ? { node, kept: Number(index) } : { node, kept: index };
}

function entriesOf(directory: DirectoryNode, choice: Choice | undefined): ReadonlyMap<string, Node> {
  if (choice === undefined) return directory.current;
  const kept = choice.kept as bigint;
  const entries = new Map(directory.durable);
  for (const [index, change] of directory.pending.entries()) {
    if ((kept >> BigInt(index)) & 1n) enterAll(entries, change);
  }
  return entries;
}

function contentOf(file: FileNode, choice: Choice | undefined): Buffer {
  const { kept, lastBytes, zeros } = (choice ?? everything(file)) as FileChoice;
  let content: Buffer = file.durable;
  file.pending.slice(0, kept).forEach((change, index) => {
    const size = change.bytes?.length ?? 0;
    const isLast = index === kept - 1 && lastBytes !== undefined;
    content = write(content, change, isLast ? Math.min(lastBytes, size) : size);
  });
  if (!zeros) return content;
  // The new size reached the disk before the bytes did.
  return Buffer.concat([file.durable, Buffer.alloc(Math.max(content.length - file.durable.length, 0))]);
}

import { hash } from 'node:crypto';
import { type Offset } from '../../../protocol/primitives.ts';

const HASH_BYTES = 16;
const SLOT_BYTES = HASH_BYTES + 8;
const LOAD_FACTOR = 0.9;

/**
 * Latest offset per key, in a fixed amount of memory: keys are known by 128 bits of their hash, so that two different keys
 * are taken for one with a chance nobody lives to see (kafka 4.x SkimpyOffsetMap). Open addressing; an empty slot holds
 * offset -1.
 */
export class OffsetMap {
  /** Largest offset of what went in, keyed or not: records above it are not judged by this map. */
  latestOffset: Offset = -1n;
  private readonly slots: Buffer;
  private readonly slotCount: number;
  private readonly maxEntries: number;
  private entryCount = 0;

  /** For up to `entries` keys, but never more memory than `maxBytes`. */
  constructor(entries: number, maxBytes: number) {
    const wanted = Math.max(Math.ceil(entries / LOAD_FACTOR) + 1, 16);
    this.slotCount = Math.min(wanted, Math.floor(maxBytes / SLOT_BYTES));
    this.slots = Buffer.alloc(this.slotCount * SLOT_BYTES, 0xff);
    this.maxEntries = Math.floor(this.slotCount * LOAD_FACTOR);
  }

  get size(): number {
    return this.entryCount;
  }

  get isFull(): boolean {
    return this.entryCount >= this.maxEntries;
  }

  /** Position of the key's slot, or of the empty one where it belongs. */
  private find(key: Buffer): { at: number; digest: Buffer } {
    const digest = hash('sha1', key, 'buffer');
    let slot = digest.readUInt32BE(16) % this.slotCount;
    for (;;) {
      const at = slot * SLOT_BYTES;
      if (this.slots.readBigInt64BE(at + HASH_BYTES) === -1n) return { at, digest };
      if (this.slots.compare(digest, 0, HASH_BYTES, at, at + HASH_BYTES) === 0) return { at, digest };
      slot = slot + 1 === this.slotCount ? 0 : slot + 1;
    }
  }

  /** The caller has looked at `isFull`. */
  put(key: Buffer, offset: Offset): void {
    const { at, digest } = this.find(key);
    if (this.slots.readBigInt64BE(at + HASH_BYTES) === -1n) this.entryCount++;
    digest.copy(this.slots, at, 0, HASH_BYTES);
    this.slots.writeBigInt64BE(offset, at + HASH_BYTES);
  }

  /** -1 for a key that is not there. */
  get(key: Buffer): Offset {
    return this.slots.readBigInt64BE(this.find(key).at + HASH_BYTES);
  }
}

/** Something that takes room while it is loaded and can be had again. */
export interface Evictable {
  /** Set by its owner at each use; cleared when it has had its second chance. */
  wasUsed: boolean;
  /** False keeps it loaded: in use, or holding what is not on disk yet. */
  readonly isEvictable: boolean;
  /** Gives the room back. */
  evict(): void;
}

/**
 * Bounds what is loaded at a time, dropping what was not used lately: the second-chance form of LRU, because marking a use
 * then costs one store on the hot path.
 */
export class SecondChance<T extends Evictable> {
  private readonly capacity: number;
  /** Insertion order is the order in which the hand passes. */
  private readonly loaded = new Map<T, number>();
  private used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Sum of the weights of all that is loaded. */
  get weight(): number {
    return this.used;
  }

  /** Takes in `one` (again, with a new weight), making room first. Goes over the bound only when nothing can be dropped. */
  add(one: T, weight: number): void {
    this.delete(one);
    this.makeRoom(weight);
    this.loaded.set(one, weight);
    this.used += weight;
  }

  delete(one: T): void {
    const weight = this.loaded.get(one);
    if (weight === undefined) return;
    this.loaded.delete(one);
    this.used -= weight;
  }

  /** Drops at least `weight`, used lately or not; false when nothing could be dropped. */
  release(weight: number): boolean {
    const before = this.used;
    for (const [one] of [...this.loaded]) {
      if (before - this.used >= weight) break;
      if (one.isEvictable) this.drop(one);
    }
    return this.used < before;
  }

  private makeRoom(weight: number): void {
    // Two rounds: the first may do nothing but take second chances away.
    let stepsLeft = this.loaded.size * 2;
    while (this.used + weight > this.capacity && stepsLeft-- > 0) {
      const one = this.loaded.keys().next().value;
      if (one === undefined) return;
      if (one.isEvictable && !one.wasUsed) {
        this.drop(one);
        continue;
      }
      one.wasUsed = false;
      const own = this.loaded.get(one) as number;
      this.loaded.delete(one);
      this.loaded.set(one, own);
    }
  }

  private drop(one: T): void {
    this.delete(one);
    one.evict();
  }
}

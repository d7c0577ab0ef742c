/** Which values stand in a list more than once. Each is looked at once: a request may hold a hundred thousand. */
export class Repetitions<T> {
  private readonly values: readonly T[];
  private readonly firstAt = new Map<T, number>();
  private readonly repeated = new Set<T>();

  constructor(values: readonly T[]) {
    this.values = values;
    for (const [i, value] of values.entries()) {
      if (this.firstAt.has(value)) this.repeated.add(value);
      else this.firstAt.set(value, i);
    }
  }

  isRepeated(value: T): boolean {
    return this.repeated.has(value);
  }

  /** Whether the value at `index` stands there for the first time. */
  isFirst(index: number): boolean {
    return this.firstAt.get(this.values[index] as T) === index;
  }
}

/** Where Kafka reads a request into a map by partition, a topic without any leaves no trace. */
export function hasPartitions({ partitions }: { readonly partitions: readonly unknown[] }): boolean {
  return partitions.length > 0;
}

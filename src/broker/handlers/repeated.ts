/** Whether the value at `index` stands in the list more than once. */
export function isRepeated(values: readonly unknown[], index: number): boolean {
  const value = values[index];
  return values.indexOf(value) !== values.lastIndexOf(value);
}

/** Where Kafka reads a request into a map by partition, a topic without any leaves no trace. */
export function hasPartitions({ partitions }: { readonly partitions: readonly unknown[] }): boolean {
  return partitions.length > 0;
}

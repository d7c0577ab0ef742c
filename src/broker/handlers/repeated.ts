/** Whether the value at `index` stands in the list more than once. */
export function isRepeated(values: readonly unknown[], index: number): boolean {
  const value = values[index];
  return values.indexOf(value) !== values.lastIndexOf(value);
}

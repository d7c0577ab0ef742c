/** One line as Apache's verifiable tools print it: a JSON object in Jackson's spelling, with time and name first. */
export function jsonEvent(timestampMs: number, name: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const text = JSON.stringify({ timestamp: timestampMs, name, ...fields }, (_key, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  // Jackson writes the codes of control characters with capital letters.
  return `${text.replace(/\\(?:u([0-9a-f]{4})|.)/g, (sequence, hex?: string) => (hex ? `\\u${hex.toUpperCase()}` : sequence))}\n`;
}

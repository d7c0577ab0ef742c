/** Where two answers part first, in words; null when they are the same. */
export function firstDifference(ours: unknown, kafka: unknown, path = ''): string | null {
  if (typeof ours === 'object' && typeof kafka === 'object' && ours !== null && kafka !== null) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(kafka)])) {
      const found = firstDifference((ours as never)[key], (kafka as never)[key], `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return ours === kafka ? null : `${path}: ours ${JSON.stringify(ours)}, Kafka ${JSON.stringify(kafka)}`;
}

interface Known {
  readonly api: RegExp;
  readonly difference: RegExp;
  readonly reason: string;
}

/** What differs and shall, or cannot be compared. */
const KNOWN: readonly Known[] = [
  { api: /^DescribeConfigs/, difference: /documentation: /, reason: 'documentation of configs is in our own words' },
  {
    api: /^DescribeConfigs/,
    difference: /configs\.\d+\.name: ours "kafka/,
    reason: 'each broker has loggers of its own',
  },
  { api: /^Fetch/, difference: /hasTornTail: ours false/, reason: 'a fetch ends with a whole batch' },
  { api: /^Produce/, difference: /Timestamp .* out of range/, reason: 'the clocks differ by milliseconds' },
  {
    api: /^(Incremental)?AlterConfigs/,
    difference: /Unknown .* config|-1|because its type|resourceName/,
    reason: 'which of several wrong configs is told goes by the order of a hash map',
  },
  {
    api: /^Produce/,
    difference: /logStartOffset: ours "\d+", Kafka "-1"/,
    reason: 'the log start beside a refusal that Kafka makes before it looks at the log',
  },
  { api: /./, difference: /Kafka "silent"/, reason: 'Kafka does not answer' },
  { api: /./, difference: /Kafka "closed"/, reason: 'Kafka closes the connection' },
  { api: /./, difference: /errorCode: ours -?\d+, Kafka -1$/, reason: 'Kafka fails with UNKNOWN_SERVER_ERROR' },
];

/** Why a difference is none to mend; null when nothing is known of it. */
export function whyKnown(api: string, difference: string): string | null {
  return KNOWN.find((one) => one.api.test(api) && one.difference.test(difference))?.reason ?? null;
}

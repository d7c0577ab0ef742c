import { inHashOrder } from '../../util/java-hash-map.ts';
import { type Complaint } from './events.ts';

type About = Complaint['about'];
type Entry = Complaint['entries'][number];

/** In the order in which Kafka's tool tells them. */
const ORDER: readonly About[] = [
  'index mismatch',
  'timestamp mismatch',
  'timestamps out of order',
  'offset not found',
  'offsets not consecutive',
];

/** What does not fit together in the files seen so far, told at the end. */
export class Complaints {
  private readonly found = new Map<About, Map<string, Entry[]>>(ORDER.map((about) => [about, new Map()]));

  add(about: About, file: string, expected: bigint, found: bigint): void {
    const files = this.found.get(about)!;
    const entries = files.get(file) ?? [];
    entries.push({ expected, found });
    files.set(file, entries);
  }

  list(): Complaint[] {
    return ORDER.flatMap((about) =>
      // Java's computeIfAbsent puts a new key in front of those in its bucket.
      inHashOrder([...this.found.get(about)!].reverse(), ([file]) => file).map(([file, entries]) => {
        return { kind: 'complaint' as const, about, file, entries: sorted(about, entries) };
      }),
    );
  }
}

/** Kafka's tool keeps two of the kinds in sorted maps. */
function sorted(about: About, entries: readonly Entry[]): readonly Entry[] {
  const up = (a: Entry, b: Entry) => (a.expected < b.expected ? -1 : 1);
  const last = () => [...new Map(entries.map((one) => [one.expected, one])).values()];
  if (about === 'offsets not consecutive') return last().sort(up);
  return about === 'index mismatch' ? last().sort((a, b) => up(b, a)) : entries;
}

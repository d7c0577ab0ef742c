import fc from 'fast-check';
import { type TopicPartition } from '../../../../../src/client/consumer/assigned-partition.ts';
import { type GroupAssignment, type GroupSubscription } from '../../../../../src/client/consumer/assignors/assignor.ts';
import { assignorsByClassName } from '../../../../../src/client/consumer/assignors/by-class-name.ts';
import { roundRobinAssignor } from '../../../../../src/client/consumer/assignors/round-robin-assignor.ts';
import {
  CooperativeStickyAssignor,
  StickyAssignor,
} from '../../../../../src/client/consumer/assignors/sticky-assignor.ts';

const topics = (sizes: Readonly<Record<string, number>>) => ({
  counts: new Map(Object.entries(sizes)),
  racksOf: () => new Set<string>(),
});
const partitions = (text: string): TopicPartition[] =>
  text.split(' ').flatMap((one) => (one === '' ? [] : [{ topic: one.charAt(0), partition: Number(one.slice(1)) }]));
const shown = (assignment: GroupAssignment) =>
  Object.fromEntries([...assignment].map(([id, all]) => [id, all.map((one) => one.topic + one.partition).join(' ')]));
const owner = (memberId: string, wanted: string, owned = '', generationId = 1): GroupSubscription => ({
  memberId,
  topics: wanted.split(''),
  ownedPartitions: partitions(owned),
  generationId: owned === '' ? -1 : generationId,
});

describe('round robin', () => {
  it('deals partitions in turn and passes over members that do not want the topic', () => {
    const members = [owner('a', 'tu'), owner('b', 't'), owner('c', 'tu')];
    expect(shown(roundRobinAssignor.assign(members, topics({ t: 3, u: 3 })))).toEqual({
      a: 't0 u0 u2',
      b: 't1',
      c: 't2 u1',
    });
  });
});

describe('the cooperative sticky assignor (KIP-429)', () => {
  const assign = (...members: GroupSubscription[]) =>
    shown(new CooperativeStickyAssignor().assign(members, topics({ t: 5 })));

  it('lets a newcomer wait for what others still own', () => {
    expect(assign(owner('a', 't', 't0 t1 t2 t3 t4'), owner('b', 't'))).toEqual({ a: 't0 t1 t2', b: '' });
    expect(assign(owner('a', 't', 't0 t1 t2'), owner('b', 't'))).toEqual({ a: 't0 t1 t2', b: 't3 t4' });
  });

  it('believes the newest of two owners', () => {
    expect(assign(owner('a', 't', 't0 t1', 3), owner('b', 't', 't0 t2 t3', 4))).toEqual({ a: 't1 t4', b: 't0 t2 t3' });
  });

  it('tells the generation of what it owns as Java does', () => {
    const assignor = new CooperativeStickyAssignor();
    expect(assignor.userData().toString('hex')).toBe('ffffffff');
    assignor.onAssignment([], 7);
    expect(assignor.userData().toString('hex')).toBe('00000007');
  });
});

describe('the sticky assignor', () => {
  it('keeps what the user data of members say', () => {
    const dataOf = (text: string, generation: number) => {
      const one = new StickyAssignor();
      one.onAssignment(partitions(text), generation);
      return one.userData();
    };
    const members = [
      { memberId: 'a', topics: ['t'], userData: dataOf('t4 t3', 2) },
      { memberId: 'b', topics: ['t'], userData: null },
      { memberId: 'c', topics: ['t'], userData: dataOf('t0', 2) },
    ];
    expect(shown(new StickyAssignor().assign(members, topics({ t: 5 })))).toEqual({ a: 't3 t4', b: 't1', c: 't0 t2' });
    // Java's StickyAssignorUserData: one topic, its partitions in order, the generation.
    expect(dataOf('t4 t3', 2)?.toString('hex')).toBe('000000010001740000000200000003000000040000' + '0002');
  });

  it('gives every partition to one member that wants it, evenly, and keeps what may stay', () => {
    const wishes = fc.array(fc.subarray(['t', 'u', 'v'], { minLength: 1 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(wishes, fc.nat(9), fc.nat(9), (wanted, t, u) => {
        const members = wanted.map((one, at) => owner(`m${at}`, one.join('')));
        const sizes = topics({ t, u, v: 4 });
        const first = new StickyAssignor().assign(members, sizes);
        const all = [...first.values()].flat().map((one) => one.topic + one.partition);
        expect(new Set(all).size).toBe(all.length);
        const subscribed = new Set(wanted.flat());
        expect(all.length).toBe(
          [...sizes.counts].reduce((sum, [topic, count]) => sum + (subscribed.has(topic) ? count : 0), 0),
        );
        for (const { memberId, topics: mine } of members) {
          const owned = first.get(memberId) ?? [];
          expect(owned.every((one) => mine.includes(one.topic))).toBe(true);
          // Nothing of it would be better off with another.
          for (const { topic } of owned) {
            for (const other of members.filter((one) => one.topics.includes(topic))) {
              expect(owned.length - (first.get(other.memberId)?.length ?? 0)).toBeLessThan(2);
            }
          }
        }
        const settled = members.map((one) => {
          const data = new StickyAssignor();
          data.onAssignment(first.get(one.memberId) ?? [], 1);
          return { ...one, userData: data.userData() };
        });
        expect(shown(new StickyAssignor().assign(settled, sizes))).toEqual(shown(first));
      }),
    );
  });
});

describe('assignors by class name', () => {
  const name = (short: string) => `org.apache.kafka.clients.consumer.${short}`;

  it('are found in the order given', () => {
    const found = assignorsByClassName([`class ${name('RangeAssignor')}`, name('CooperativeStickyAssignor')]);
    expect(found.map((one) => one.name)).toEqual(['range', 'cooperative-sticky']);
    expect(assignorsByClassName([name('StickyAssignor'), name('RoundRobinAssignor')]).map((one) => one.name)).toEqual([
      'sticky',
      'roundrobin',
    ]);
  });

  it('are refused when there is no such class', () => {
    let trace = '';
    try {
      assignorsByClassName(['Foo']);
    } catch (error) {
      trace = (error as { trace(): string }).trace();
    }
    expect(trace).toBe(
      'org.apache.kafka.common.KafkaException: Failed to construct kafka consumer\n' +
        'Caused by: org.apache.kafka.common.KafkaException: Foo ClassNotFoundException exception occurred\n' +
        'Caused by: java.lang.ClassNotFoundException: Foo\n',
    );
  });
});

import { type Assignor, allPartitions, compareMembers, nobodyHasAny } from './assignor.ts';

/** Deals all partitions of all topics to the members in turn. Source: Java's RoundRobinAssignor. */
export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  isCooperative: false,
  userData: () => null,
  onAssignment: () => undefined,
  assign(members, topics) {
    const result = nobodyHasAny(members);
    const ordered = [...members].sort(compareMembers);
    let next = 0;
    for (const partition of allPartitions(members, topics)) {
      while (!ordered[next % ordered.length]?.topics.includes(partition.topic)) next++;
      result.get(ordered[next++ % ordered.length]?.memberId as string)?.push(partition);
    }
    return result;
  },
};

import { partitionFilter } from '../../../src/tools/get-offsets/partition-filter.ts';
import { includeList } from '../../../src/tools/topic-filter.ts';
import { parseTopicId } from '../../../src/tools/topics/topic-id.ts';

describe('topics by expression', () => {
  it.each([
    ['a.*', ['a', 'ab']],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['"a"', ['a']],
    ["'b'", ['b']],
    ['[a-b]\\w?', ['a', 'ab', 'b']],
    ['\\p{Alpha}', ['a', 'b']],
    ['x|', []],
  ])('%j takes %j', (regex, taken) => {
    expect(['a', 'ab', 'b', '__consumer_offsets'].filter(includeList(regex, false))).toEqual(taken);
  });

  it('leaves internal topics out when asked to', () => {
    expect(includeList('.*', true)('__consumer_offsets')).toBe(false);
    expect(includeList('.*', true)('a')).toBe(true);
    expect(includeList('.*', false)('__share_group_state')).toBe(true);
  });

  it('refuses what is no expression', () => {
    expect(() => includeList('[', false)).toThrow('[ is an invalid regex.');
  });
});

describe('partitions by rule', () => {
  const taken = (topicPartitions: string, topic = 'a') => {
    const filter = partitionFilter({ topicPartitions });
    return [0, 1, 2, 3, 4].filter((partition) => filter.takes(topic, partition));
  };
  // Origin: kafka-get-offsets of Apache Kafka 4.3.1 on a topic of five partitions.
  it.each([
    ['a', [0, 1, 2, 3, 4]],
    ['a:', [0, 1, 2, 3, 4]],
    ['a:2', [2]],
    ['a:1-3', [1, 2]],
    ['a:3-', [3, 4]],
    ['a:-2', [0, 1]],
    ['a:-', [0, 1, 2, 3, 4]],
    [':2', [2]],
    ['a:0,a:4', [0, 4]],
    ['b:1', []],
    ['a-x:1', []],
  ])('%j takes %j', (rule, partitions) => {
    expect(taken(rule)).toEqual(partitions);
  });

  it('takes the topics of its rules', () => {
    const filter = partitionFilter({ topicPartitions: 'a.*:1,b' });
    expect(['a', 'ax', 'b', 'c'].filter((name) => filter.takesTopic(name))).toEqual(['a', 'ax', 'b']);
  });

  it('takes a list of ids', () => {
    const filter = partitionFilter({ topic: 'a', partitions: '2,0' });
    expect([0, 1, 2].filter((partition) => filter.takes('a', partition))).toEqual([0, 2]);
    expect(filter.takes('b', 0)).toBe(false);
  });
});

describe('topic ids', () => {
  // Origin: --topic-id of Apache Kafka 4.3.1.
  it.each([
    [
      'abc',
      'Input string `abc` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
    ],
    ['AAAAAAAAAAAAAAAAAAAAA!', 'Illegal base64 character 21'],
    ['', 'Input string `` decoded as 0 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID'],
    ['A'.repeat(33), `Input string with prefix \`${'A'.repeat(24)}\` is too long to be decoded as a base64 UUID`],
  ])('%j is refused', (text, sentence) => {
    expect(() => parseTopicId(text)).toThrow(sentence);
  });

  it('are what they say; the zero id is none', () => {
    expect(parseTopicId('aNJf6kJwSguk7Y9aqlIROw')).toBe('aNJf6kJwSguk7Y9aqlIROw');
    expect(parseTopicId('A'.repeat(22))).toBeUndefined();
  });
});

import Topics from '../../../src/commands/topics.ts';
import { differences } from './recorded-arguments.ts';

describe('kafka-topics', () => {
  it('checks its arguments as Apache Kafka does, in the same order and words', async () => {
    const { caseCount, found } = await differences('topics', Topics, 'topics');
    expect(caseCount).toBeGreaterThan(200);
    expect(found).toEqual([]);
  });
});

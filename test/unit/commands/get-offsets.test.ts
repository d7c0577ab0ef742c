import GetOffsets from '../../../src/commands/get-offsets.ts';
import { differences } from './recorded-arguments.ts';

describe('kafka-get-offsets', () => {
  it('checks its arguments as Apache Kafka does, in the same order and words', async () => {
    const { caseCount, found } = await differences('get-offsets', GetOffsets, 'get-offsets');
    expect(caseCount).toBeGreaterThan(70);
    expect(found).toEqual([]);
  });
});

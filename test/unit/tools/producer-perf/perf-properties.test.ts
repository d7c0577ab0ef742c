import { perfProperties } from '../../../../src/tools/producer-perf/perf-properties.ts';

const NOTHING = {
  bootstrapServers: undefined,
  configFile: undefined,
  properties: [],
  transactionalId: undefined,
  transactionDurationMs: undefined,
};

describe('properties of the producer perf test', () => {
  it('take the bootstrap servers of the option first', async () => {
    const properties = ['bootstrap.servers=a:1', 'acks=all'];
    const { properties: merged } = await perfProperties({ ...NOTHING, bootstrapServers: 'b:2', properties });
    expect(Object.fromEntries(merged)).toMatchObject({
      'bootstrap.servers': 'b:2',
      acks: 'all',
      'client.id': 'perf-producer-client',
    });
    expect(merged.has('transactional.id')).toBe(false);
  });

  it.each(['acks', 'a=b=c', 'a=', '=', ''])('refuse %j', async (text) => {
    await expect(perfProperties({ ...NOTHING, properties: [text] }).catch(String)).resolves.toBe(
      `java.lang.IllegalArgumentException: Invalid property: ${text}`,
    );
  });

  it('switch transactions on by an id or a duration', async () => {
    const byId = await perfProperties({ ...NOTHING, transactionalId: 'me' });
    expect([byId.properties.get('transactional.id'), byId.transactionDurationMs]).toEqual(['me', 3000]);
    const byDuration = await perfProperties({ ...NOTHING, transactionDurationMs: 50 });
    expect(byDuration.properties.get('transactional.id')).toMatch(/^performance-producer-[0-9a-f-]{36}$/);
    expect(byDuration.transactionDurationMs).toBe(50);
    const byProperty = await perfProperties({
      ...NOTHING,
      properties: ['transactional.id=x'],
      transactionDurationMs: 9,
    });
    expect(byProperty.properties.get('transactional.id')).toBe('x');
  });
});

import { ClusterWorld } from './cluster-world.ts';

const credential = (name: string, mechanism = 1, iterations = 4096) => ({
  name,
  mechanism,
  iterations,
  salt: Buffer.from('salt'),
  saltedPassword: Buffer.from('salted'),
});

describe('SCRAM credentials', () => {
  it('are kept over a restart and in snapshots, without the password', async () => {
    const world = await ClusterWorld.open({ properties: { 'metadata.log.max.record.bytes.between.snapshots': '100' } });
    const outcome = await world.controller.alterScramCredentials([], [credential('u'), credential('v', 2)]);
    expect([...outcome]).toEqual([
      ['u', null],
      ['v', null],
    ]);
    await world.cluster.close();
    const again = await ClusterWorld.open({ fileSystem: world.fileSystem, formats: false });
    expect(again.metadata.scramCredential(1, 'u')).toMatchObject({ name: 'u', iterations: 4096 });
    expect(again.metadata.scramCredential(1, 'u')?.storedKey).toHaveLength(32);
    expect(again.metadata.scramCredential(2, 'u')).toBeUndefined();
    expect(await again.controller.alterScramCredentials([{ name: 'u', mechanism: 1 }], [])).toEqual(
      new Map([['u', null]]),
    );
    expect(again.metadata.scramCredential(1, 'u')).toBeUndefined();
  });

  // kafka 4.x ScramControlManager
  it.each([
    [[], [credential('')], 'UNACCEPTABLE_CREDENTIAL', 'Username must not be empty'],
    [[], [credential('u', 3)], 'UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism'],
    [[], [credential('u', 1, 4095)], 'UNACCEPTABLE_CREDENTIAL', 'Too few iterations'],
    [[], [credential('u', 1, 16385)], 'UNACCEPTABLE_CREDENTIAL', 'Too many iterations'],
    [
      [{ name: 'u', mechanism: 1 }],
      [],
      'RESOURCE_NOT_FOUND',
      'Attempt to delete a user credential that does not exist',
    ],
    [
      [],
      [credential('u'), credential('u', 2)],
      'DUPLICATE_RESOURCE',
      'A user credential cannot be altered twice in the same request',
    ],
  ])('are refused: %j %j', async (deletions, upsertions, error, text) => {
    const { controller, metadata } = await ClusterWorld.open();
    const outcome = await controller.alterScramCredentials(deletions, upsertions);
    expect([...outcome.values()]).toEqual([{ error, text }]);
    expect([...metadata.scramCredentials]).toEqual([]);
  });
});

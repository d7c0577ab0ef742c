import { matchesAcl } from '../../../../../src/broker/cluster/index.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../../../../src/protocol/enums.ts';
import { ClusterWorld } from '../cluster-world.ts';

const ACL = {
  resourceType: ResourceType.TOPIC,
  resourceName: 'orders',
  patternType: PatternType.LITERAL,
  principal: 'User:alice',
  host: '*',
  operation: AclOperation.READ,
  permissionType: AclPermissionType.ALLOW,
};
const ANY = {
  resourceType: ResourceType.ANY,
  resourceName: null,
  patternType: PatternType.ANY,
  principal: null,
  host: null,
  operation: AclOperation.ANY,
  permissionType: AclPermissionType.ANY,
};
const prefixed = (resourceName: string) => ({ ...ACL, resourceName, patternType: PatternType.PREFIXED });
const literal = (resourceName: string) => ({ ...ACL, resourceName });

describe('access control entries', () => {
  it.each([
    ['everything', ANY, ACL, true],
    ['another type', { ...ANY, resourceType: ResourceType.GROUP }, ACL, false],
    ['another principal', { ...ANY, principal: 'User:bob' }, ACL, false],
    ['another host', { ...ANY, host: '10.0.0.1' }, ACL, false],
    ['another operation', { ...ANY, operation: AclOperation.ALL }, ACL, false],
    ['another permission', { ...ANY, permissionType: AclPermissionType.DENY }, ACL, false],
    ['the name, in any pattern', { ...ANY, resourceName: 'ord' }, prefixed('ord'), true],
    ['no prefix of the name, in any pattern', { ...ANY, resourceName: 'orders' }, prefixed('ord'), false],
    [
      'what applies: a prefix',
      { ...ANY, resourceName: 'orders', patternType: PatternType.MATCH },
      prefixed('ord'),
      true,
    ],
    ['what applies: the name', { ...ANY, resourceName: 'orders', patternType: PatternType.MATCH }, ACL, true],
    ['what applies: all names', { ...ANY, resourceName: 'orders', patternType: PatternType.MATCH }, literal('*'), true],
    ['what does not apply', { ...ANY, resourceName: 'ord', patternType: PatternType.MATCH }, prefixed('orders'), false],
    ['one pattern type', { ...ANY, patternType: PatternType.PREFIXED }, ACL, false],
    ['all names, literally', { ...ANY, resourceName: '*', patternType: PatternType.LITERAL }, literal('orders'), false],
  ])('are found by a filter: %s', (_, filter, acl, expected) => {
    expect(matchesAcl(filter, acl)).toBe(expected);
  });

  // kafka 4.x AclControlManager.validateNewAcl
  it.each([
    [{ resourceType: 99 }, 'Invalid resourceType UNKNOWN'],
    [{ resourceType: ResourceType.ANY }, 'Invalid resourceType ANY'],
    [{ patternType: PatternType.MATCH }, 'Invalid patternType MATCH'],
    [{ operation: AclOperation.ANY }, 'Invalid operation ANY'],
    [{ permissionType: AclPermissionType.ANY }, 'Invalid permissionType ANY'],
    [{ resourceName: '' }, 'Resource name should not be empty'],
    [
      { principal: 'alice' },
      'Could not parse principal from `alice` (no colon is present separating the principal type from the principal name)',
    ],
  ])('are refused one by one: %j', async (wrong, text) => {
    const { controller, metadata } = await ClusterWorld.open();
    expect(await controller.createAcls([{ ...ACL, ...wrong }, ACL])).toEqual([
      { error: 'INVALID_REQUEST', text },
      null,
    ]);
    expect([...metadata.acls]).toHaveLength(1);
  });

  it('are stored once, survive a restart, and go when a filter names them', async () => {
    const world = await ClusterWorld.open();
    expect(await world.controller.createAcls([ACL, ACL, literal('other')])).toEqual([null, null, null]);
    expect(await world.controller.createAcls([ACL])).toEqual([null]);
    const again = await world.reopenAfterCrash();
    expect([...again.metadata.acls]).toEqual([expect.objectContaining(ACL), expect.objectContaining(literal('other'))]);
    const removed = await again.controller.deleteAcls([
      { ...ANY, resourceName: 'orders' },
      ANY,
      { ...ANY, operation: 99 },
    ]);
    expect(removed).toEqual([
      [ACL],
      [ACL, literal('other')],
      { error: 'INVALID_REQUEST', text: 'Unknown entryFilter.' },
    ]);
    const last = await again.reopenAfterCrash();
    expect([...last.metadata.acls]).toEqual([]);
  });

  it('are in the snapshot of a clean stop', async () => {
    const world = await ClusterWorld.open({ properties: { 'metadata.log.max.record.bytes.between.snapshots': '100' } });
    await world.controller.createAcls([ACL]);
    await world.controller.createAcls([literal('other')]);
    await world.cluster.close();
    const again = await ClusterWorld.open({ fileSystem: world.fileSystem, formats: false });
    expect([...again.metadata.acls]).toHaveLength(2);
  });
});

import {
  effectiveFeatures,
  featureDependencies,
  parseFeatureLevels,
  releaseLevel,
  versionMapping,
} from '../../../../src/tools/storage/feature-levels.ts';
import { parseInitialControllers } from '../../../../src/tools/storage/initial-controllers.ts';
import { scramRecord } from '../../../../src/tools/storage/scram-argument.ts';

const levels = (release: string) => versionMapping(release).map(({ name, level }) => `${name}=${level}`);

// Everything here was printed by kafka-storage of Apache Kafka 4.3.1.
describe('feature levels of releases', () => {
  it.each([
    ['3.3-IV3', [7, 0, 0, 0, 0, 0, 0]],
    ['3.9-IV0', [21, 1, 0, 0, 0, 0, 0]],
    ['4.0-IV1', [23, 1, 0, 1, 0, 0, 0]],
    ['4.0', [25, 1, 2, 1, 0, 0, 0]],
    ['4.1', [27, 1, 2, 1, 1, 0, 0]],
    ['4.2-IV0', [28, 1, 2, 1, 1, 1, 0]],
    ['4.3-IV0', [30, 1, 2, 1, 1, 1, 1]],
  ])('%s', (release, [metadata, kraft, transaction, group, elr, share, streams]) => {
    expect(levels(release)).toEqual([
      `metadata.version=${metadata}`,
      `kraft.version=${kraft}`,
      `transaction.version=${transaction}`,
      `group.version=${group}`,
      `eligible.leader.replicas.version=${elr}`,
      `share.version=${share}`,
      `streams.version=${streams}`,
    ]);
  });

  it('name what they know when asked for another', () => {
    const known =
      '3.3-IV3, 3.4-IV0, 3.5-IV0, 3.5-IV1, 3.5-IV2, 3.6-IV0, 3.6-IV1, 3.6-IV2, 3.7-IV0, 3.7-IV1, 3.7-IV2, 3.7-IV3, ' +
      '3.7-IV4, 3.8-IV0, 3.9-IV0, 4.0-IV0, 4.0-IV1, 4.0-IV2, 4.0-IV3, 4.1-IV0, 4.1-IV1, 4.2-IV0, 4.2-IV1, 4.3-IV0';
    expect(() => releaseLevel('nope')).toThrow(
      `Unknown metadata.version 'nope'. Supported metadata.version are: ${known}`,
    );
    expect(() => versionMapping('nope')).toThrow(`${known}, 4.4-IV0`);
  });

  it('are written in order, those of level 0 and kraft.version not at all', () => {
    expect(effectiveFeatures(25, new Map())).toEqual([
      ['metadata.version', 25],
      ['group.version', 1],
      ['transaction.version', 2],
    ]);
    expect(effectiveFeatures(30, new Map([['group.version', 0]])).map(([name]) => name)).not.toContain('group.version');
  });

  it.each([
    [30, 'transaction.version=9', 'No feature:transaction.version with feature level 9'],
    [30, 'group.version=-1', 'No feature:group.version with feature level -1'],
    [
      21,
      'eligible.leader.replicas.version=1',
      'eligible.leader.replicas.version could not be set to 1 because it depends on metadata.version level 23',
    ],
    [
      30,
      'bogus=1',
      'Unsupported feature: bogus. Supported features are: eligible.leader.replicas.version, group.version, kraft.version, share.version, streams.version, transaction.version',
    ],
    [30, 'bogus', "Can't parse feature=level string bogus: equals sign not found."],
    [30, 'group.version=x', "Can't parse feature=level string group.version=x: unable to parse x as a short."],
  ])('at %d refuse %s', (metadataVersion, word, text) => {
    expect(() => effectiveFeatures(metadataVersion, parseFeatureLevels([word]))).toThrow(text);
  });

  it.each([
    ['transaction.version=9', 'Feature level 9 is not supported for feature transaction.version'],
    ['bogus=1', 'Unknown feature: bogus'],
    ['metadata.version=99', 'Unknown metadata.version 99'],
    ['bogus', "Invalid feature format: bogus. Expected format: 'feature=version' (e.g. 'group.version=1')"],
    ['group.version=x', 'Invalid version format: x for feature group.version'],
  ])('dependencies of %s', (word, text) => {
    expect(() => featureDependencies([word])).toThrow(text);
  });

  it('dependencies that there are', () => {
    expect(featureDependencies(['eligible.leader.replicas.version=1', 'share.version=1'])).toEqual([
      {
        name: 'eligible.leader.replicas.version',
        level: 1,
        release: null,
        requires: [{ name: 'metadata.version', level: 23, release: '4.0-IV1' }],
      },
      { name: 'share.version', level: 1, release: null, requires: [] },
    ]);
  });
});

describe('credentials of the first metadata', () => {
  const signed = (value: unknown) => [...new Int8Array(value as Buffer)];

  it('are derived as by Apache Kafka', () => {
    const { value } = scramRecord('SCRAM-SHA-256=[name=alice,salt="N3E=",password=x,iterations=8192]');
    const { name, mechanism, iterations, salt, storedKey, serverKey } = value as Record<string, unknown>;
    expect([name, mechanism, iterations, signed(salt)]).toEqual(['alice', 1, 8192, [55, 113]]);
    expect(signed(storedKey).slice(0, 8)).toEqual([-27, 66, 58, 0, 86, 33, -50, 60]);
    expect(signed(serverKey).slice(0, 8)).toEqual([-116, -24, -16, -75, -18, 88, -102, -61]);
  });

  it('may come salted already', () => {
    const { value } = scramRecord('SCRAM-SHA-512=[name=alice,iterations=8192,salt="N3E=",saltedpassword="YCE="]');
    const { mechanism, storedKey, serverKey } = value as Record<string, unknown>;
    expect(mechanism).toBe(2);
    expect(signed(storedKey).slice(0, 8)).toEqual([113, 118, -93, 73, -7, 30, -78, -31]);
    expect(signed(serverKey).slice(0, 8)).toEqual([76, 97, 124, 14, -35, -18, 90, -58]);
  });

  it.each([
    ['foo', "Failed to find equals sign in SCRAM argument 'foo'"],
    ['FOO=[name=alice,password=x]', 'The add-scram mechanism FOO is not supported.'],
    ['SCRAM-SHA-256=name=alice', 'Expected configuration string to start with ['],
    ['SCRAM-SHA-256=[password=x]', "You must supply 'name' to add-scram"],
    ['SCRAM-SHA-256=[name=alice]', "You must supply one of 'password' or 'saltedpassword' to add-scram"],
    ['SCRAM-SHA-256=[name=alice,saltedpassword="YCE="]', "You must supply 'salt' with 'saltedpassword' to add-scram"],
    ['SCRAM-SHA-256=[name=alice,password=x,foo=1]', 'Unknown SCRAM configurations: foo'],
    ['SCRAM-SHA-256=[name=alice,password=x,iterations=zz]', 'Failed to parse iterations count: zz'],
    [
      'SCRAM-SHA-256=[name=alice,password=x,iterations=100]',
      "The 'iterations' value must be >= 4096 for add-scram using SCRAM_SHA_256",
    ],
    [
      'SCRAM-SHA-256=[name=alice,password=x,iterations=99999]',
      "The 'iterations' value must be <= 16384 for add-scram using SCRAM_SHA_256",
    ],
  ])('%s is refused', (argument, text) => {
    expect(() => scramRecord(argument)).toThrow(text);
  });
});

describe('initial controllers', () => {
  it('name id, address and directory', () => {
    expect(parseInitialControllers('1@localhost:9093:JEXY6aqzQY-32P5TStzaFg', 'CONTROLLER')).toEqual([
      {
        voterId: 1,
        voterDirectoryId: 'JEXY6aqzQY-32P5TStzaFg',
        endpoints: [{ name: 'CONTROLLER', host: 'localhost', port: 9093 }],
        kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
      },
    ]);
  });

  it.each([
    ['foo', 'No @ found in dynamic voter string.'],
    ['1@h', 'No colon following hostname could be found.'],
    ['1@h:1', 'No colon following port could be found.'],
    ['1@h:x:JEXY6aqzQY-32P5TStzaFg', 'Failed to parse port in dynamic voter string.'],
    ['1@h:1:x', 'Failed to parse directory ID in dynamic voter string.'],
    ['x@h:1:JEXY6aqzQY-32P5TStzaFg', 'Failed to parse node id in dynamic voter string.'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseInitialControllers(text, 'C')).toThrow(reason);
  });
});

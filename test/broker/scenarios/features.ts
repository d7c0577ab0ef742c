import { updateFeatures } from '../../../src/protocol/messages/57-update-features.ts';
import { type Exchange } from './exchange.ts';

type Update = readonly [feature: string, level: number, upgradeType: number];
const [UPGRADE, SAFE, UNSAFE] = [1, 2, 3];

/** UpdateFeatures: what is refused, what is not, and in which words. Ends with the levels it began with. */
export async function featuresScenario(exchange: Exchange): Promise<void> {
  const update = (version: number, updates: readonly Update[], validateOnly: boolean) => {
    const featureUpdates = updates.map(([feature, maxVersionLevel, upgradeType]) => ({
      feature,
      maxVersionLevel,
      ...(version === 0 ? { allowDowngrade: upgradeType !== UPGRADE } : { upgradeType }),
    }));
    const step = `${validateOnly ? 'validate' : 'update'} ${updates.map((one) => one.join(' ')).join(', ')}`;
    return exchange.step(step, updateFeatures, version, {
      featureUpdates,
      ...(version === 0 ? {} : { validateOnly }),
    });
  };
  const dry: readonly (readonly Update[])[] = [
    [],
    [['', 1, UPGRADE]],
    [['group.version', 1, 0]],
    [['group.version', 1, 4]],
    [['group.version', -1, UPGRADE]],
    [['group.version', 0, UPGRADE]],
    [['group.version', 2, SAFE]],
    [['group.version', 1, SAFE]],
    [['group.version', 1, UNSAFE]],
    [
      ['group.version', 1, UPGRADE],
      ['group.version', 1, UPGRADE],
    ],
    [
      ['nope', 1, UPGRADE],
      ['group.version', 1, UPGRADE],
    ],
    [['nope', 0, SAFE]],
    [
      ['streams.version', 1, UPGRADE],
      ['group.version', 1, UPGRADE],
    ],
    [
      ['metadata.version', 29, SAFE],
      ['group.version', 5, UPGRADE],
    ],
    [['metadata.version', 31, UPGRADE]],
    [['metadata.version', 30, SAFE]],
    [['metadata.version', 29, UPGRADE]],
    [['metadata.version', 29, SAFE]],
    [['metadata.version', 29, UNSAFE]],
    [['metadata.version', 0, SAFE]],
    [['kraft.version', 2, UPGRADE]],
  ];
  for (const updates of dry) {
    // v0 has no dry run: only what changes nothing.
    if (!updates.some(([, , type]) => type !== UPGRADE)) await update(0, updates, false);
    await update(1, updates, true);
    await update(2, updates, true);
  }
  await update(2, [['transaction.version', 1, SAFE]], false);
  await update(2, [['transaction.version', 2, SAFE]], false);
  await update(2, [['transaction.version', 2, UPGRADE]], false);
  await update(
    2,
    [
      ['group.version', 0, SAFE],
      ['streams.version', 0, UNSAFE],
    ],
    false,
  );
  await update(2, [['group.version', 0, SAFE]], false);
  await update(2, [['group.version', 1, SAFE]], false);
  await update(
    2,
    [
      ['group.version', 1, UPGRADE],
      ['streams.version', 1, UPGRADE],
    ],
    false,
  );
}

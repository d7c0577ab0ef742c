import { brokerConfigs } from '../../../../../src/broker/cluster/configs/broker.ts';
import { clientMetricsConfigs } from '../../../../../src/broker/cluster/configs/client-metrics.ts';
import { documentationOf } from '../../../../../src/broker/cluster/configs/documentation.ts';
import { groupConfigs } from '../../../../../src/broker/cluster/configs/group.ts';
import { topicConfigs } from '../../../../../src/broker/cluster/configs/topic.ts';

describe('what is said of configs', () => {
  const names = [brokerConfigs, topicConfigs, groupConfigs, clientMetricsConfigs].flatMap(({ keys }) =>
    [...keys].filter(([, key]) => !key.isInternal).map(([name]) => name as string),
  );

  it('says something of each, in a short sentence', () => {
    const odd = names.filter((name) => !/^[A-Z"].{8,220}\.$/.test(documentationOf(name)));
    expect(odd).toEqual([]);
    expect(names.length).toBeGreaterThan(390);
  });

  it('says something of its own of each', () => {
    const byText = Map.groupBy(new Set(names), documentationOf);
    const same = [...byText.values()].filter((all) => all.length > 2);
    expect(same).toEqual([]);
  });
});

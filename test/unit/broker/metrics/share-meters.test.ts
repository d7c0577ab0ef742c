import { ShareMeters } from '../../../../src/broker/metrics/share-meters.ts';
import { MembersWorld } from '../share-groups/members-world.ts';
import { TOPIC_ID } from '../share-groups/share-world.ts';

const RELEASE = 2;

/** 'name{labels} value' of every sample whose name holds the word. */
function samples(meters: ShareMeters, world: MembersWorld, word: string, topic: string | undefined = 't'): string[] {
  const families = meters.families(world.shareGroups.report(), () => topic);
  return families
    .filter(({ name }) => name.includes(word))
    .flatMap(({ name, samples: all }) =>
      [...all].map(({ labels, value }) => `${name}{${Object.values(labels).join(',')}} ${value}`),
    );
}

describe('what is counted of share groups', () => {
  it('is requests, failures, bytes, acknowledged records and lost locks', async () => {
    const meters = new ShareMeters();
    const world = new MembersWorld({}, meters);
    world.append(4);
    await world.fetch('m');
    await world.acknowledge('m', 0, 1, 1);
    await world.acknowledge('m', 2, 2, RELEASE);
    await world.acknowledge('m', 0, 9, 1);
    await world.clock.advance(30_000);
    await world.fetch('n', { partitions: [{ topicId: TOPIC_ID, partition: 9, acknowledgements: [] }] });
    expect(samples(meters, world, 'fetch_requests')).toEqual([
      'kafka_server_share_fetch_requests_total{t} 2',
      'kafka_server_failed_share_fetch_requests_total{t} 1',
    ]);
    expect(samples(meters, world, 'acknowledgement_requests')).toEqual([
      'kafka_server_share_acknowledgement_requests_total{t} 3',
      'kafka_server_failed_share_acknowledgement_requests_total{t} 1',
    ]);
    expect(samples(meters, world, 'bytes_out')).toEqual([
      `kafka_server_share_bytes_out_total{t} ${world.logs[0]?.batches[0]?.length}`,
    ]);
    expect(samples(meters, world, 'record_acknowledgements')).toEqual(
      ['gap} 0', 'accept} 2', 'release} 1', 'reject} 0', 'renew} 0'].map(
        (end) => `kafka_server_share_record_acknowledgements_total{${end}`,
      ),
    );
    expect(samples(meters, world, 'timeouts')).toEqual(['kafka_server_share_acquisition_lock_timeouts_total{g,t,0} 1']);
    expect(samples(meters, world, 'in_flight')).toEqual([
      'kafka_server_share_in_flight_records{g,t,0} 2',
      'kafka_server_share_in_flight_batches{g,t,0} 1',
    ]);
    expect(samples(meters, world, 'session')).toEqual([
      'kafka_server_share_sessions{} 2',
      'kafka_server_share_session_partitions{} 2',
    ]);
  });

  it('is forgotten with its topic', async () => {
    const meters = new ShareMeters();
    const world = new MembersWorld({}, meters);
    await world.fetch('m');
    expect(samples(meters, world, 'share_fetch')).toHaveLength(2);
    meters.families(world.shareGroups.report(), () => undefined);
    expect(samples(meters, world, 'share_fetch')).toEqual([]);
  });
});

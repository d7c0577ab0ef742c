import { RequestMeters } from '../../../../src/broker/metrics/request-meters.ts';
import { type Answer, type ConnectionInfo } from '../../../../src/broker/net/index.ts';
import { exposition, parseExposition } from '../../../../src/util/exposition.ts';

const connection = {} as ConnectionInfo;

/** A frame that begins with this key and version. */
function frame(key: number, version: number, byteCount = 10): Buffer {
  const bytes = Buffer.alloc(byteCount);
  bytes.writeInt16BE(key, 0);
  bytes.writeInt16BE(version, 2);
  return bytes;
}

describe('request meters', () => {
  const meters = new RequestMeters((key) => ['Produce', 'Fetch'][key] ?? '');
  const answers: Record<number, Answer | Promise<Answer>> = {
    0: [Buffer.alloc(3), Buffer.alloc(4)],
    1: Promise.resolve([Buffer.alloc(5)]),
    2: 'close-connection',
  };
  const answer = meters.measured((given) => answers[given.length < 4 ? 2 : given.readInt16BE(0)] ?? 'no-answer');
  const read = () => parseExposition(exposition(meters.families()));
  const sampleOf = (name: string, labels: Record<string, string>) =>
    read()
      .get(name)
      ?.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;

  it('passes the answer on as it is', async () => {
    expect(answer(frame(0, 13), connection)).toBe(answers[0]);
    expect(await answer(frame(1, 4), connection)).toBe(await answers[1]);
    expect(answer(Buffer.alloc(2), connection)).toBe('close-connection');
  });

  it('counts requests, sizes and times by key and version', () => {
    const produce = { request: 'Produce', version: '13' };
    expect(sampleOf('kafka_network_requests_total', produce)).toBe(1);
    expect(sampleOf('kafka_network_request_bytes_total', produce)).toBe(10);
    expect(sampleOf('kafka_network_response_bytes_total', produce)).toBe(7);
    expect(sampleOf('kafka_network_response_bytes_total', { request: 'Fetch' })).toBe(5);
    expect(sampleOf('kafka_network_request_time_seconds_bucket', { request: 'Fetch', le: '+Inf' })).toBe(1);
    const buckets = read().get('kafka_network_request_time_seconds_bucket') ?? [];
    const values = buckets.filter(({ labels }) => labels.request === 'Produce').map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('keeps one meter for all that strangers may send', () => {
    for (let key = 2; key < 2000; key++) answer(frame(key, key), connection);
    answer(frame(0, 999), connection);
    const all = read().get('kafka_network_requests_total') ?? [];
    expect(all).toHaveLength(3);
    expect(sampleOf('kafka_network_requests_total', { request: 'unknown' })).toBe(1999);
    expect(sampleOf('kafka_network_refused_requests_total', { request: 'unknown' })).toBe(1);
  });
});

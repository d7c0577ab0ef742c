import { brokerApiVersionsText } from '../../../src/tools/broker-api-versions.ts';
import { endpointsText } from '../../../src/tools/cluster.ts';
import { logDirsJson } from '../../../src/tools/log-dirs.ts';

describe('lines of the tools that look at a cluster', () => {
  // Origin: kafka-cluster list-endpoints of Apache Kafka 4.3.1.
  it('lays endpoints out in columns as wide as hosts and racks', () => {
    const node = { id: 1, host: '127.0.0.1', port: 29392, rack: null, isFenced: false };
    expect(endpointsText({ kind: 'broker', nodes: [node] })).toBe(
      'ID         HOST      PORT       RACK       STATE      ENDPOINT_TYPE  \n' +
        '1          127.0.0.1 29392      null       unfenced   broker         \n',
    );
    expect(endpointsText({ kind: 'controller', nodes: [node] })).toBe(
      'ID         HOST      PORT       RACK       ENDPOINT_TYPE  \n' +
        '1          127.0.0.1 29392      null       controller     \n',
    );
    expect(endpointsText({ kind: 'broker', nodes: [{ ...node, rack: 'r1', isFenced: true }] })).toBe(
      'ID         HOST      PORT       RACK STATE      ENDPOINT_TYPE  \n' +
        '1          127.0.0.1 29392      r1 fenced     broker         \n',
    );
  });

  it('writes sizes of 64 bits as numbers', () => {
    const partitions = [{ partition: 'a-0', size: 9223372036854775807n, offsetLag: -1n, isFuture: false }];
    expect(logDirsJson([{ broker: 1, logDirs: [{ logDir: '/d"', error: null, partitions }] }])).toBe(
      '{"brokers":[{"broker":1,"logDirs":[{"partitions":[{"partition":"a-0","size":9223372036854775807,"offsetLag":-1,"isFuture":false}],"error":null,"logDir":"/d\\""}]}],"version":1}',
    );
  });

  it('tells which versions can be used', () => {
    const broker = { id: 1, host: 'h', port: 9092, rack: null };
    const apis = [
      { key: 0, name: 'Produce', range: { min: 0, max: 13 }, usable: 13, gap: null },
      { key: 1, name: 'Fetch', range: { min: 99, max: 99 }, usable: null, gap: 'node too new' as const },
      { key: 71, name: 'GetTelemetrySubscriptions', range: null, usable: null, gap: null },
      { key: 999, name: null, range: { min: 0, max: 1 }, usable: null, gap: null },
    ];
    expect(brokerApiVersionsText({ ...broker, apis, error: null })).toBe(
      'h:9092 (id: 1 rack: null isFenced: false) -> (\n\tProduce(0): 0 to 13 [usable: 13],\n\tFetch(1): 99 [unusable: node too new],\n\tGetTelemetrySubscriptions(71): UNSUPPORTED,\n\tUNKNOWN(999): 0 to 1\n)\n',
    );
    expect(brokerApiVersionsText({ ...broker, apis: null, error: 'gone' })).toBe(
      'h:9092 (id: 1 rack: null isFenced: false) -> ERROR: gone\n',
    );
  });
});

import {
  type ClientQuotaImage,
  type ClusterMetadata,
  type MetadataDelta,
} from '../../../../src/broker/cluster/index.ts';
import { ConnectionRates, createQuotas } from '../../../../src/broker/quotas/index.ts';
import { ManualClock } from '../../../../src/util/clock.ts';

type Row = readonly [entity: Readonly<Record<string, string | null>>, quotas: Readonly<Record<string, number>>];

/** Quotas that a test sets, in place of the metadata log. */
class FakeMetadata {
  clientQuotas: ClientQuotaImage[] = [];
  readonly configs: Record<string, string> = {
    'quota.window.num': '11',
    'quota.window.size.seconds': '1',
    'controller.quota.window.num': '11',
    'controller.quota.window.size.seconds': '1',
    'max.connection.creation.rate': '2147483647',
  };
  private readonly listeners: ((delta: MetadataDelta) => void)[] = [];

  brokerConfigValue(name: string): string {
    return this.configs[name] as string;
  }

  onChange(listener: (delta: MetadataDelta) => void): void {
    this.listeners.push(listener);
  }

  set(...rows: Row[]): void {
    this.clientQuotas = rows.map(([entity, quotas]) => ({
      entity: new Map(Object.entries(entity)),
      quotas: new Map(Object.entries(quotas)),
    }));
    const delta = { topics: [], configs: [], brokersChanged: false, clientQuotasChanged: true };
    for (const listener of this.listeners) listener(delta);
  }

  get asMetadata(): ClusterMetadata {
    return this as unknown as ClusterMetadata;
  }
}

const ALICE = { user: 'alice', clientId: 'c' };

describe('quotas of clients', () => {
  const metadata = new FakeMetadata();
  const clock = new ManualClock();
  const quotas = createQuotas(metadata.asMetadata, clock);
  /** Each step starts with fresh meters. */
  beforeEach(() => clock.advance(20_000));

  it('hold nobody up who has none', () => {
    expect(quotas.chargeProduced(ALICE, 1e12)).toBe(0);
    expect(quotas.fetchableBytes(ALICE)).toBe(Infinity);
    expect(quotas.hasRequestQuotas).toBe(false);
  });

  // KIP-55: from the most specific to the least.
  it('are looked up from pair to user to client id, names before defaults', () => {
    const rows: Row[] = [
      [{ user: 'alice', 'client-id': 'c' }, { consumer_byte_rate: 1 }],
      [{ user: 'alice', 'client-id': null }, { consumer_byte_rate: 2 }],
      [{ user: 'alice' }, { consumer_byte_rate: 3 }],
      [{ user: null, 'client-id': 'c' }, { consumer_byte_rate: 4 }],
      [{ user: null, 'client-id': null }, { consumer_byte_rate: 5 }],
      [{ user: null }, { consumer_byte_rate: 6 }],
      [{ 'client-id': 'c' }, { consumer_byte_rate: 7 }],
      [{ 'client-id': null }, { consumer_byte_rate: 8 }],
    ];
    const found = rows.map((_, from) => {
      metadata.set(...rows.slice(from));
      return quotas.fetchableBytes(ALICE) / 10;
    });
    expect(found).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    metadata.set(...rows.slice(2, 3));
    expect(quotas.fetchableBytes({ user: 'bob', clientId: 'c' })).toBe(Infinity);
  });

  it('of a user are shared by the clients of the user, of a pair they are not', () => {
    metadata.set([{ user: 'alice' }, { producer_byte_rate: 1000 }]);
    expect(quotas.chargeProduced(ALICE, 10_000)).toBe(0);
    expect(quotas.chargeProduced({ user: 'alice', clientId: 'd' }, 1000)).toBe(1000);
    metadata.set([{ user: null, 'client-id': null }, { producer_byte_rate: 1000 }]);
    expect(quotas.chargeProduced({ user: 'carol', clientId: 'c' }, 10_000)).toBe(0);
    expect(quotas.chargeProduced({ user: 'carol', clientId: 'd' }, 10_000)).toBe(0);
  });

  it('ask for no delay that an answer could not tell', () => {
    metadata.set([{ user: 'dave' }, { producer_byte_rate: 1, controller_mutation_rate: 0.001 }]);
    const dave = { user: 'dave', clientId: 'c' };
    expect(quotas.chargeProduced(dave, 1e9)).toBe(2147483647);
    const changes = quotas.mutationQuota(dave, false);
    changes.charge(1e7);
    expect(changes.throttleMs()).toBe(2147483647);
  });

  it('take back what a fetch was refused', () => {
    metadata.set([{ 'client-id': 'c' }, { consumer_byte_rate: 1000 }]);
    expect(quotas.chargeFetched(ALICE, 12_000)).toBe(2000);
    expect(quotas.chargeFetched(ALICE, 10_000)).toBe(0);
  });

  it('count what was delivered all the same', () => {
    metadata.set([{ 'client-id': 'c' }, { consumer_byte_rate: 1000 }]);
    expect(quotas.chargeDelivered(ALICE, 12_000)).toBe(2000);
    expect(quotas.chargeDelivered(ALICE, 10_000)).toBe(12_000);
    expect(quotas.chargeFetched(ALICE, 0)).toBe(12_000);
  });

  it('of time used make nobody wait longer than a window', () => {
    metadata.set([{ user: 'alice' }, { request_percentage: 1 }]);
    expect(quotas.hasRequestQuotas).toBe(true);
    expect(quotas.chargeRequest(ALICE, 100)).toBe(0);
    expect(quotas.chargeRequest(ALICE, 1)).toBe(100);
    expect(quotas.chargeRequest(ALICE, 60_000)).toBe(1000);
  });

  // KIP-599: old clients do not know the error, so what they ask for is done and they wait afterwards.
  it('of changes refuse new clients and delay old ones', async () => {
    metadata.set([{ user: 'alice' }, { controller_mutation_rate: 2 }]);
    const strict = () => quotas.mutationQuota(ALICE, true);
    const first = strict();
    first.charge(24);
    expect(first.throttleMs()).toBe(0);
    const second = strict();
    expect(() => second.charge(1)).toThrow('The throttling quota has been exceeded.');
    expect(second.throttleMs()).toBe(1000);
    await clock.advance(400);
    expect(second.throttleMs()).toBe(600);
    const old = quotas.mutationQuota(ALICE, false);
    old.charge(2);
    expect(old.throttleMs()).toBe(1600);
    await clock.advance(1600);
    expect(() => strict().charge(1)).not.toThrow();
  });
});

// KIP-612.
describe('rates of connections', () => {
  const addressOf = (name: string) => Promise.resolve(name === 'host.test' ? '10.0.0.9' : null);

  it('hold for an address, else for any other address', async () => {
    const metadata = new FakeMetadata();
    metadata.set(
      [{ ip: '10.0.0.1' }, { connection_creation_rate: 2 }],
      [{ ip: 'host.test' }, { connection_creation_rate: 1 }],
    );
    const rates = new ConnectionRates(metadata.asMetadata, new ManualClock(), { rateOf: () => null, addressOf });
    await new Promise((resolve) => setImmediate(resolve));
    const admitted = (address: string) => {
      let count = 0;
      while (count < 100 && rates.chargeAddress(address) === 0) count++;
      return count;
    };
    expect([admitted('10.0.0.1'), admitted('10.0.0.9'), admitted('10.0.0.2')]).toEqual([20, 10, 100]);
    metadata.set([{ ip: null }, { connection_creation_rate: 3 }]);
    expect([admitted('10.0.0.3'), admitted('10.0.0.4')]).toEqual([30, 30]);
  });

  it('of the broker follow the config and delay whoever comes next', async () => {
    const metadata = new FakeMetadata();
    const clock = new ManualClock();
    const rates = new ConnectionRates(metadata.asMetadata, clock, { rateOf: () => null, addressOf });
    for (let i = 0; i < 100; i++) expect(rates.chargeListener('L', false)).toBe(0);
    metadata.configs['max.connection.creation.rate'] = '5';
    for (let i = 0; i < 50; i++) expect(rates.chargeListener('L', false)).toBe(0);
    expect(rates.chargeListener('L', false)).toBe(200);
    await clock.advance(11_000);
    expect(rates.chargeListener('L', false)).toBe(0);
  });

  // KIP-612, kafka ConnectionQuotas: beside the broker's rate, which the brokers' own listener is spared.
  it('of a listener hold for it alone; the longer delay counts', () => {
    const metadata = new FakeMetadata();
    const rateOf = (listener: string) => (listener === 'SLOW' ? 2 : null);
    const rates = new ConnectionRates(metadata.asMetadata, new ManualClock(), { rateOf, addressOf });
    for (let i = 0; i < 20; i++) expect(rates.chargeListener('SLOW', false)).toBe(0);
    expect(rates.chargeListener('SLOW', false)).toBe(500);
    expect(rates.chargeListener('FAST', false)).toBe(0);
    metadata.configs['max.connection.creation.rate'] = '1';
    for (let i = 0; i < 10; i++) expect(rates.chargeListener('FAST', false)).toBe(0);
    expect(rates.chargeListener('FAST', false)).toBe(1000);
    expect(rates.chargeListener('INSIDE', true)).toBe(0);
    expect(rates.chargeListener('SLOW', true)).toBe(1000);
  });
});

import { hostname } from 'node:os';

/** A broker for one person's machine, as `klamm start` makes it. */
export interface LocalBroker {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly dataDirectory: string;
  /** `name=value` pairs that count more. */
  readonly overrides: ReadonlyMap<string, string>;
}

const ANY_ADDRESS = ['', '0.0.0.0', '::'];

/** Its server.properties: one node, internal topics with one replica, groups that begin at once. */
export function localBrokerProperties({ host, port, dataDirectory, overrides }: LocalBroker): Map<string, string> {
  const inUrl = (name: string) => (name.includes(':') ? `[${name}]` : name);
  const controller = `CONTROLLER://localhost:${port === 0 ? 0 : port + 1}`;
  const advertised = ANY_ADDRESS.includes(host) ? hostname() : host;
  return new Map([
    ['process.roles', 'broker,controller'],
    ['node.id', '1'],
    ['controller.quorum.voters', `1@localhost:${port + 1}`],
    ['controller.listener.names', 'CONTROLLER'],
    ['listeners', `PLAINTEXT://${inUrl(host)}:${port},${controller}`],
    ['advertised.listeners', `PLAINTEXT://${inUrl(advertised)}:${port}`],
    ['log.dirs', dataDirectory],
    ['offsets.topic.replication.factor', '1'],
    ['transaction.state.log.replication.factor', '1'],
    ['transaction.state.log.min.isr', '1'],
    ['share.coordinator.state.topic.replication.factor', '1'],
    ['share.coordinator.state.topic.min.isr', '1'],
    // Kafka waits 3 s for more members before a new group starts; nobody wants that on their own machine.
    ['group.initial.rebalance.delay.ms', '0'],
    ...overrides,
  ]);
}

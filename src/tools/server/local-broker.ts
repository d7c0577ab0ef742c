import { hostname } from 'node:os';

/** A broker for one person's machine, as `klamm start` makes it. */
export interface LocalBroker {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** 0: a free one. */
  readonly controllerPort: number;
  readonly dataDirectory: string;
  /** `name=value` pairs that count more. */
  readonly overrides: ReadonlyMap<string, string>;
}

const ANY_ADDRESS = ['', '0.0.0.0', '::'];

/** Its server.properties: one node, internal topics with one replica, groups that begin at once. */
export function localBrokerProperties(broker: LocalBroker): Map<string, string> {
  const inUrl = (name: string) => (name.includes(':') ? `[${name}]` : name);
  const { host, port, controllerPort, dataDirectory, overrides } = broker;
  const controller = `CONTROLLER://localhost:${controllerPort}`;
  const advertised = ANY_ADDRESS.includes(host) ? hostname() : host;
  return new Map([
    ['process.roles', 'broker,controller'],
    ['node.id', '1'],
    ['controller.quorum.voters', `1@localhost:${controllerPort || 1}`],
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

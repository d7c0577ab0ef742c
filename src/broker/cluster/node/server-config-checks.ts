import { ConfigError } from '../../../util/config-definition.ts';
import { JavaError } from '../../../util/java-error.ts';
import { type BrokerConfigs } from '../configs/broker.ts';
import { illegalArgument, type ListenerEndpoint, required, type SecurityProtocol } from './listeners.ts';
import { controllerListeners, effectiveDurationMs, type ServerConfig } from './server-config.ts';

type Unchecked = Omit<ServerConfig, 'listeners' | 'advertisedListeners' | 'interBrokerListenerName'> & {
  readonly protocols: ReadonlyMap<string, SecurityProtocol>;
  /** Called when it is their turn to be refused. */
  readonly parseListeners: () => Pick<ServerConfig, 'listeners' | 'advertisedListeners'>;
};

/** What concerns several configs, in Kafka's order and words (kafka 4.x KafkaConfig.validateValues and its parts). */
export function checkServerConfig({ protocols, parseListeners, ...config }: Unchecked): ServerConfig {
  const { values } = config;
  checkGroupTimeouts(values);
  if (!values.get('group.coordinator.rebalance.protocols').includes('classic')) {
    throw new ConfigError("Disabling the 'classic' protocol is not supported.");
  }
  checkAssignors(values);
  if (values.get('node.id') !== values.get('broker.id')) {
    throw new ConfigError('You must set `node.id` to the same value as `broker.id`.');
  }
  checkLogs(config);
  const { listeners, advertisedListeners } = parseListeners();
  const checked = { ...config, listeners, advertisedListeners };
  checkRoles(checked, protocols);
  const interBrokerListenerName = interBrokerListener(values, protocols);
  if (config.processRoles.has('broker')) checkBrokerListeners(checked, interBrokerListenerName);
  checkAddresses(checked);
  checkSasl(values, protocols.get(interBrokerListenerName));
  checkConnections(values);
  return { ...checked, interBrokerListenerName };
}

type AnyNumber = Parameters<BrokerConfigs['number']>[0];

function isOrdered(values: BrokerConfigs, low: string, high: string): boolean {
  return values.number(low as AnyNumber) <= values.number(high as AnyNumber);
}

/** Each timeout of a group protocol lies between its own limits. */
function checkGroupTimeouts(values: BrokerConfigs): void {
  for (const kind of ['consumer', 'share', 'streams']) {
    for (const what of ['heartbeat.interval.ms', 'session.timeout.ms', 'assignment.interval.ms']) {
      const [least, own, most] = [`group.${kind}.min.${what}`, `group.${kind}.${what}`, `group.${kind}.max.${what}`];
      if (!isOrdered(values, least, most)) throw illegalArgument(`${most} must be greater than or equal to ${least}`);
      if (!isOrdered(values, least, own)) throw illegalArgument(`${own} must be greater than or equal to ${least}`);
      checkAtMost(values, own, most);
    }
    const [heartbeat, session] = [`group.${kind}.heartbeat.interval.ms`, `group.${kind}.session.timeout.ms`];
    if (isOrdered(values, session, heartbeat)) throw illegalArgument(`${heartbeat} must be less than ${session}`);
  }
  checkAtMost(values, 'group.streams.num.standby.replicas', 'group.streams.max.standby.replicas');
  for (const what of ['delivery.count.limit', 'record.lock.duration.ms', 'partition.max.record.locks']) {
    const [least, own, most] = [`group.share.min.${what}`, `group.share.${what}`, `group.share.max.${what}`];
    if (!isOrdered(values, least, own)) throw illegalArgument(`${own} must be greater than or equal to ${least}`);
    if (!isOrdered(values, own, most)) throw illegalArgument(`${most} must be greater than or equal to ${own}`);
  }
  const [members, sessions] = ['group.share.max.size', 'group.share.max.share.sessions'];
  if (!isOrdered(values, members, sessions)) {
    throw illegalArgument(`${sessions} must be greater than or equal to ${members}`);
  }
}

function checkAtMost(values: BrokerConfigs, own: string, most: string): void {
  if (!isOrdered(values, own, most)) throw illegalArgument(`${own} must be less than or equal to ${most}`);
}

const ASSIGNORS = {
  'group.consumer.assignors': [
    'uniform',
    'range',
    'org.apache.kafka.coordinator.group.assignor.UniformAssignor',
    'org.apache.kafka.coordinator.group.assignor.RangeAssignor',
  ],
  'group.share.assignors': ['simple', 'org.apache.kafka.coordinator.group.assignor.SimpleAssignor'],
} as const;

function checkAssignors(values: BrokerConfigs): void {
  for (const name of ['group.consumer.assignors', 'group.share.assignors'] as const) {
    for (const assignor of values.get(name)) {
      if ((ASSIGNORS[name] as readonly string[]).includes(assignor)) continue;
      throw new JavaError('org.apache.kafka.common.KafkaException', `Class ${assignor} cannot be found`);
    }
  }
}

const MEBIBYTE = 1024 * 1024;

function checkLogs({ values }: Unchecked | { values: BrokerConfigs }): void {
  required(effectiveDurationMs(values, 'log.roll.ms') >= 1n, 'log.roll.ms must be greater than or equal to 1');
  required(
    effectiveDurationMs(values, 'log.roll.jitter.ms') >= 0n,
    'log.roll.jitter.ms must be greater than or equal to 0',
  );
  required(
    effectiveDurationMs(values, 'log.retention.ms') !== 0n,
    'log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
  );
  const cleanerThreads = values.get('log.cleaner.threads');
  if (cleanerThreads === 0) throw new JavaError('java.lang.ArithmeticException', '/ by zero');
  required(
    values.number('log.cleaner.dedupe.buffer.size') / cleanerThreads > MEBIBYTE,
    'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.',
  );
  const fetchWaitMs = values.get('replica.fetch.wait.max.ms');
  required(
    fetchWaitMs <= values.get('replica.socket.timeout.ms'),
    'replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts',
  );
  required(
    fetchWaitMs <= values.number('replica.lag.time.max.ms'),
    'replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR',
  );
  const cordoned = values.get('cordoned.log.dirs') ?? [];
  const logDirs = values.get('log.dirs') ?? values.get('log.dir');
  required(
    cordoned.length < 2 || !cordoned.includes('*'),
    'When cordoned.log.dirs is set to *, it must not contain other values',
  );
  const missing = cordoned.includes('*') ? [] : cordoned.filter((directory) => !logDirs.includes(directory));
  const text = 'All entries in cordoned.log.dirs must be present in log.dirs or log.dir.';
  required(missing.length === 0, `${text} Missing entries : ${missing.join(', ')}`);
}

type WithListeners = Omit<ServerConfig, 'interBrokerListenerName'>;

function checkRoles(config: WithListeners, protocols: ReadonlyMap<string, SecurityProtocol>): void {
  const { nodeId, processRoles, quorumVoters, controllerListenerNames, values } = config;
  if (quorumVoters.length === 0 && values.get('controller.quorum.bootstrap.servers').length === 0) {
    throw new ConfigError(
      'If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or ' +
        'controller.quorum.voters must contain a parseable set of controllers.',
    );
  }
  const voterIds = quorumVoters.map((voter) => voter.nodeId);
  const voters = `the set of voters controller.quorum.voters=Set(${voterIds.join(', ')})`;
  const ownControllers = controllerListeners(config);
  if (!processRoles.has('controller')) {
    required(
      !voterIds.includes(nodeId),
      `If process.roles contains just the 'broker' role, the node id ${nodeId} must not be included in ${voters}`,
    );
    required(
      ownControllers.length === 0,
      "controller.listener.names must not contain a value appearing in the 'listeners' configuration when running KRaft " +
        'with just the broker role',
    );
    const unmapped = controllerListenerNames.find((name) => !protocols.has(name));
    if (unmapped !== undefined) {
      throw new ConfigError(
        `Controller listener with name ${unmapped} defined in controller.listener.names not found in ` +
          'listener.security.protocol.map  (an explicit security mapping for each controller listener is required if ' +
          'listener.security.protocol.map is non-empty, or if there are security protocols other than PLAINTEXT in use)',
      );
    }
    return;
  }
  if (!processRoles.has('broker')) {
    required(
      ownControllers.length === config.listeners.length,
      'The listeners config must only contain KRaft controller listeners from controller.listener.names when ' +
        'process.roles=controller',
    );
  }
  required(
    voterIds.length === 0 || voterIds.includes(nodeId),
    `If process.roles contains the 'controller' role, the node id ${nodeId} must be included in ${voters}`,
  );
  const role = "the 'listeners' configuration when running the KRaft controller role";
  required(ownControllers.length > 0, `controller.listener.names must contain at least one value appearing in ${role}`);
  required(
    controllerListenerNames.every((name) => config.listeners.some((one) => one.listener === name)),
    `controller.listener.names must only contain values appearing in ${role}`,
  );
}

function interBrokerListener(values: BrokerConfigs, protocols: ReadonlyMap<string, SecurityProtocol>): string {
  const name = values.get('inter.broker.listener.name');
  if (name === null) return values.get('security.inter.broker.protocol');
  if (values.isSet('security.inter.broker.protocol')) {
    throw new ConfigError('Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.');
  }
  const listener = name.toUpperCase();
  if (!protocols.has(listener)) {
    const where = 'inter.broker.listener.name not found in listener.security.protocol.map';
    throw new ConfigError(`Listener with name ${listener} defined in ${where}`);
  }
  return listener;
}

function names(endpoints: readonly ListenerEndpoint[]): string {
  return endpoints.map((one) => one.listener).join(',');
}

function checkBrokerListeners({ listeners, advertisedListeners }: WithListeners, interBroker: string): void {
  required(
    advertisedListeners.length > 0,
    'There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?',
  );
  required(
    advertisedListeners.some((one) => one.listener === interBroker),
    'inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on ' +
      `currently configured listeners are ${names(advertisedListeners)}`,
  );
  required(
    advertisedListeners.every((one) => listeners.some((own) => own.listener === one.listener)),
    'advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found ' +
      `${names(advertisedListeners)}. The valid options based on the current configuration are ${names(listeners)}`,
  );
}

function checkAddresses(config: WithListeners): void {
  const advertised = [...config.advertisedListeners, ...controllerListeners(config)];
  const text = 'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.';
  const early = config.values.get('early.start.listeners') ?? [];
  const known = [...config.listeners.map((one) => one.listener), ...config.controllerListenerNames];
  const stranger = early.map((name) => name.toUpperCase()).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const where = 'but this is not contained in listeners or controller.listener.names';
    throw new ConfigError(`early.start.listeners contains listener ${stranger}, ${where}`);
  }
  const controllersSayTheirs = config.values.get('advertised.listeners') !== null;
  const wildcards = advertised.filter((one) => one.host === '0.0.0.0');
  const isFine = wildcards.every(
    (one) => controllersSayTheirs && config.controllerListenerNames.includes(one.listener),
  );
  required(isFine, text);
}

function checkSasl(values: BrokerConfigs, interBroker: SecurityProtocol | undefined): void {
  if (interBroker !== 'SASL_PLAINTEXT' && interBroker !== 'SASL_SSL') return;
  required(
    values.get('sasl.enabled.mechanisms').includes(values.get('sasl.mechanism.inter.broker.protocol')),
    'sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms when SASL is used for inter-broker ' +
      'communication',
  );
}

const HOST = /^[0-9a-zA-Z\-%._:]*$/;

/** max.connections.per.ip.overrides: connections by address or host name. Throws JavaError. */
export function connectionOverrides(text: string): Map<string, number> {
  const overrides = new Map<string, number>();
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue;
    const colon = entry.lastIndexOf(':');
    if (colon < 0) {
      const cause = `begin 0, end -1, length ${entry.length}`;
      throw illegalArgument(`Error parsing configuration property 'max.connections.per.ip.overrides': ${cause}`);
    }
    const count = entry.slice(colon + 1).trim();
    if (!/^[+-]?[0-9]+$/.test(count)) {
      throw new JavaError('java.lang.NumberFormatException', `For input string: "${count}"`);
    }
    overrides.set(entry.slice(0, colon).trim(), Number(count));
  }
  return overrides;
}

function checkConnections(values: BrokerConfigs): void {
  const queuedBytes = values.number('queued.max.request.bytes');
  required(
    queuedBytes <= 0 || queuedBytes >= values.get('socket.request.max.bytes'),
    'queued.max.request.bytes must be larger or equal to socket.request.max.bytes',
  );
  const overrides = connectionOverrides(values.get('max.connections.per.ip.overrides'));
  required(
    values.get('max.connections.per.ip') !== 0 || overrides.size > 0,
    'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
  );
  const invalid = [...overrides.keys()].filter((address) => !HOST.test(address));
  if (invalid.length > 0) {
    throw illegalArgument(`max.connections.per.ip.overrides contains invalid addresses : ${invalid.join(',')}`);
  }
  const idleMs = values.number('connections.max.idle.ms');
  const delayMs = values.get('connection.failed.authentication.delay.ms');
  required(
    idleMs < 0 || delayMs < idleMs,
    `connection.failed.authentication.delay.ms=${delayMs} should always be less than connections.max.idle.ms=${idleMs} to ` +
      'prevent failed authentication responses from timing out',
  );
}

import { homedir } from 'node:os';
import { option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  type ClusterStatus,
  clusterStatus,
  type MetricsAddress,
  parseMetricsAddress,
  RunningServers,
  type Traffic,
  trafficOf,
  userDirectories,
} from '../tools/status/index.ts';
import { JavaError } from '../util/java-error.ts';

/** One line of what to look at: a cluster, and the metrics of the broker it was reached through, if they are known. */
interface Target {
  readonly address: string;
  readonly metrics: MetricsAddress | null;
}

interface Status extends ClusterStatus {
  readonly bootstrapServer: string;
  /** Null: the broker has no metrics port, or nobody told where it is. */
  readonly traffic: Traffic | null;
}

export default class StatusCommand extends ToolCommand {
  static override summary = 'Show how brokers fare: topics, groups, disks, traffic';
  static override tool = {};
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      help: 'A broker of the cluster. Default: every broker that you run on this machine.',
    }),
    'command-config': option.string({ argument: 'file', help: 'File with settings of the admin client.' }),
    metrics: option.string({
      argument: 'host:port',
      help: 'Metrics port of the broker, for its traffic. Default: what a broker of yours on this machine serves.',
    }),
    'look-ms': option.int({ argument: 'ms', default: 1000, help: 'How long to look at the traffic.' }),
  };

  override async execute({ options, context, face }: ToolRun<typeof StatusCommand.flags>) {
    const given = options.value('metrics');
    const metrics = given === undefined ? null : parseMetricsAddress(given);
    const lookMs = options.value('look-ms');
    const configFile = options.value('command-config');
    const statuses: Status[] = [];
    for (const { address, metrics: known } of targets(options.value('bootstrap-server'), metrics)) {
      const session = { bootstrapServers: address, configFile, connectPatienceMs: 10_000 };
      const [cluster, traffic] = await Promise.all([
        clusterStatus(session, context),
        known === null ? null : trafficOf(known, lookMs, context),
      ]);
      statuses.push({ bootstrapServer: address, ...cluster, traffic });
    }
    await face.print(statuses, { text: (all) => all.map(pageOf).join('\n') });
    const isWell = ({ offlinePartitionCount, brokers, traffic }: Status): boolean =>
      offlinePartitionCount === 0 &&
      brokers.every(({ logDirs }) => logDirs.every(({ isOffline }) => !isOffline)) &&
      (traffic === null || traffic.health === 'ok');
    return statuses.every(isWell) ? 0 : 1;
  }
}

function targets(bootstrapServer: string | undefined, metrics: MetricsAddress | null): Target[] {
  const { runtime } = userDirectories(process.env, homedir(), process.getuid?.() ?? 0);
  const running = new RunningServers(runtime).all();
  const own = running.map(
    (server): Target => ({ address: `${server.host}:${server.port}`, metrics: server.metrics ?? null }),
  );
  if (bootstrapServer !== undefined) {
    const known = own.find(({ address }) => address === bootstrapServer)?.metrics ?? null;
    return [{ address: bootstrapServer, metrics: metrics ?? known }];
  }
  if (own.length > 0) return own.map((target) => ({ ...target, metrics: metrics ?? target.metrics }));
  const text = 'No broker of yours runs on this machine; say which one by --bootstrap-server HOST:PORT';
  throw new JavaError('java.lang.IllegalStateException', text);
}

function pageOf(status: Status): string {
  const { bootstrapServer, clusterId, controllerId, brokers, traffic, groupCounts } = status;
  const { offlinePartitionCount, underReplicatedPartitionCount } = status;
  const groups = Object.entries(groupCounts).map(([state, count]) => `${count} ${state}`);
  const rows: [string, string][] = [
    ['cluster', `${clusterId ?? 'without an id'}, ${counted(brokers.length, 'broker')}, controller ${controllerId}`],
    ['topics', `${counted(status.topicCount, 'topic')}, ${counted(status.partitionCount, 'partition')}`],
    ['trouble', trouble(offlinePartitionCount, underReplicatedPartitionCount)],
    ['groups', groups.length === 0 ? 'none' : groups.join(', ')],
    ...brokers.flatMap(({ id, logDirs }) =>
      logDirs.map(({ path, isOffline, sizeBytes }): [string, string] => [
        `broker ${id}`,
        `${path}, ${isOffline ? 'OFFLINE' : bytes(Number(sizeBytes))}`,
      ]),
    ),
  ];
  if (traffic === null) rows.push(['traffic', 'unknown: the broker serves no metrics (klamm.metrics.port)']);
  else rows.push(...trafficRows(traffic));
  return `${bootstrapServer}\n${rows.map(([name, text]) => `  ${name.padEnd(12)}${text}\n`).join('')}`;
}

function trafficRows(traffic: Traffic): [string, string][] {
  const { messagesIn, messagesInPerSecond, bytesInPerSecond, bytesOutPerSecond, failedRequestsPerSecond } = traffic;
  const failures = failedRequestsPerSecond > 0 ? `, ${Math.ceil(failedRequestsPerSecond)}/s failed` : '';
  return [
    ['health', `${traffic.health}, up ${duration(traffic.uptimeSeconds)}`],
    ['in', `${Math.round(messagesInPerSecond)} records/s, ${bytes(bytesInPerSecond)}/s, ${messagesIn} since the start`],
    ['out', `${bytes(bytesOutPerSecond)}/s`],
    [
      'requests',
      `${Math.round(traffic.requestsPerSecond)}/s${failures}, ${counted(traffic.connectionCount, 'connection')}`,
    ],
    ['process', `${bytes(traffic.memoryBytes)}, ${Math.round(traffic.cpuShare * 100)} % of a processor`],
  ];
}

function trouble(offline: number, underReplicated: number): string {
  if (offline + underReplicated === 0) return 'none';
  return `${counted(offline, 'partition')} offline, ${counted(underReplicated, 'partition')} under-replicated`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  return `${(count / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}

function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return (first < 0 ? parts.slice(-1) : parts.slice(first, first + 2))
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

import { readFileSync } from 'node:fs';
import {
  type Cluster,
  openCluster,
  parseServerConfig,
  prepareLogDirectories,
} from '../../../../src/broker/cluster/index.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { type LogLevel } from '../../../../src/util/logger.ts';
import { MemoryFileSystem } from '../log/memory-filesystem.ts';

export const PROPERTIES = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': '1@127.0.0.1:19193',
  listeners: 'PLAINTEXT://127.0.0.1:19192,CONTROLLER://127.0.0.1:19193',
  'advertised.listeners': 'PLAINTEXT://127.0.0.1:19192',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': '/logs',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
};

export interface WorldOptions {
  readonly properties?: Readonly<Record<string, string>>;
  readonly fileSystem?: MemoryFileSystem;
  readonly formats?: boolean;
}

/** A cluster of one node over a disk in memory. */
export class ClusterWorld {
  readonly fileSystem: MemoryFileSystem;
  readonly clock: ManualClock;
  readonly logged: readonly string[];
  readonly cluster: Cluster;

  private constructor(cluster: Cluster, clock: ManualClock, fileSystem: MemoryFileSystem, logged: readonly string[]) {
    this.cluster = cluster;
    this.clock = clock;
    this.fileSystem = fileSystem;
    this.logged = logged;
  }

  get metadata() {
    return this.cluster.metadata;
  }

  get controller() {
    return this.cluster.controller;
  }

  /** `register` false stops before the broker makes itself known. */
  static async open(options: WorldOptions = {}, register = true): Promise<ClusterWorld> {
    const { properties = {}, fileSystem = new MemoryFileSystem(), formats = true } = options;
    const logged: string[] = [];
    const logger = { log: (level: LogLevel, text: string) => void logged.push(`${level} ${text}`) };
    const clock = new ManualClock();
    const config = parseServerConfig(new Map(Object.entries({ ...PROPERTIES, ...properties })));
    const directories = prepareLogDirectories(config, { clock, logger, fileSystem, formats });
    const cluster = await openCluster({ config, directories, clock, logger, fileSystem, hostName: 'node-1.test' });
    if (register) await cluster.register(new Map());
    return new ClusterWorld(cluster, clock, fileSystem, logged);
  }

  /** What a broker that was killed now would leave, opened again. */
  reopenAfterCrash(properties: Readonly<Record<string, string>> = {}): Promise<ClusterWorld> {
    const { journal } = this.fileSystem;
    return ClusterWorld.open({
      properties,
      fileSystem: MemoryFileSystem.after(journal, journal.length),
      formats: false,
    });
  }

  createTopic(name: string, partitionCount = 1, configs: Readonly<Record<string, string | null>> = {}) {
    return this.controller.createTopic(
      {
        name,
        partitionCount,
        replicationFactor: -1,
        assignments: new Map(),
        configs: new Map(Object.entries(configs)),
      },
      false,
    );
  }
}

export const fixture = (path: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/cluster/${path}`, import.meta.url));

export function putFile(fileSystem: MemoryFileSystem, path: string, content: Buffer): void {
  fileSystem.makeDirectory(path.slice(0, path.lastIndexOf('/')));
  const file = fileSystem.open(path, 'create');
  file.write(content, 0, content.length, 0);
  file.close();
}

/** The first bytes of a metadata log that Apache Kafka wrote, up to its clean stop. */
export const KAFKA_LOG_BYTES = 23868;

/** A disk with `__cluster_metadata-0` of Apache Kafka, formatted for its node. */
export function kafkaDisk(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  putFile(fileSystem, '/logs/meta.properties', fixture('meta.properties'));
  putFile(fileSystem, '/logs/bootstrap.checkpoint', fixture('bootstrap.checkpoint'));
  const directory = '/logs/__cluster_metadata-0';
  const log = fixture('cluster-metadata/00000000000000000000.log').subarray(0, KAFKA_LOG_BYTES);
  putFile(fileSystem, `${directory}/00000000000000000000.log`, log);
  putFile(fileSystem, `${directory}/partition.metadata`, fixture('cluster-metadata/partition.metadata'));
  return fileSystem;
}

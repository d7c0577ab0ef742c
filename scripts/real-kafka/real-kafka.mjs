// Apache Kafka 4.3.1 as the reference: its jars come through Maven, each tool gets a small start script.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, isListening } from '../ports.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const LAYOUT = `Configuration:
  Appenders:
    Console:
      name: STDERR
      target: SYSTEM_ERR
      PatternLayout: {pattern: "[%d] %p %m (%c)%n"}
  Loggers:
    Root: {level: WARN, AppenderRef: [{ref: STDERR}]}
`;

/** Tool name -> Java class. */
export const CLASSES = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-console-share-consumer': 'org.apache.kafka.tools.consumer.ConsoleShareConsumer',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-groups': 'org.apache.kafka.tools.GroupsCommand',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-consumer-perf-test': 'org.apache.kafka.tools.ConsumerPerformance',
  'kafka-e2e-latency': 'org.apache.kafka.tools.EndToEndLatency',
  'kafka-storage': 'kafka.tools.StorageTool',
  'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
  'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-acls': 'org.apache.kafka.tools.AclCommand',
  'kafka-leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'kafka-reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-dump-log': 'org.apache.kafka.tools.DumpLogSegments',
  'kafka-transactions': 'org.apache.kafka.tools.TransactionsCommand',
  'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'kafka-verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
  'kafka-verifiable-consumer': 'org.apache.kafka.tools.VerifiableConsumer',
  'kafka-share-groups': 'org.apache.kafka.tools.consumer.group.ShareGroupCommand',
  'kafka-server-start': 'kafka.Kafka',
};

/** Installs the jars (once) and writes `tools/NAME`. Returns { root, tools } or { missing: why }. */
export function installKafka(root = process.env.KAFKA_ROOT ?? join(here, '../../.cache/kafka')) {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error) return { missing: 'no Java on PATH' };
  const libs = join(root, 'libs');
  mkdirSync(join(root, 'tools'), { recursive: true });
  if (!existsSync(libs)) {
    const maven = spawnSync(
      'mvn',
      ['-q', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    if (maven.error) return { missing: 'no Maven on PATH' };
    if (maven.status !== 0) return { missing: 'Maven could not fetch Apache Kafka' };
  }
  const layout = join(root, 'tools-log4j2.yaml');
  writeFileSync(layout, LAYOUT);
  const classpath = readdirSync(libs)
    .map((jar) => join(libs, jar))
    .join(':');
  const quick = `-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xlog:disable -Xlog:all=off -Djava.awt.headless=true -Dlog4j2.configurationFile=${layout}`;
  for (const [name, javaClass] of Object.entries(CLASSES)) {
    const file = join(root, 'tools', name);
    if (process.env.KAFKA_ROOT && existsSync(file)) continue;
    writeFileSync(
      file,
      `#!/usr/bin/env bash\nexec java -Xmx512M ${quick} \${KAFKA_OPTS:-} -cp "${classpath}" ${javaClass} "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
  return { root, tools: join(root, 'tools'), classpath };
}

export async function waitForPort(port, child, seconds = 60) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the broker ended with ${child.exitCode} before it listened`);
    if (await isListening(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Settings under which the conformance cases were recorded, for either broker. */
export function serverProperties(dir, port, controllerPort) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(dir, 'logs')}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
`;
}

/**
 * Formats and starts a broker with the `kafka-storage` and `kafka-server-start` of a tools directory: ours or Apache's.
 * Returns { port, pid, stop() }.
 */
export async function startServer({ tools, dir, extra = '' }) {
  mkdirSync(dir, { recursive: true });
  const [port, controllerPort] = await freePorts(2);
  const file = join(dir, 'server.properties');
  writeFileSync(file, serverProperties(dir, port, controllerPort) + extra);
  execFileSync(join(tools, 'kafka-storage'), ['format', '-t', CLUSTER_ID, '-c', file, '--ignore-formatted'], {
    stdio: 'ignore',
  });
  const log = join(dir, 'server.log');
  const child = spawn('bash', ['-c', `exec "$0" "$1" >"$2" 2>&1`, join(tools, 'kafka-server-start'), file, log], {
    stdio: 'ignore',
  });
  await waitForPort(port, child);
  return {
    port,
    pid: child.pid,
    file,
    logDir: join(dir, 'logs'),
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', resolve);
        child.kill(signal);
        setTimeout(() => child.kill('SIGKILL'), 20_000).unref();
      }),
  };
}

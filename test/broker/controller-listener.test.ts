import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Validator } from '@cfworker/json-schema';
import ClusterCommand from '../../src/commands/cluster.ts';
import MetadataQuorum from '../../src/commands/metadata-quorum.ts';
import { EndpointType } from '../../src/protocol/enums.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { describeCluster } from '../../src/protocol/messages/60-describe-cluster.ts';
import { addRaftVoter } from '../../src/protocol/messages/80-add-raft-voter.ts';
import { removeRaftVoter } from '../../src/protocol/messages/81-remove-raft-voter.ts';
import { updateRaftVoter } from '../../src/protocol/messages/82-update-raft-voter.ts';
import { ZERO_UUID } from '../../src/protocol/primitives.ts';
import { runInProcess } from '../unit/commands/in-process.ts';
import { TestBroker } from './harness.ts';
import { RawClient } from './raw-client.ts';

const DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAw';

describe('the controller listener', () => {
  let broker: TestBroker;
  let controllerPort: number;
  let client: RawClient;
  beforeAll(async () => {
    broker = await TestBroker.start();
    controllerPort = broker.running.controllerListeners[0]?.port ?? 0;
    client = await RawClient.connect(controllerPort);
  });
  afterAll(async () => {
    client.close();
    await broker.stop();
  });

  it('says which APIs it serves: nothing about records and groups', async () => {
    const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
    const { apiKeys, zkMigrationReady } = await client.send(apiVersions, 4, software);
    const keys = apiKeys.map(({ apiKey }) => apiKey);
    expect(keys).toEqual(expect.arrayContaining([18, 19, 20, 32, 44, 55, 57, 60, 80, 81]));
    for (const key of [0, 1, 2, 3, 8, 11, 22, 48, 68]) expect(keys).not.toContain(key);
    expect(zkMigrationReady).toBe(false);
    const onBroker = await (await broker.connect()).send(apiVersions, 4, software);
    expect(onBroker.apiKeys.map(({ apiKey }) => apiKey)).toContain(0);
  });

  it('names controllers, not brokers', async () => {
    const answer = await client.send(describeCluster, 2, { endpointType: EndpointType.CONTROLLER });
    expect(answer).toMatchObject({
      errorCode: 0,
      controllerId: 1,
      endpointType: EndpointType.CONTROLLER,
      brokers: [{ brokerId: 1, host: '127.0.0.1', port: controllerPort }],
    });
    expect(await client.send(describeCluster, 2, { endpointType: EndpointType.BROKER })).toMatchObject({
      errorCode: Errors.MISMATCHED_ENDPOINT_TYPE,
      errorMessage: 'The request was sent to an endpoint of type CONTROLLER, but we wanted an endpoint of type BROKER',
    });
    expect(await client.send(describeCluster, 2, { endpointType: 3 })).toMatchObject({
      errorCode: Errors.UNSUPPORTED_ENDPOINT_TYPE,
    });
  });

  it('makes topics, and ends the connection for what is a broker’s', async () => {
    const topics = [{ name: 'by-controller', numPartitions: 1, replicationFactor: 1 }];
    expect((await client.send(createTopics, 7, { topics, timeoutMs: 5000 })).topics[0]?.errorCode).toBe(0);
    const stranger = await RawClient.connect(controllerPort);
    await expect(stranger.send(metadata, 12, { topics: null })).rejects.toThrow();
    stranger.close();
  });

  // Texts of a node of Apache Kafka 4.3.1 with controller.quorum.voters.
  it('refuses to change a quorum whose members are fixed', async () => {
    const voter = { voterId: 2, voterDirectoryId: DIRECTORY };
    const listeners = [{ name: 'CONTROLLER', host: 'localhost', port: 1 }];
    const add = (more: object) => client.send(addRaftVoter, 1, { clusterId: null, listeners, ...voter, ...more });
    expect(await add({})).toMatchObject({
      errorCode: Errors.UNSUPPORTED_VERSION,
      errorMessage: "Cluster doesn't support adding voter because the kraft.version feature is 0",
    });
    expect(await add({ clusterId: 'other' })).toMatchObject({
      errorCode: Errors.INCONSISTENT_CLUSTER_ID,
      errorMessage: `The given id "other" doesn't match the cluster id "${broker.running.clusterId}"`,
    });
    expect(await add({ voterId: -1 })).toMatchObject({ errorCode: Errors.INVALID_REQUEST });
    expect(await add({ listeners: [] })).toMatchObject({ errorCode: Errors.INVALID_REQUEST });
    expect(await client.send(removeRaftVoter, 0, { clusterId: null, ...voter })).toMatchObject({
      errorCode: Errors.UNSUPPORTED_VERSION,
      errorMessage: "Cluster doesn't support removing voter because the kraft.version feature is 0",
    });
  });

  it('hears voters, and names the leader', async () => {
    const listeners = [{ name: 'CONTROLLER', host: 'localhost', port: 1 }];
    const voter = { clusterId: null, currentLeaderEpoch: 1, voterId: 1, voterDirectoryId: DIRECTORY, listeners };
    const update = async (more: object) => {
      const { errorCode, currentLeader } = await client.send(updateRaftVoter, 0, { ...voter, ...more });
      expect(currentLeader).toEqual({ leaderId: 1, leaderEpoch: 1, host: '127.0.0.1', port: controllerPort });
      return errorCode;
    };
    expect(await update({ voterDirectoryId: ZERO_UUID })).toBe(Errors.INVALID_REQUEST);
    expect(await update({ clusterId: 'other' })).toBe(Errors.INCONSISTENT_CLUSTER_ID);
    expect(await update({ currentLeaderEpoch: 0 })).toBe(Errors.FENCED_LEADER_EPOCH);
    expect(await update({ currentLeaderEpoch: 9 })).toBe(Errors.UNKNOWN_LEADER_EPOCH);
    expect(await update({})).toBe(Errors.UNSUPPORTED_VERSION);
  });

  it('says which broker is not there to be removed; the client logs it, as Java’s does', async () => {
    const argv = ['unregister', '--bootstrap-controller', `127.0.0.1:${controllerPort}`, '--id', '9'];
    const { stderr, log, code } = await runInProcess(ClusterCommand, 'cluster', argv);
    expect(stderr).toContain('BrokerIdNotRegisteredException: Broker ID 9 is not currently registered\n');
    expect(log).toContain(
      'ERROR [AdminClient clientId=adminclient-1] Unregister broker request for broker ID 9 failed: Broker ID 9 is not currently registered (org.apache.kafka.clients.admin.KafkaAdminClient)',
    );
    expect(code).toBe(1);
  });

  describe('kafka-metadata-quorum', () => {
    let directory: string;
    beforeAll(() => {
      directory = mkdtempSync(`${tmpdir()}/klamm-quorum-`);
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    const run = (argv: readonly string[], face: 'exact' | 'comfort' = 'exact') => {
      const server = broker.bootstrapOption;
      return runInProcess(MetadataQuorum, 'metadata-quorum', [...server, ...argv], face);
    };
    const file = (name: string, text: string): string => {
      writeFileSync(`${directory}/${name}`, text);
      return `${directory}/${name}`;
    };

    it.each(['--bootstrap-server', '--bootstrap-controller'])('shows the status, asked by %s', async (option) => {
      const port = option === '--bootstrap-server' ? broker.port : controllerPort;
      const argv = [option, `127.0.0.1:${port}`, 'describe', '--status'];
      const { stdout, stderr } = await runInProcess(MetadataQuorum, 'metadata-quorum', argv);
      expect({ lines: stdout.replace(/(ClusterId|HighWatermark): .*/g, '$1').split('\n'), stderr }).toEqual({
        stderr: '',
        lines: [
          'ClusterId',
          'LeaderId:               1',
          'LeaderEpoch:            1',
          'HighWatermark',
          'MaxFollowerLag:         0',
          'MaxFollowerLagTimeMs:   0',
          `CurrentVoters:          [{"id": 1, "endpoints": ["CONTROLLER://127.0.0.1:${controllerPort}"]}]`,
          'CurrentObservers:       []',
          '',
        ],
      });
    });

    it('shows how far each member is', async () => {
      const [head, row] = (await run(['describe', '--replication', '--human-readable'])).stdout.split('\n');
      expect(head?.replace(/ +/g, '')).toBe(
        'NodeId\tDirectoryId\tLogEndOffset\tLag\tLastFetchTimestamp\tLastCaughtUpTimestamp\tStatus\t',
      );
      expect(row).toMatch(/^1 +\tA{22}\t\d+ +\t0 +\t\d+ ms ago +\t\d+ ms ago +\tLeader\t$/);
    });

    it.each([
      [['describe'], 'One of --status or --replication must be specified with describe sub-command'],
      [
        ['describe', '--status', '--replication'],
        'Only one of --status or --replication should be specified with describe sub-command',
      ],
      [
        ['describe', '--status', '--human-readable'],
        'The option --human-readable is only supported along with --replication',
      ],
      [
        ['add-controller'],
        'You must supply the configuration file of the controller you are adding when using add-controller.',
      ],
      [['remove-controller', '-i', '-1', '-d', DIRECTORY], 'Invalid negative --controller-id: -1'],
      [
        ['remove-controller', '-i', '1', '-d', 'xyz'],
        'Failed to parse --controller-directory-id: Input string `xyz` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
      ],
      [
        ['--command-config', '/nowhere/at-all', 'describe', '--status'],
        'Properties file /nowhere/at-all does not exists!',
      ],
    ])('%j fails in the words of Kafka', async (argv, text) => {
      expect(await run(argv)).toMatchObject({ stdout: '', stderr: `${text}\n`, code: 1 });
    });

    it('reads what a new controller says about itself', async () => {
      mkdirSync(`${directory}/data`);
      const dryRun = async (text: string) => {
        const { stdout, stderr } = await run(['--command-config', file('c', text), 'add-controller', '--dry-run']);
        return stdout + stderr;
      };
      const doubt = 'Is this a valid controller configuration file?\n';
      let text = 'process.roles=controller\n';
      expect(await dryRun(text)).toBe(`node.id not found in configuration file. ${doubt}`);
      expect(await dryRun('process.roles=broker\nnode.id=2\n')).toBe(
        `process.roles did not contain 'controller' in configuration file. ${doubt}`,
      );
      text += 'node.id=2\n';
      expect(await dryRun(text)).toBe(`Neither metadata.log.dir nor log.dirs were found. ${doubt}`);
      text += `log.dirs=${directory}/data,/other\n`;
      expect(await dryRun(text)).toBe(`Unable to read meta.properties from ${directory}/data\n`);
      file('data/meta.properties', 'version=1\nnode.id=2\n');
      expect(await dryRun(text)).toBe(`No directory id found in ${directory}/data\n`);
      file('data/meta.properties', `version=1\nnode.id=2\ndirectory.id=${DIRECTORY}\n`);
      expect(await dryRun(text)).toBe(`controller.listener.names was not found. ${doubt}`);
      text += 'controller.listener.names=C\nlisteners=X://:1\n';
      expect(await dryRun(text)).toBe('Cannot find information about controller listener name: C\n');
      text = text.replace('X://:1', 'C://:9,X://a:1');
      expect(await dryRun(text)).toBe(
        `DRY RUN of adding controller 2 with directory id ${DIRECTORY} and endpoints: C://localhost:9\n`,
      );
    });

    it('fails with the trace of what the cluster answered', async () => {
      const { stderr, code } = await run(['remove-controller', '-i', '1', '-d', DIRECTORY]);
      expect(stderr.split('\n').slice(0, 2)).toEqual([
        "org.apache.kafka.common.errors.UnsupportedVersionException: Cluster doesn't support removing voter because the kraft.version feature is 0",
        "java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.UnsupportedVersionException: Cluster doesn't support removing voter because the kraft.version feature is 0",
      ]);
      expect(code).toBe(1);
      const dryRun = await run(['remove-controller', '-i', '1', '-d', DIRECTORY, '--dry-run']);
      expect(dryRun.stdout).toBe(`DRY RUN of removing  KRaft controller 1 with directory id ${DIRECTORY}\n`);
    });

    it('prints JSON under klamm that fits its schema', async () => {
      const schema = JSON.parse(readFileSync(new URL('../../schemas/metadata-quorum.json', import.meta.url), 'utf8'));
      for (const argv of [
        ['describe', '--status'],
        ['describe', '--replication'],
      ]) {
        const { stdout } = await run(['--output', 'json', ...argv], 'comfort');
        expect(new Validator(schema, '2020-12').validate(JSON.parse(stdout))).toMatchObject({ valid: true });
      }
    });
  });
});

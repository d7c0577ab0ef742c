import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandList } from '../../../src/cli/command-list.ts';
import { completionScript, type Shell } from '../../../src/cli/pages/completion-script.ts';
import Configs from '../../../src/commands/configs.ts';
import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import LogDirs from '../../../src/commands/log-dirs.ts';
import Topics from '../../../src/commands/topics.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { addressIn } from '../../../src/tools/live-names.ts';
import { TestBroker } from '../harness.ts';
import { type RawClient } from '../raw-client.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const COMMANDS = {
  configs: Configs,
  'console-consumer': ConsoleConsumer,
  'console-producer': ConsoleProducer,
  'log-dirs': LogDirs,
  topics: Topics,
};

function scriptFor(shell: Shell): string {
  const classes = Object.entries(COMMANDS).map(([id, command]) => Object.assign(command, { id }));
  return completionScript(shell, new CommandList(classes).completions());
}

function run(program: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined);
      else resolve(stdout + stderr);
    });
  });
}

/** A group comes into being with its first commit, as soon as its coordinator is ready. */
async function commitAs(client: RawClient, groupId: string): Promise<void> {
  for (;;) {
    await client.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: [groupId] });
    const { topics } = await client.send(offsetCommit, 2, {
      groupId,
      generationIdOrMemberEpoch: -1,
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 0n }] }],
    });
    if (topics[0]?.partitions[0]?.errorCode === 0) return;
  }
}

describe('completion', () => {
  let broker: TestBroker;
  let folder: string;
  let b: string;
  beforeAll(async () => {
    broker = await TestBroker.start();
    b = `--bootstrap-server ${broker.address}`;
    await broker.createTopic('orders');
    await broker.createTopic('payments');
    // A group's name may be anything.
    await commitAs(await broker.connect(), '$(echo;INJECTED)');
    folder = mkdtempSync(join(tmpdir(), 'klamm-completion-'));
    // Beside the program whose words are completed, as in a checkout. It is started for each line: compiled once for all.
    const node = `NODE_COMPILE_CACHE="${folder}/compiled" exec "${process.execPath}" --disable-warning=ExperimentalWarning`;
    writeFileSync(join(folder, 'klamm'), `#!/bin/sh\n${node} "${root}/src/main.ts" klamm "$@"\n`);
    chmodSync(join(folder, 'klamm'), 0o755);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await broker.stop();
  });

  /** What bash would put in place of the last piece of each line. */
  async function bash(...lines: string[]): Promise<string[]> {
    const asked = lines.map((line) => `ask '${line}'\n`).join('');
    const script = join(folder, 'asked.bash');
    writeFileSync(
      script,
      `${scriptFor('bash')}\nask() { COMP_LINE=$1 COMP_POINT=\${#1}; _klamm; local IFS=' '; echo "\${COMPREPLY[*]}"; }\n${asked}`,
    );
    return ((await run('bash', script)) ?? '').trimEnd().split('\n');
  }

  it('bash: names of topics and groups as they are now, from the cluster that the line names', async () => {
    const at = `${folder}/kafka`;
    const found = await bash(
      `${folder}/klamm topics ${b} --describe --topic pay`,
      `${at}-topics.sh ${b} --describe --topic=or`,
      `${at}-log-dirs ${b} --describe --topic-list x,orders,pa`,
      `${at}-configs --bootstrap-server=${broker.address} --entity-type topics --entity-name ord`,
      `${at}-console-consumer ${b} --group $`,
    );
    expect(found).toEqual(['payments', 'orders', 'x,orders,payments', 'orders', '$(echo;INJECTED)']);
  });

  it('bash: values of options, with words that bash breaks', async () => {
    const found = await bash(
      'kafka-console-producer --compression-codec ',
      'klamm console-consumer --command-property auto.offset.reset=',
      'klamm console-consumer --command-property auto.off',
      'klamm console-producer --command-property compression.type=z',
      'klamm configs -entity-type cl',
      'klamm topics --output j',
      'klamm topics --des',
      'klamm console-producer --compression-codec --li',
      'klamm to',
    );
    expect(found).toEqual([
      'none gzip snappy lz4 zstd',
      'earliest latest none',
      'auto.offset.reset=earliest auto.offset.reset=latest auto.offset.reset=none',
      'zstd',
      'clients client-metrics',
      'json',
      '--describe',
      '--line-reader',
      'topics',
    ]);
  });

  it('bash: nothing, and no word of why, where no cluster answers', async () => {
    expect(await bash(`${folder}/klamm topics --topic `)).toEqual(['']);
    expect(await bash(`${folder}/klamm topics --bootstrap-server nonsense --topic `)).toEqual(['']);
  });

  it('fish, where it is installed: the same names', async () => {
    const script = join(folder, 'asked.fish');
    writeFileSync(script, `${scriptFor('fish')}\ncomplete -C '${folder}/klamm topics ${b} --topic pay'\n`);
    const found = await run('fish', '--no-config', script);
    expect(found ?? 'payments\t').toMatch(/^payments\t/);
  });

  it('zsh, where it is installed: a script without errors', async () => {
    const script = join(folder, '_klamm');
    writeFileSync(script, scriptFor('zsh'));
    expect((await run('zsh', '-n', script)) ?? '').toBe('');
  });
});

describe('the cluster that a command line names', () => {
  it('is found in either way of writing options, with its settings', () => {
    expect(addressIn(['--topic', 'a'])).toBeUndefined();
    expect(addressIn(['--bootstrap-server=a:1', '--consumer.config', 'file'])).toEqual({
      bootstrapServers: 'a:1',
      configFile: 'file',
    });
    expect(addressIn(['cluster-id', '-C', 'a:1'])).toEqual({ bootstrapControllers: 'a:1' });
    expect(addressIn(['-bootstrap-server', 'a:1', '--bootstrap-server', 'b:2'])).toEqual({ bootstrapServers: 'b:2' });
  });
});

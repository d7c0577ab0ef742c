import { type AddressInfo, createServer, type Server } from 'node:net';
import { runBin } from './run-bin.ts';

const producer = (...args: string[]) => runBin('kafka-console-producer', args);
const comfortable = (...args: string[]) => runBin('klamm', ['console-producer', ...args]);
const OURS = /^\s+at .*\.(js|ts|mjs)/m;

describe('usage errors', () => {
  it('exact: the sentence, then the list of options, on stderr', async () => {
    const { stdout, stderr, status } = await producer('--topic', 'a', '--colour');
    expect(stdout).toBe('');
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'colour is not a recognized option',
      'Option                                   Description                            ',
    ]);
    expect(status).toBe(1);
  });

  it('comfort: one line', async () => {
    const { stdout, stderr, status } = await comfortable('--topic', 'a', '--colour');
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'klamm console-producer: colour is not a recognized option (see klamm console-producer --help)\n',
    );
    expect(status).toBe(1);
  });

  it('a value that is missing is asked for by nobody in a pipe', async () => {
    expect((await producer('--bootstrap-server', 'a:1')).stderr).toMatch(
      /^Missing required argument "\[topic\]"\nOption /,
    );
    expect((await comfortable('--bootstrap-server', 'a:1')).stderr).toBe(
      'klamm console-producer: Missing required argument "[topic]" (see klamm console-producer --help)\n',
    );
  });

  it('--output belongs to klamm alone', async () => {
    expect((await producer('--output', 'json')).stderr).toMatch(/^output is not a recognized option\n/);
    expect((await comfortable('--output', 'xml', '--topic', 'a')).stderr).toContain(
      "Cannot parse argument 'xml' of option output",
    );
  });
});

describe('help and version', () => {
  it('exact: the list of options on stderr, status 1', async () => {
    const { stdout, stderr, status } = await producer('--help');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^This tool .*\nOption {35}Description/);
    expect(status).toBe(1);
  });

  it('comfort: a page on stdout, status 0', async () => {
    const { stdout, stderr, status } = await comfortable('--help');
    expect(stdout).toMatch(/USAGE\n {2}\$ klamm console-producer \[OPTIONS\]/);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each(['kafka-console-producer', 'kafka-console-producer.sh'])(
    '%s --version is the Kafka version',
    async (name) => {
      expect(await runBin(name, ['--version'])).toEqual({ stdout: '4.3.1\n', stderr: '', status: 0 });
    },
  );

  it('klamm --version names both', async () => {
    expect((await runBin('klamm', ['--version'])).stdout).toMatch(/^klamm \S+ \(Kafka 4\.3\.1, Node \S+\)\n$/);
    expect((await comfortable('--version')).stdout).toMatch(/^klamm \S+ \(Kafka 4\.3\.1\)\n$/);
  });

  it('klamm without a command lists them and says nothing was asked', async () => {
    const { stdout, status } = await runBin('klamm', []);
    expect(stdout).toContain('console-producer');
    expect(status).toBe(0);
  });

  it('an unknown command is one line', async () => {
    const { stdout, stderr, status } = await runBin('klamm', ['frobnicate']);
    expect([stdout, stderr, status]).toEqual(['', "klamm: there is no command 'frobnicate' (see klamm help)\n", 1]);
  });
});

describe('failures', () => {
  it('exact: as Java tells them, without a stack trace of ours', async () => {
    const { stderr, status } = await producer(
      '--topic',
      'a',
      '--bootstrap-server',
      'a:1',
      '--command-config',
      'none.properties',
    );
    expect(stderr).toMatch(/^java\.nio\.file\.NoSuchFileException: none\.properties\n/);
    expect(stderr).not.toMatch(OURS);
    expect(status).toBe(1);
  });

  it('comfort: one line, status not 0', async () => {
    const { stderr, status } = await comfortable(
      '--topic',
      'a',
      '--bootstrap-server',
      'a:1',
      '--command-config',
      'none.properties',
    );
    expect(stderr).toMatch(/^klamm console-producer: none\.properties: .*\n$/);
    expect(status).toBe(1);
  });
});

describe('notices about deprecated options', () => {
  const old = ['--topic', 'a', '--bootstrap-server', 'a:1', '--producer.config', 'none.properties'];

  it('exact: on stdout, as the original', async () => {
    expect((await producer(...old)).stdout).toMatch(/^Warning: --producer\.config is deprecated/);
  });

  it('comfort: on stderr', async () => {
    const { stdout, stderr } = await comfortable(...old);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Warning: --producer\.config is deprecated/);
  });
});

describe('stray words', () => {
  const call = ['--topic', 'a', '--bootstrap-server', 'nonsense', 'stray', 'words'];

  it('exact: passed over', async () => expect((await producer(...call)).stderr).not.toContain('stray'));

  it('comfort: passed over with a warning', async () => {
    expect((await comfortable(...call)).stderr).toMatch(/^klamm console-producer: passed over: stray words\n/);
  });
});

describe('signals', () => {
  // Something that accepts connections and never answers: the tool is alive and waits.
  let silent: Server;
  beforeEach((done) => {
    // Reads to the end, or closing would wait for what nobody takes.
    silent = createServer((socket) => socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1', done);
  });
  afterEach((done) => {
    silent.close(done);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends with %i', async (signal, status) => {
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const result = await runBin('kafka-console-consumer', ['--bootstrap-server', address, '--topic', 'a'], {
      during: (child) => silent.once('connection', () => child.kill(signal)),
    });
    expect(result.status).toBe(status);
    expect(result.stderr).not.toMatch(OURS);
  });
});

describe('a pipe that closes', () => {
  it('is no failure', async () => {
    const { stderr, status } = await runBin(
      'sh',
      ['-c', 'bin/klamm completion bash | head -1 >/dev/null; bin/klamm help | true'],
      {
        path: '/bin/sh',
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('completion', () => {
  it('gives bash a script it can read, with commands and options', async () => {
    const { stdout } = await runBin('klamm', ['completion', 'bash']);
    const asked = [
      ['klamm', 'console-producer', '--comm'],
      ['kafka-console-producer.sh', '--li'],
      ['klamm', 'vers'],
      ['klamm', 'version', '--output', 'j'],
    ].map(
      (words) =>
        `COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}; _klamm; echo $(IFS=' '; echo "\${COMPREPLY[*]}")`,
    );
    const question = asked.join('\n');
    const answers = await runBin('bash', ['-c', `${stdout}\n${question}`], { path: '/bin/bash' });
    expect(answers.stdout).toBe('--command-property --command-config\n--line-reader\nversion\njson\n');
  });

  it('knows three shells', async () => {
    expect((await runBin('klamm', ['completion', 'zsh'])).stdout).toMatch(/^#compdef klamm /);
    expect((await runBin('klamm', ['completion', 'fish'])).stdout).toContain(
      'complete -c klamm -n __fish_use_subcommand',
    );
    expect((await runBin('klamm', ['completion', 'csh'])).status).toBe(1);
  });
});

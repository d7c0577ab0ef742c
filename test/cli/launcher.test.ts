import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runBin } from './run-bin.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'klamm-launcher-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A PATH with nothing but a node that reports this version and otherwise is the one of this test. */
function pathWithNode(version: string | undefined): string {
  const bin = join(directory, 'path');
  mkdirSync(bin);
  symlinkSync('/bin/sh', join(bin, 'sh'));
  if (version !== undefined) {
    const script = `#!/bin/sh\nif [ "$1" = -v ]; then echo ${version}; else exec "${process.execPath}" "$@"; fi\n`;
    writeFileSync(join(bin, 'node'), script);
    chmodSync(join(bin, 'node'), 0o755);
  }
  return bin;
}

describe('a launcher', () => {
  it('works through links, from any directory', async () => {
    symlinkSync(join(root, 'bin/klamm'), join(directory, 'one'));
    symlinkSync('one', join(directory, 'two'));
    const { stdout, status } = await runBin('klamm', ['--version'], { path: join(directory, 'two'), cwd: directory });
    expect(stdout).toMatch(/^klamm \d+\.\d+\.\d+ \(Kafka 4\.3\.1, Node \d/);
    expect(status).toBe(0);
  });

  it.each(['v22.15.0', 'v24.0.1', 'v26.1.0', 'v100.0.0'])("uses the system's Node %s", async (version) => {
    const { status } = await runBin('klamm', ['--version'], { env: { PATH: pathWithNode(version) } });
    expect(status).toBe(0);
  });

  it.each(['v20.20.2', 'v22.14.9', 'v18.0.0', undefined])(
    "brings its own where the system's is %s",
    async (version) => {
      const { stdout, status } = await runBin('klamm', ['--version'], { env: { PATH: pathWithNode(version) } });
      expect(stdout).toContain('Node 24.');
      expect(status).toBe(0);
    },
  );

  it('says in one line that there is no Node to run on', async () => {
    mkdirSync(join(directory, 'bin'));
    cpSync(join(root, 'bin/kafka-console-producer'), join(directory, 'bin/tool'));
    const call = { path: join(directory, 'bin/tool'), env: { PATH: pathWithNode('v20.20.2') } };
    const { stderr, status } = await runBin('tool', [], call);
    expect(stderr).toBe(
      'kafka-console-producer: Node 22.15 or newer is needed (found: 20.20.2); in a checkout, npm ci brings one\n',
    );
    expect(status).toBe(1);
  });

  it('says in one line that nothing was built yet', async () => {
    mkdirSync(join(directory, 'bin'));
    cpSync(join(root, 'bin/klamm'), join(directory, 'bin/klamm'));
    const call = { path: join(directory, 'bin/klamm'), env: { PATH: pathWithNode('v24.0.0') } };
    const { stderr, status } = await runBin('klamm', [], call);
    expect(stderr).toMatch(/^klamm: not built yet: run npm ci && npm run build in .*\n$/);
    expect(status).toBe(1);
  });
});

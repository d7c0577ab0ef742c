import ServerStart from '../../../src/commands/server-start.ts';
import { runInProcess } from './in-process.ts';

const run = async (...argv: string[]) => {
  const { stdout, stderr, log, list, code } = await runInProcess(ServerStart, 'server-start', argv);
  return { said: stdout + stderr + log, list, code };
};

describe('kafka-server-start', () => {
  it('reads its file before it looks at the options behind it', async () => {
    const { said, code } = await run('/nonexistent', '--bogus');
    expect(said).toContain('java.nio.file.NoSuchFileException: /nonexistent');
    expect(code).toBe(1);
  });

  it('refuses options it does not know once the file is there', async () => {
    const { said, code } = await run('/dev/null', '--bogus');
    expect(said).toContain('joptsimple.UnrecognizedOptionException: bogus is not a recognized option');
    expect(code).toBe(1);
  });

  it('shows its options for --help anywhere', async () => {
    const { said, list, code } = await run('/nonexistent', '--help');
    expect(said).toContain('USAGE: java [options] kafka.Kafka server.properties');
    expect([list, code]).toEqual([true, 1]);
  });
});
